import { describe, expect, it } from "vitest";
import { type ModelTraits, traitsOf } from "./model-traits.ts";

const five = ["low", "medium", "high", "xhigh", "max"];

describe("what a model takes", () => {
  it.each<[string, Partial<ModelTraits>]>([
    ["claude-3-haiku-20240307", { thinking: "budget", maxOutput: 4096, structuredOutput: false, samplingPair: true }],
    ["claude-3-5-sonnet-20241022", { thinking: "budget", maxOutput: 8192, structuredOutput: false }],
    ["claude-3-7-sonnet-20250219", { thinking: "budget", maxOutput: 32_000, samplingPair: true }],
    ["claude-opus-4-20250514", { maxOutput: 32_000, samplingPair: true, structuredOutput: false }],
    ["claude-opus-4-1-20250805", { maxOutput: 32_000, samplingPair: false, structuredOutput: false }],
    ["claude-sonnet-4-5-20250929", { thinking: "budget", efforts: [], structuredOutput: true, maxOutput: 64_000 }],
    ["claude-opus-4-5", { thinking: "budget", efforts: ["low", "medium", "high"], sampling: true }],
    [
      "claude-sonnet-4-6",
      { thinking: "adaptive", efforts: ["low", "medium", "high", "max"], sampling: true, thinkingOff: "default" },
    ],
    ["claude-opus-4-7", { thinking: "adaptive", efforts: five, sampling: false, thinkingOff: "default", systemTurns: false }],
    ["claude-opus-4-8", { sampling: false, thinkingOff: "default", systemTurns: true, forcedTools: true }],
    ["claude-sonnet-5", { thinkingOff: "disabled", systemTurns: false, forcedTools: true }],
    ["claude-opus-5", { thinkingOff: "disabled", systemTurns: true, forcedTools: true }],
    ["claude-haiku-5-5", { thinkingOff: "disabled", forcedTools: true }],
    ["claude-sonnet-5-5", { thinkingOff: "between_tools", forcedTools: false }],
    ["claude-opus-5-5", { thinkingOff: "never", forcedTools: false }],
    ["claude-fable-5", { thinkingOff: "never", forcedTools: true }],
    ["claude-fable-5-1", { thinkingOff: "never", forcedTools: false }],
    ["claude-mythos-preview", { thinking: "adaptive", thinkingOff: "never", sampling: false }],
    ["claude-novella-7", { thinking: "adaptive", thinkingOff: "never", sampling: false, forcedTools: false }],
    ["anthropic.claude-haiku-4-5-20251001-v1:0", { thinking: "budget", efforts: [], structuredOutput: true }],
    ["anthropic/claude-sonnet-4.5", { thinking: "budget", structuredOutput: true }],
    ["claude-opus-4-5@20251101", { efforts: ["low", "medium", "high"] }],
    ["kimi-k2", { thinking: "budget", efforts: [], sampling: true, samplingPair: true, structuredOutput: false }],
  ])("%s", (model, traits) => {
    expect(traitsOf(model)).toMatchObject(traits);
  });
});
