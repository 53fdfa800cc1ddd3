import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMetadata } from "./client-metadata.ts";
import { GatewayError } from "./error.ts";

describe("parseMetadata", () => {
  const good: readonly (readonly [string, Record<string, string>])[] = [
    ["", {}],
    ["user_id=u1,organization=acme%20inc", { user_id: "u1", organization: "acme inc" }],
    [" a = 1 , b=2\t", { a: "1", b: "2" }],
    ["a=1;expires=never;flag,b=2 ; x=y", { a: "1", b: "2" }],
    ["a=", { a: "" }],
    ["a=b=c", { a: "b=c" }],
    ["a=1,,", { a: "1" }],
    ["a=%E2%82%AC", { a: "€" }],
    ["constructor=x", { constructor: "x" }],
  ];
  it.each(good)("reads %j", (header, expected) => {
    expect(parseMetadata(header)).toEqual(expected);
  });

  const bad: readonly (readonly [string, string, RegExp])[] = [
    ["no value", "user_id", /key=value/],
    ["no key", "=x", /key=value/],
    ["a space in the key", "user id=1", /key=value/],
    ["only a property", ";a=1", /key=value/],
    ["a space in the value", "a=b c", /percent-encoded/],
    ["a quote", 'a="b"', /percent-encoded/],
    ["a letter beyond ASCII", "a=é", /percent-encoded/],
    ["a bad escape", "a=%zz", /bad percent-encoding/],
    ["bytes that are not UTF-8", "a=%ff", /bad percent-encoding/],
    ["a key twice", "a=1,a=2", /a twice/],
    ["65 pairs", Array.from({ length: 65 }, (_, i) => `k${i}=v`).join(","), /more than 64/],
    ["over 8 KiB", `a=${"x".repeat(8192)}`, /longer than 8192/],
  ];
  it.each(bad)("refuses %s", (_, header, message) => {
    expect(() => parseMetadata(header)).toThrow(
      expect.objectContaining({ code: "invalid_request", param: "x-sluice-metadata", message: expect.stringMatching(message) }),
    );
  });

  it("does not let a key reach a prototype", () => {
    expect(Object.keys(parseMetadata("__proto__=x"))).toEqual(["__proto__"]);
  });

  it("reads back what was encoded", () => {
    const key = fc.stringMatching(/^[a-z_.-]{1,12}$/);
    const value = fc.string({ unit: "grapheme", maxLength: 20 });
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 20, noNullPrototype: true }), (pairs) => {
        const header = Object.entries(pairs).map(([k, v]) => `${k}=${encodeURIComponent(v)}`);
        expect(parseMetadata(header.join(" , "))).toEqual(pairs);
      }),
    );
  });

  it("reads or refuses anything", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (header) => {
        try {
          parseMetadata(header);
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }),
    );
  });
});
