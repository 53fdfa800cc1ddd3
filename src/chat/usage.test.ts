import { create, equals } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageSchema } from "#gen/sluice/chat/v1/usage_pb";
import { arbitraryUsage } from "../../test/support/arbitrary-response.ts";
import { addUsage } from "./usage.ts";

describe("addUsage", () => {
  it("adds tokens and details, and keeps what only one of them has", () => {
    const a = create(UsageSchema, {
      promptTokens: 10,
      completionTokens: 5,
      totalTokens: 15,
      promptTokensDetails: { cachedTokens: 4 },
      completionTokensDetails: { reasoningTokens: 1 },
    });
    const b = create(UsageSchema, {
      promptTokens: 1,
      completionTokens: 2,
      totalTokens: 3,
      estimated: true,
      promptTokensDetails: { cachedTokens: 1, audioTokens: 7 },
    });
    expect(addUsage(a, b)).toMatchObject({
      promptTokens: 11,
      completionTokens: 7,
      totalTokens: 18,
      estimated: true,
      promptTokensDetails: { cachedTokens: 5, audioTokens: 7 },
      completionTokensDetails: { reasoningTokens: 1 },
    });
  });

  it("has zero as its neutral element and does not depend on grouping", () => {
    const zero = create(UsageSchema);
    fc.assert(
      fc.property(arbitraryUsage, arbitraryUsage, arbitraryUsage, (a, b, c) => {
        expect(equals(UsageSchema, addUsage(zero, a), a)).toBe(true);
        expect(equals(UsageSchema, addUsage(a, zero), a)).toBe(true);
        expect(equals(UsageSchema, addUsage(addUsage(a, b), c), addUsage(a, addUsage(b, c)))).toBe(true);
      }),
    );
  });

  it("changes neither of the two", () => {
    fc.assert(
      fc.property(arbitraryUsage, arbitraryUsage, (a, b) => {
        const before = structuredClone([a, b]);
        addUsage(a, b);
        expect([a, b]).toEqual(before);
      }),
    );
  });
});
