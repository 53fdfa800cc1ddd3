import { createHash } from "node:crypto";
import { crc32Base62 } from "../../../src/guard/checksums/crc32-base62.ts";
import { keccak256 } from "../../../src/guard/checksums/keccak256.ts";
import { luhn } from "../../../src/guard/checksums/luhn.ts";
import { mod97 } from "../../../src/guard/checksums/mod97.ts";
import { verhoeff } from "../../../src/guard/checksums/verhoeff.ts";
import { weightedSum } from "../../../src/guard/checksums/weighted-sum.ts";
import { alphanumeric, base64, base64url, type SeededRandom } from "./seeded-random.ts";

type Make = (r: SeededRandom) => string;

/** The text and the last digit that makes it valid. */
function completed(digits: string, valid: (digits: string) => boolean): string {
  const check = [..."0123456789"].find((digit) => valid(digits + digit));
  return digits + check;
}

const base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

function base58Address(r: SeededRandom, version: string): string {
  const payload = Buffer.from(version + r.hex(40), "hex");
  const sha = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();
  const bytes = Buffer.concat([payload, sha(sha(payload)).subarray(0, 4)]);
  let number = BigInt(`0x${bytes.toString("hex")}`);
  let text = "";
  while (number > 0n) {
    text = base58Alphabet.charAt(Number(number % 58n)) + text;
    number /= 58n;
  }
  return version === "00" ? `1${text}` : text;
}

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

function bech32Address(r: SeededRandom, prefix: string): string {
  const isTaproot = r.below(2) === 1;
  const data = [isTaproot ? 1 : 0, ...Array.from({ length: isTaproot ? 52 : 32 }, () => r.below(32))];
  const expanded = [...[...prefix].map((c) => c.charCodeAt(0) >> 5), 0, ...[...prefix].map((c) => c.charCodeAt(0) & 31)];
  const rest = polymod([...expanded, ...data, 0, 0, 0, 0, 0, 0]) ^ (isTaproot ? 0x2bc830a3 : 1);
  const check = Array.from({ length: 6 }, (_, i) => (rest >>> (5 * (5 - i))) & 31);
  return `${prefix}1${[...data, ...check].map((value) => bech32Alphabet.charAt(value)).join("")}`;
}

function polymod(values: readonly number[]): number {
  let check = 1;
  for (const value of values) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].forEach((term, i) => {
      if ((top >>> i) & 1) check ^= term;
    });
  }
  return check >>> 0;
}

function ethereum(r: SeededRandom): string {
  const digits = r.hex(40);
  const digest = keccak256(new TextEncoder().encode(digits));
  return `0x${[...digits].map((digit, i) => (Number.parseInt(digest.charAt(i), 16) > 7 ? digit.toUpperCase() : digit)).join("")}`;
}

function iban(r: SeededRandom): string {
  const [country, form] = r.pick<readonly [string, string]>([
    ["DE", "##################"],
    ["GB", "????##############"],
    ["FR", "##########***********##"],
    ["ES", "####################"],
    ["NL", "????##########"],
    ["IT", "?##########************"],
    ["CH", "#####************"],
    ["NO", "###########"],
    ["PL", "########################"],
  ]);
  const account = r.fill(form).toUpperCase();
  const text = `${country}${String(98 - mod97(`${account}${country}00`)).padStart(2, "0")}${account}`;
  return r.pick([text, text.replace(/.{4}(?=.)/g, "$& "), text.toLowerCase()]);
}

function card(r: SeededRandom): string {
  const template = r.pick([
    "4##############",
    "5%#############",
    "2221###########",
    "37############",
    "6011###########",
    "3530###########",
    "30###########",
    "6759#######",
    "4############",
    "1800##########",
    "62#############",
  ]);
  const digits = completed(r.fill(template.replace("5%", `5${r.between(1, 5)}`)), luhn);
  if (digits.length === 16) return r.pick([digits, digits.replace(/\d{4}(?=\d)/g, "$& "), digits.replace(/\d{4}(?=\d)/g, "$&-")]);
  return digits.length === 15 ? r.pick([digits, digits.replace(/^(.{4})(.{6})/, "$1 $2 ")]) : digits;
}

const token = (prefix: string, length: number) => (r: SeededRandom) => {
  const body = r.of(alphanumeric, length - 6);
  return prefix + body + crc32Base62(body);
};
const random = (prefix: string, alphabet: string, length: number) => (r: SeededRandom) => prefix + r.of(alphabet, length);

const apiKeys: readonly [Make, ...Make[]] = [
  token("ghp_", 36),
  token("gho_", 36),
  token("npm_", 36),
  (r) => `github_pat_${r.of(alphanumeric, 22)}_${r.of(alphanumeric, 59)}`,
  random("sk-", alphanumeric, 48),
  random("sk-proj-", base64url, 120),
  random("sk-ant-api03-", base64url, 95),
  random("AKIA", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
  random("glpat-", base64url, 20),
  (r) => `xoxb-${r.digits(12)}-${r.digits(12)}-${r.of(alphanumeric, 24)}`,
  random("AIza", base64url, 35),
  random("sk_live_", alphanumeric, 24),
  random("hf_", alphanumeric, 34),
  random("gsk_", alphanumeric, 52),
  (r) => `SG.${r.of(base64url, 22)}.${r.of(base64url, 43)}`,
];

function phone(r: SeededRandom): string {
  return r
    .fill(
      r.pick([
        "+1-%##-555-####",
        "(%##) %##-####",
        "%##-%##-####x####",
        "+44 20 #### ####",
        "+49 (0)30 ########",
        "001-%##-%##-####",
        "+33 6 ## ## ## ##",
        "+91 9########%",
      ]),
    )
    .replace(/[01](?=##)/g, "2");
}

function nifOf(number: string): string {
  return `${number}${"TRWAGMYFPDXBNJZSQVHLCKE".charAt(Number(number) % 23)}`;
}

/** Makers of values by entity, each valid as its recognizer asks. */
export const makers: Readonly<Record<string, Make>> = {
  CRYPTO: (r) =>
    r.pick<Make>([(x) => base58Address(x, "00"), (x) => base58Address(x, "05"), (x) => bech32Address(x, "bc"), ethereum])(r),
  MAC_ADDRESS: (r) => {
    const octets = Array.from({ length: 6 }, () => r.hex(2));
    return r.pick([octets.join(":"), octets.join("-").toUpperCase(), octets.join(":").toUpperCase()]);
  },
  API_KEY: (r) => r.pick(apiKeys)(r),
  JWT: (r) => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    return `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: r.digits(10), iat: r.below(2e9) })}.${r.of(base64url, 43)}`;
  },
  PRIVATE_KEY: (r) => {
    const kind = r.pick(["", "RSA ", "EC ", "OPENSSH "]);
    const lines = Array.from({ length: r.between(3, 12) }, () => r.of(base64, 64)).join("\n");
    return `-----BEGIN ${kind}PRIVATE KEY-----\n${lines}\n-----END ${kind}PRIVATE KEY-----`;
  },
  CONNECTION_STRING: (r) =>
    `${r.pick(["postgres", "mysql", "mongodb+srv", "redis", "amqp"])}://app:${r.of(alphanumeric, 14)}@db${r.below(9)}.internal:5432/prod`,
  IP_ADDRESS: (r) =>
    r.pick([
      `${r.between(11, 126)}.${r.below(256)}.${r.below(256)}.${r.between(40, 254)}`,
      Array.from({ length: 8 }, () => r.hex(4)).join(":"),
      `2001:db8:${r.hex(4)}::${r.hex(3)}`,
      `fe80::${r.hex(4)}:${r.hex(2)}ff:fe${r.hex(2)}:${r.hex(4)}`,
    ]),
  CREDIT_CARD: card,
  IBAN_CODE: iban,
  US_SSN: (r) => r.fill(`${r.between(100, 665)}-${r.between(10, 99)}-%###`),
  EMAIL_ADDRESS: (r) =>
    `${r.of("abcdefghijklmnop", 6)}${r.pick([".", "_", "+"])}${r.of("qrstuvwxyz", 5)}@${r.of("abcdef", 7)}.${r.pick(["com", "de", "co.uk", "org", "io"])}`,
  URL: (r) => `https://www.${r.of("abcdefgh", 8)}.${r.pick(["com", "de", "fr"])}/${r.of("abc", 4)}?id=${r.digits(4)}`,
  PHONE_NUMBER: phone,
  US_PASSPORT: (r) => r.fill(r.pick(["%########", "?########"])),
  IN_PASSPORT: (r) => r.fill("?#######"),
  US_DRIVER_LICENSE: (r) => r.fill(r.pick(["?#######", "########", "?############", "??######"])),
  US_BANK_NUMBER: (r) => r.digits(r.between(8, 17)),
  ABA_ROUTING_NUMBER: (r) =>
    completed(r.fill("0%######"), (digits) => weightedSum(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0),
  ZIP_CODE: (r) => r.fill(r.pick(["#####", "#####-####"])),
  DATE_TIME: (r) =>
    r.pick([
      `${r.between(1, 12)}/${r.between(1, 28)}/19${r.between(30, 99)}`,
      `19${r.between(30, 99)}-0${r.between(1, 9)}-${r.between(10, 28)}`,
      `March ${r.between(1, 28)}, 19${r.between(30, 99)}`,
    ]),
  US_ITIN: (r) => r.fill("9##-7#-####"),
  US_NPI: (r) => completed(r.fill("1########"), (digits) => luhn(`80840${digits}`)),
  CA_SIN: (r) => completed(r.fill("4#######"), luhn).replace(/^(.{3})(.{3})/, "$1-$2-"),
  UK_NHS: (r) => {
    for (;;) {
      const digits = r.digits(9);
      const check = (11 - (weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
      if (check < 10) return `${digits}${check}`.replace(/^(.{3})(.{3})/, "$1 $2 ");
    }
  },
  UK_NINO: (r) => r.fill(r.pick(["AB ## ## ## C", "JK######A"])),
  ES_NIF: (r) => nifOf(r.digits(8)),
  PL_PESEL: (r) =>
    completed(
      `${r.digits(2)}0${r.between(1, 9)}${r.between(10, 28)}${r.digits(4)}`,
      (digits) => weightedSum(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
    ),
  IN_AADHAAR: (r) => completed(r.fill("2##########"), verhoeff).replace(/^(.{4})(.{4})/, "$1 $2 "),
};
