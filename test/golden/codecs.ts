import { anthropicCodec } from "../../src/codec/anthropic/index.ts";
import { bedrockCodec } from "../../src/codec/bedrock/index.ts";
import { geminiCodec } from "../../src/codec/gemini/index.ts";
import type { GoldenCodec } from "./golden-codec.ts";
import { openAiGolden } from "./openai.golden.ts";

/** Every codec, a line each. */
export const goldenCodecs: readonly GoldenCodec[] = [
  openAiGolden,
  { vendor: "anthropic", title: "Anthropic", codec: anthropicCodec, model: "claude-sonnet-5" },
  { vendor: "gemini", title: "Gemini, Vertex AI", codec: geminiCodec, model: "gemini-3-pro" },
  { vendor: "bedrock", title: "Amazon Bedrock", codec: bedrockCodec, model: "eu.anthropic.claude-sonnet-4-5-20250929-v1:0" },
];
