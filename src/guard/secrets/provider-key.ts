import { crc32 } from "node:zlib";
import { crc32Base62 } from "../checksums/crc32-base62.ts";
import type { Candidate, Recognizer, RecognizerPattern } from "../recognizer.ts";

/** A key that its first characters give away. One character over and over, as in examples, is none. */
function key(body: string, check: (text: string) => boolean | undefined = () => undefined): RecognizerPattern {
  return {
    pattern: `(?<![A-Za-z0-9])(?:${body})(?![A-Za-z0-9])`,
    score: 0.85,
    check: ({ text }: Candidate) => (isPlaceholder(text) ? false : check(text)),
  };
}

function isPlaceholder(text: string): boolean {
  return /([A-Za-z0-9*])\1{9}|your[-_]/i.test(text);
}

/**
 * Keys and tokens that providers issue with a prefix of their own, by the forms that their documentation and their secret scanning
 * programs publish. Where a token carries a checksum (GitHub, npm, GitLab's routable tokens), one that holds is proof; one that does
 * not hold is still likelier a mistyped key than anything else.
 */
export const providerKey: Recognizer = {
  entity: "API_KEY",
  patterns: [
    // OpenAI and those that follow it; Anthropic; OpenRouter
    key("sk-(?:proj-|svcacct-|admin-|or-v1-|None-|lf-)?[A-Za-z0-9_-]{20,200}", hasKeyLikeRun),
    key("sk-ant-[a-z]{3,5}\\d{2}-[A-Za-z0-9_-]{16,160}"),
    // Groq, xAI, Perplexity, Hugging Face, Replicate, NVIDIA
    key("gsk_[A-Za-z0-9]{40,64}|xai-[A-Za-z0-9]{60,96}|pplx-[A-Za-z0-9]{40,64}|hf_[A-Za-z0-9]{30,40}|r8_[A-Za-z0-9]{36,40}"),
    key("nvapi-[A-Za-z0-9_-]{60,72}", hasDigit),
    // AWS access keys: IAM's documented prefixes of long-term and of temporary ones
    key("(?:AKIA|ASIA)[A-Z0-9]{16}"),
    // GitHub, npm: 30 or 36 characters, of which six are a checksum
    key("gh[pousr]_[A-Za-z0-9]{36}|npm_[A-Za-z0-9]{36}", (text) => hasBase62Checksum(text, text.indexOf("_") + 1)),
    key("github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    // GitLab
    key("gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[A-Za-z0-9_-]{20,64}"),
    key("gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas)-[A-Za-z0-9_-]{27,300}\\.[0-9a-z]{2}\\.?[0-9a-z]{7}", hasBase36Checksum),
    // Slack
    key("xox[abeoprs]-(?:\\d-)?[A-Za-z0-9-]{10,160}|xapp-\\d-[A-Z0-9]{6,16}-\\d{8,16}-[0-9a-f]{32,80}", hasDigit),
    // Google
    key("AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{28}"),
    // Stripe: secret and restricted keys, webhook secrets
    key("(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,128}|whsec_[A-Za-z0-9+/]{24,64}={0,2}", hasDigit),
    // SendGrid, Twilio, Telegram
    key("SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}|SK[0-9a-f]{32}"),
    key("\\d{8,10}:AA[A-Za-z0-9_-]{33}", hasDigit),
    // DigitalOcean, Shopify, Square, Databricks, New Relic, Notion, Postman
    key(
      "do[opr]_v1_[0-9a-f]{64}|shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32}|sq0(?:csp|atp)-[A-Za-z0-9_-]{22,43}|dapi[0-9a-f]{32}(?:-\\d)?",
    ),
    key("NRAK-[A-Z0-9]{27}|ntn_[A-Za-z0-9]{43,46}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    // HashiCorp Vault, Grafana, PyPI, Atlassian, age
    key("hv[sb]\\.[A-Za-z0-9_-]{24,200}|glsa_[A-Za-z0-9]{32}_[0-9A-Fa-f]{8}"),
    key("pypi-AgEI[A-Za-z0-9_-]{50,250}|ATATT3[A-Za-z0-9_=-]{100,220}|AGE-SECRET-KEY-1[0-9A-Z]{58}", hasDigit),
  ],
};

/**
 * Keys without a form of their own, behind the name of the setting that they stand in: of AWS and of Azure. Where a space separates
 * the two, the name is part of what is found, since a key that may begin at every word would hold every word.
 */
export const namedKey: Recognizer = {
  entity: "API_KEY",
  inContext: (before) => /(?:aws|secret)[\w. -]{0,24}(?:key|secret)["'\s]{0,3}(?:[:=]|is|=>)["'\s]{0,3}$/i.test(before),
  patterns: [
    {
      pattern: "(?<=[\"'=])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])",
      score: 0.1,
      scoreInContext: 0.9,
      check: ({ text }) => (/\d/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text) ? undefined : false),
    },
    {
      pattern:
        "(?<![A-Za-z0-9])(?i:secret[ _-]?access[ _-]?key|aws[ _-]?secret(?:[ _-]?key)?)[\"']?(?: ?[:=]>?| is) [A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])",
      score: 0.9,
    },
    { pattern: "(?<!\\w)(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,100}={0,2}", score: 0.9 },
  ],
};

/** A key has a run of letters and digits mixed; what is put together of words has none. */
function hasKeyLikeRun(text: string): boolean | undefined {
  return text.split(/[-_/+]/).some((run) => run.length >= 12 && /\d/.test(run) && /[A-Za-z]/.test(run)) ? undefined : false;
}

function hasDigit(text: string): boolean | undefined {
  return /\d/.test(text.replace(/_v1_|sq0/, "")) ? undefined : false;
}

function hasBase62Checksum(text: string, from: number): boolean | undefined {
  return crc32Base62(text.slice(from, -6)) === text.slice(-6) ? true : undefined;
}

/** GitLab's routable tokens end in seven digits of base 36: the CRC-32 of all before them. */
function hasBase36Checksum(text: string): boolean | undefined {
  return crc32(text.slice(0, -7)).toString(36).padStart(7, "0") === text.slice(-7) ? true : undefined;
}
