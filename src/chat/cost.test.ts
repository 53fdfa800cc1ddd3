import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageSchema } from "#gen/sluice/chat/v1/usage_pb";
import { type Charge, costOf, type Price, usdText } from "./cost.ts";

function charge(price: Price, prompt: number, completion: number, cached = 0, written = 0): Charge {
  const promptTokensDetails = { cachedTokens: cached, cacheWriteTokens: written };
  const usage = { promptTokens: prompt, completionTokens: completion, totalTokens: prompt + completion, promptTokensDetails };
  return { price, usage: create(UsageSchema, usage) };
}

describe("costOf", () => {
  it.each([
    ["tokens at their prices", charge({ input: 2.5, output: 10 }, 1000, 200), 2_500_000n, 2_000_000n],
    ["cached ones at theirs", charge({ input: 2.5, output: 10, cachedInput: 0.25 }, 1000, 0, 400), 1_600_000n, 0n],
    ["ones written to the cache at theirs", charge({ input: 3, output: 15, cacheWrite: 3.75 }, 100, 0, 0, 60), 345_000n, 0n],
    ["both as others without prices of their own", charge({ input: 3, output: 15 }, 100, 0, 40, 60), 300_000n, 0n],
    [
      "more cached ones than there are tokens as all of them",
      charge({ input: 3, output: 0, cachedInput: 1 }, 10, 0, 40, 9),
      10_000n,
      0n,
    ],
    ["nothing for what is free", charge({ input: 0, output: 0 }, 10, 10), 0n, 0n],
    [
      "the largest counts",
      charge({ input: 1_000_000, output: 1_000_000 }, 0xffffffff, 1),
      4_294_967_295_000_000_000n,
      1_000_000_000n,
    ],
  ])("charges %s", (_, one, prompt, completion) => {
    expect(costOf([one])).toMatchObject({
      totalNanoUsd: prompt + completion,
      promptNanoUsd: prompt,
      completionNanoUsd: completion,
    });
  });

  it.each([
    [0.0005, 1, 0n],
    [0.0015, 1, 2n],
    [0.0025, 1, 2n],
    [0.000500000001, 1, 1n],
    [0.0375, 1, 38n],
    [0.0385, 1, 38n],
    [0.1, 3, 300n],
  ])("rounds %d dollars a million for %i tokens half to even", (input, tokens, total) => {
    expect(costOf([charge({ input, output: 0 }, tokens, 0)]).totalNanoUsd).toBe(total);
  });

  it("rounds the sum of all attempts once", () => {
    const half = charge({ input: 0.0005, output: 0.0005 }, 1, 0);
    expect(costOf([half, half, half]).totalNanoUsd).toBe(2n); // 1.5
    const parts = costOf([charge({ input: 0.0005, output: 0.0005 }, 1, 1)]);
    expect([parts.totalNanoUsd, parts.promptNanoUsd, parts.completionNanoUsd]).toEqual([1n, 0n, 1n]);
  });

  it("is never further than half a billionth from what numbers with fractions say", () => {
    const price = fc.integer({ min: 0, max: 1_000_000 }).map((micros) => micros / 10_000);
    fc.assert(
      fc.property(price, price, fc.nat(100_000), fc.nat(100_000), (input, output, prompt, completion) => {
        const { totalNanoUsd, promptNanoUsd, completionNanoUsd } = costOf([charge({ input, output }, prompt, completion)]);
        expect(Math.abs(Number(totalNanoUsd) - (prompt * input + completion * output) * 1000)).toBeLessThanOrEqual(0.501);
        expect(promptNanoUsd + completionNanoUsd).toBe(totalNanoUsd);
      }),
    );
  });
});

it.each([
  [0n, "0"],
  [1n, "0.000000001"],
  [1_500_000_000n, "1.5"],
  [20_000_000_000n, "20"],
  [123_456_789_012n, "123.456789012"],
])("writes %i billionths as %s", (nano, text) => {
  expect(usdText(nano)).toBe(text);
});
