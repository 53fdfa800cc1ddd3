import type { Candidate, Recognizer } from "../recognizer.ts";
import { labelled } from "./label.ts";
import { letters } from "./letters.ts";
import { endsInTopLevelDomain } from "./top-level-domain.ts";

/** What an address goes on with behind its host (RFC 3986), and what it may end in, so that the punctuation of a sentence stays outside. */
const inside = `[\\w\\-.~:/?#\\[\\]@!$&'()*+,;=%${letters}]`;
const last = `[\\w\\-~/#@$&+=%${letters}]`;
/** The last character is one behind which the address does not go on: at most a mark of the sentence follows, and then no more of it. */
const end = `(?=$|[^\\w\\-.~:/?#\\[\\]@!$&'()*+,;=%${letters}]|[.:?\\[\\]!'()*,;](?:$|[^\\w\\-~/#@$&+=%${letters}]))`;
const path = `(?:[/?#](?:${inside}*${last})?)?`;

/** Hosts that name no one: this machine, and the names of XML's own vocabularies, which are no places. */
const nobody =
  /^\w+:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|(?:www\.)?w3\.org\/(?:19|20)\d\d\/|schemas\.|json-schema\.org\/)/i;

/** Web addresses with a scheme or with `www.`: RFC 3986. At most 2048 characters. */
export const url: Recognizer = {
  entity: "URL",
  patterns: [
    {
      pattern: `(?<![A-Za-z0-9])(?i:https?|ftps?|wss?)://(?:${inside}*${last})${end}`,
      maxSpan: 2048,
      score: 0.8,
      check: ({ text }) => (nobody.test(text) || /:\/\/[^\w[\u00C0-\u045F]/.test(text) ? false : undefined),
    },
    {
      pattern: `(?<![\\w@./-])(?i:www)\\.(?:[A-Za-z0-9${letters}-]+\\.)+[A-Za-z]{2,24}(?::\\d{1,5})?${path}${end}`,
      maxSpan: 2048,
      score: 0.8,
      check: ({ text }) => (endsInTopLevelDomain(hostOf(text)) ? undefined : false),
    },
  ],
};

/** First labels with which a dotted name is a program's, not a host's. */
const code =
  /^(?:this|self|super|that|window|document|console|process|java|javax|system|asp|vb|ado|req|res|request|response|ctx|opts?|options|args|params|props|state|event|e|obj|item|data|user|config|cfg|settings|model|module|app|com|org|net|io|edu|gov|node|np|pd|tf|torch|nn|os|sys|cls|root|parent|env|import|package|using|logger|log)\./i;

/**
 * Web addresses without a scheme: a host in `com`, `org`, `net`, `edu`, `gov` or `biz`, in their
 * like below a country (`co.uk`), of a known link shortener, or in any known top-level domain behind a label, with
 * its path. What goes on as a program's name does is none.
 */
export const domain: Recognizer = {
  entity: "URL",
  inContext: labelled("website"),
  patterns: [
    {
      pattern: `(?<![\\w@.:/\\\\#$%&*+=-])(?:[A-Za-z0-9-]+\\.)+[A-Za-z]{2,24}(?=$|[^\\w@.(=:/?#-]|[.:?-](?:$|[^\\w(/-]))`,
      maxSpan: 253,
      score: 0.3,
      scoreInContext: 0.7,
      check: isHost,
    },
    {
      pattern: `(?<![\\w@.:/\\\\#$%&*+=-])(?:[A-Za-z0-9-]+\\.)+[A-Za-z]{2,24}(?::\\d{1,5})?[/?#](?:${inside}*${last})?${end}`,
      maxSpan: 2048,
      score: 0.3,
      scoreInContext: 0.7,
      check: isHost,
    },
  ],
};

/** Domains that programs' names seldom end in: generic ones, and those of the second level below countries. */
const common = /\.(?:com|org|net|edu|gov|biz|COM|ORG|EDU|GOV|(?:com?|org|net|ac|gov|edu)\.[a-z]{2})$/;
const shorteners = new Set("t.co bit.ly goo.gl youtu.be t.me wa.me lnkd.in discord.gg fb.me amzn.to git.io is.gd".split(" "));

function isHost({ text }: Candidate): boolean | undefined {
  const host = hostOf(text);
  if (code.test(host) || /(?:^|\.)-|-(?:\.|$)/.test(host) || !endsInTopLevelDomain(host)) return false;
  if (!/[a-z]/i.test(host.split(".", 1)[0] ?? "")) return undefined;
  return common.test(host) || shorteners.has(host.toLowerCase()) ? true : undefined;
}

function hostOf(text: string): string {
  return text.replace(/[:/?#].*$/s, "");
}
