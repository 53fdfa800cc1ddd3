import { describe, expect, it } from "vitest";
import { spansFound } from "../../../test/support/pii/found-spans.ts";
import { crc32Base62 } from "../checksums/crc32-base62.ts";
import type { Candidate } from "../recognizer.ts";
import { highEntropy } from "./high-entropy.ts";
import { providerKey } from "./provider-key.ts";

// Keys are put together here so that none stands in the source.
const letters = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA1bC2dE3fG4hI5jK6lM7nO8pQ9rS0tU1vW2xY3zA4";
const hex = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9";
const body = (length: number) => letters.slice(0, length);
const checked = (prefix: string) => `${prefix}${body(30)}${crc32Base62(body(30))}`;
const lines = Array.from({ length: 3 }, () => body(64)).join("\n");
const pem = (kind: string) => `-----BEGIN ${kind}-----\n${lines}\n-----END ${kind}-----`;
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded({ sub: "1234567890" })}.${body(43)}`;

const found: readonly (readonly [entity: string, value: string, text?: string])[] = [
  ["API_KEY", `sk-${body(48)}`],
  ["API_KEY", `sk-proj-${body(60)}_-${body(40)}`],
  ["API_KEY", `sk-ant-api03-${body(72)}-${body(20)}`],
  ["API_KEY", `sk-or-v1-${hex}`],
  ["API_KEY", `AKIA${"IOSFODNN7EXAMPLE"}`],
  ["API_KEY", checked("ghp_")],
  ["API_KEY", checked("npm_")],
  ["API_KEY", `ghs_${body(36)}`],
  ["API_KEY", `github_pat_${body(22)}_${body(59)}`],
  ["API_KEY", `glpat-${body(20)}`],
  ["API_KEY", `xoxb-123456789012-123456789012-${body(24)}`],
  ["API_KEY", `xapp-1-A0123456789-1234567890123-${hex}`],
  ["API_KEY", `AIza${body(35)}`],
  ["API_KEY", `GOCSPX-${body(28)}`],
  ["API_KEY", `sk_live_${body(24)}`],
  ["API_KEY", `rk_test_${body(24)}`],
  ["API_KEY", `whsec_${body(32)}`],
  ["API_KEY", `SG.${body(22)}.${body(43)}`],
  ["API_KEY", `123456789:AA${body(33)}`],
  ["API_KEY", `hf_${body(34)}`],
  ["API_KEY", `gsk_${body(52)}`],
  ["API_KEY", `dop_v1_${hex}`],
  ["API_KEY", `shpat_${hex.slice(0, 32)}`],
  ["API_KEY", `hvs.${body(24)}`],
  ["API_KEY", `pypi-AgEI${body(60)}`],
  ["API_KEY", body(40), `aws_secret_access_key="${body(40)}"`],
  ["API_KEY", `wJal/${body(35)}`, `AWS_SECRET_ACCESS_KEY=wJal/${body(35)}`],
  ["API_KEY", `secret access key: ${body(40)}`],
  ["API_KEY", `AccountKey=${body(60)}==`, `EndpointSuffix=x;AccountKey=${body(60)}==;`],
  ["PRIVATE_KEY", pem("PRIVATE KEY")],
  ["PRIVATE_KEY", pem("RSA PRIVATE KEY")],
  ["PRIVATE_KEY", pem("OPENSSH PRIVATE KEY")],
  ["PRIVATE_KEY", pem("PGP PRIVATE KEY BLOCK")],
  ["PRIVATE_KEY", pem("PRIVATE KEY").replaceAll("\n", "\\n"), `{"key":"${pem("PRIVATE KEY").replaceAll("\n", "\\n")}"}`],
  ["PRIVATE_KEY", `-----BEGIN PRIVATE KEY-----\n${lines}`, `-----BEGIN PRIVATE KEY-----\n${lines}\n\nThe rest is lost.`],
  ["JWT", jwt],
  ["CONNECTION_STRING", "postgres://app:s3cr3t@db.example.com:5432/prod"],
  ["CONNECTION_STRING", "mongodb+srv://app:s3cr3t@cluster0.example.net"],
  ["CONNECTION_STRING", "redis://:s3cr3t@cache:6379/0"],
  ["CONNECTION_STRING", "https://bob:s3cr3t@example.com/a.git"],
  ["CONNECTION_STRING", "Password=s3cr3t", "Server=db;User Id=app;Password=s3cr3t;"],
];

describe("a secret is found", () => {
  it.each(found)("%s %s", (entity, value, text = `it is ${value}, keep it`) => {
    const spans = spansFound([text]).filter((span) => span.entity === entity);
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual([value]);
  });
});

it.each([
  "sk-circle-fade-dot-container-1",
  "sk-your-api-key-goes-in-here-0123456789abc",
  `ghp_${"x".repeat(36)}`,
  "AKIA0000000000000000",
  "xoxb-your-token-here",
  `key-${hex.slice(0, 32)}x`,
  "-----BEGIN PRIVATE KEY----- starts a key",
  "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
  `eyJub3QiOiJhIGp3dCJ9.${body(12)}.${body(12)}`,
  "eyJmb28gYmFyIGJhego.eyJmb28gYmFyIGJhego.abc",
  `postgres://app:${"$"}{PASSWORD}@db/prod`,
  "postgres://app:<password>@db/prod",
  "postgres://db.example.com/prod",
  "password=hunter2",
  body(40),
  hex.slice(0, 40),
  `sha256:${hex}`,
])("no secret is found in %s", (text) => {
  const secrets = new Set(["API_KEY", "PRIVATE_KEY", "JWT", "CONNECTION_STRING"]);
  expect(spansFound([text]).filter(({ entity }) => secrets.has(entity))).toEqual([]);
});

it("takes a token whose checksum holds for certain", () => {
  const verdicts = [checked("ghp_"), `ghp_${body(36)}`].map((text) => {
    const candidate: Candidate = { text, before: "" };
    return providerKey.patterns.filter(({ pattern }) => pattern.includes("gh[pousr]_")).map(({ check }) => check?.(candidate));
  });
  expect(verdicts).toEqual([[true], [undefined]]);
});

it.each([
  [body(32), undefined],
  ["internationalization2", false],
  ["aaaaaaaaaaaaaaaaaaaaaaa1", false],
])("takes %s for random: %s", (text, verdict) => {
  expect(highEntropy.patterns[0]?.check?.({ text, before: "" })).toBe(verdict);
});
