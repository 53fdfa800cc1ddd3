import { expect, it } from "vitest";
import { modelTraits } from "./model-traits.ts";

// https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html
it.each<[string, string | undefined, string | undefined]>([
  ["anthropic.claude-v2:1", undefined, undefined],
  ["anthropic.claude-instant-v1", undefined, undefined],
  ["anthropic.claude-3-haiku-20240307-v1:0", undefined, "tool"],
  ["us.anthropic.claude-3-5-sonnet-20241022-v2:0", undefined, "tool"],
  ["us.anthropic.claude-3-7-sonnet-20250219-v1:0", "budget", "tool"],
  ["anthropic.claude-sonnet-4-20250514-v1:0", "budget", "tool"],
  ["us.anthropic.claude-opus-4-1-20250805-v1:0", "budget", "tool"],
  ["eu.anthropic.claude-haiku-4-5-20251001-v1:0", "budget", "native"],
  ["global.anthropic.claude-opus-4-5-20251101-v1:0", "budget", "native"],
  ["us.anthropic.claude-opus-4-6-v1", "adaptive", "native"],
  ["anthropic.claude-sonnet-4-6", "adaptive", "native"],
  ["anthropic.claude-opus-4-10", "adaptive", "native"],
  ["anthropic.claude-opus-5", "adaptive", "native"],
  ["anthropic.claude-something-new", "adaptive", "native"],
  ["arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0", "budget", "native"],
  ["arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2", undefined, "native"],
  ["amazon.nova-pro-v1:0", undefined, "tool"],
  ["us.amazon.nova-2-lite-v1:0", "nova", "tool"],
  ["amazon.titan-text-express-v1", undefined, undefined],
  ["openai.gpt-oss-120b-1:0", "effort", "native"],
  ["us.meta.llama4-scout-17b-instruct-v1:0", undefined, undefined],
  ["arn:aws:bedrock:us-east-1::foundation-model/meta.llama3-8b-instruct-v1:0", undefined, undefined],
  ["us.deepseek.r1-v1:0", undefined, undefined],
  ["deepseek.v3-v1:0", undefined, "native"],
  ["mistral.mistral-large-2402-v1:0", undefined, undefined],
  ["mistral.mistral-large-3-675b-instruct", undefined, "native"],
  ["qwen.qwen3-235b-a22b-2507-v1:0", undefined, "native"],
  ["cohere.command-r-plus-v1:0", undefined, undefined],
])("knows how to ask %s", (model, reasoning, structured) => {
  expect(modelTraits(model)).toEqual({ reasoning, structured });
});
