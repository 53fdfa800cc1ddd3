import { describe, expect, it } from "vitest";
import { foundBy } from "../../test/support/found-by.ts";
import { secrets } from "./secrets.ts";

type Options = Parameters<typeof secrets>[0];

/** Made here, so that no scanner takes this file for one that holds a key. */
const key = ["AK", "IA", "IOSFODNN7", "QRSTUVW"].join("");
const link = ["postgres://app", "s3cretWord@db.example/x"].join(":");
const noise = "kJ8xQ2mV9rT4wZ7pL1nB5sD3";
const text = `${key} ${link} ${noise}`;

describe("secrets", () => {
  it.each<readonly [string, Options, readonly string[]]>([
    ["keys and passwords", {}, ["API_KEY", "CONNECTION_STRING"]],
    ["what is named", { entities: ["API_KEY"] }, ["API_KEY"]],
    ["what is not allowed", { allow: [key] }, ["CONNECTION_STRING"]],
    ["what looks random, when asked to", { highEntropy: true, entities: ["API_KEY"] }, ["API_KEY", "HIGH_ENTROPY"]],
  ])("finds %s", (_, options, found) => {
    expect(foundBy(secrets(options), text).map((each) => each.slice(0, each.indexOf(":")))).toEqual(found);
  });
});
