import { describe, expect, it } from "vitest";
import { closestName } from "./closest-name.ts";

describe("closestName", () => {
  const known = ["demo/text", "demo/tool", "best", "gpt-5"];
  it.each([
    ["demo/txt", "demo/text"],
    ["demo/etxt", "demo/text"],
    ["demo/tex", "demo/text"],
    ["DEMO/TOOL", "demo/tool"],
    ["demotool", "demo/tool"],
    ["bets", "best"],
    ["gtp-5", "gpt-5"],
    ["worst", undefined],
    ["", undefined],
    ["x", undefined],
    ["demo/text".repeat(50), undefined],
  ])("%s: %s", (name, expected) => {
    expect(closestName(name, known)).toBe(expected);
  });
});
