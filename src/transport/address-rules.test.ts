import { describe, expect, it } from "vitest";
import { addressRules } from "./address-rules.ts";

const rules = addressRules();
const hostOf = (host: string) => new URL(`http://${host}/`).hostname;

describe("an upstream may not be at", () => {
  it.each([
    ["an unspecified address", ["0.0.0.0", "0", "0.1.2.3", "[::]", "[::ffff:0.0.0.0]"]],
    [
      "a link-local address",
      [
        "169.254.169.254",
        "169.254.170.2",
        "2852039166", // decimal
        "0xa9fea9fe",
        "0251.0376.0251.0376", // octal
        "169.254.43518",
        "[fe80::1]",
        "[febf::1]",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::169.254.169.254]",
        "[2002:a9fe:a9fe::1]",
        "metadata.google.internal",
        "METADATA.google.internal.",
        "metadata",
      ],
    ],
    [
      "a cloud's metadata service",
      [
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "[fd00:ec2::254]",
        "[fd00:ec2::23]",
        "[fd20:ce::254]",
        "[fd00:c1::a9fe:a9fe]",
      ],
    ],
    ["a multicast address", ["224.0.0.1", "239.255.255.255", "[ff02::1]"]],
    ["a reserved address", ["240.0.0.1", "255.255.255.255", "[::ffff:255.255.255.255]"]],
  ])("%s: %s", (what, hosts) => {
    expect(hosts.map((host) => [host, rules(hostOf(host))])).toEqual(hosts.map((host) => [host, what]));
  });

  it("a link-local address with a zone", () => expect(rules("fe80::1%eth0")).toBe("a link-local address"));
});

it.each([
  "127.0.0.1",
  "[::1]",
  "10.0.0.1",
  "172.16.0.1",
  "192.168.1.1",
  "100.64.0.1",
  "[fd12::1]",
  "8.8.8.8",
  "169.253.255.255",
  "169.255.0.0",
  "[2001:db8::1]",
  "[::ffff:127.0.0.1]",
  "[64:ff9b::8.8.8.8]",
  "api.openai.com",
  "metadata.example.com",
  "localhost",
])("an upstream may be at %s", (host) => expect(rules(hostOf(host))).toBeUndefined());

it("an allowed address may be asked, and nothing beside it", () => {
  const allowing = addressRules(["169.254.10.0/24", "fe80::7"]);
  expect(["169.254.10.1", "::ffff:169.254.10.1", "fe80::7"].map(allowing)).toEqual([undefined, undefined, undefined]);
  expect(["169.254.11.1", "fe80::8", "224.0.0.1"].map(allowing).includes(undefined)).toBe(false);
  expect(addressRules(["169.254.169.254"])("metadata.google.internal")).toBeUndefined();
});
