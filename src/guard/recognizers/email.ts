import type { Candidate, Recognizer } from "../recognizer.ts";
import { labelled } from "./label.ts";
import { letters } from "./letters.ts";
import { endsInTopLevelDomain } from "./top-level-domain.ts";

/** Endings of files, with which `icon@2x.png` and `left-pad@1.3.0.tgz` look like addresses. */
const fileEndings =
  /\.(?:png|jpe?g|gif|webp|svg|avif|ico|tgz|gz|tar|xz|bz2|jar|war|js|mjs|cjs|ts|tsx|jsx|css|scss|json|ya?ml|toml|lock|html?|pdf|whl)$/i;

/** The user of version control hosts, whose `git@github.com` is no person's address. */
const machineUser = /^(?:git|hg|svn|gitea)@/i;

/**
 * E-mail addresses: a local part of at most 64 letters, digits and `._%+'-` (RFC 5321; quoted local parts are not found), `@`, and a
 * domain that ends in a known top-level domain, or any behind a label.
 */
export const email: Recognizer = {
  entity: "EMAIL_ADDRESS",
  inContext: labelled("email"),
  patterns: [
    {
      pattern: `(?<![\\w.%+${letters}-])[\\w${letters}][\\w.%+'${letters}-]{0,63}@(?:[A-Za-z0-9${letters}-]+\\.)+(?:[A-Za-z${letters}]{2,24}|xn--[A-Za-z0-9-]{2,40})(?![\\w${letters}])`,
      maxSpan: 254,
      score: 0.4,
      scoreInContext: 0.8,
      check: isAddress,
    },
  ],
};

function isAddress({ text }: Candidate): boolean | undefined {
  const domain = text.slice(text.indexOf("@") + 1);
  if (/(?:^|\.)-|-(?:\.|$)|\.[@.]|^\./.test(domain) || text.includes(".@") || text.includes("..")) return false;
  if (machineUser.test(text) || fileEndings.test(domain)) return false;
  return endsInTopLevelDomain(domain) ? true : undefined;
}
