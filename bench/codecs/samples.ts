import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { Immutable } from "../../src/chat/immutable.ts";
import { anthropicCodec } from "../../src/codec/anthropic/index.ts";
import { bedrockCodec } from "../../src/codec/bedrock/index.ts";
import type { ChatCodec } from "../../src/codec/chat-codec.ts";
import { geminiCodec } from "../../src/codec/gemini/index.ts";
import { decodeChunk } from "../../src/codec/openai/decode-reply.ts";
import { encodeRequest } from "../../src/codec/openai/encode-request.ts";

/** One event of a stream. */
export interface Payload {
  readonly data: string;
  readonly type?: string;
}

/** What a codec is measured on. */
export interface CodecSample {
  readonly name: string;
  /** A client's request. */
  readonly request: string;
  encode(request: Immutable<ChatCompletionRequest>): string;
  /** A decoder of a new stream. */
  decoder(): (data: string, type?: string) => ChatCompletionChunk | undefined;
  /** The events of a stream with that many chunks of text. */
  stream(chunks: number): readonly Payload[];
}

const words = "the quick brown fox jumps over a lazy dog while seven wizards brew coffee in a cold tower and nobody asks ";
const piece = (i: number) => (words + words).slice((i * 12) % words.length, ((i * 12) % words.length) + 12);
const pieces = (chunks: number, payload: (text: string) => Payload): Payload[] =>
  Array.from({ length: chunks }, (_, i) => payload(JSON.stringify(piece(i))));

const tool = (name: string) => ({
  type: "function",
  function: {
    name,
    description: `Looks up ${name} by name, unit and day.`,
    parameters: {
      type: "object",
      properties: { name: { type: "string" }, unit: { enum: ["metric", "imperial"] }, day: { type: "integer", minimum: 0 } },
      required: ["name"],
      additionalProperties: false,
    },
  },
});
const request = JSON.stringify({
  model: "vendor/model",
  max_tokens: 1000,
  temperature: 0.5,
  messages: [
    { role: "system", content: `Be brief. ${words.repeat(4)}` },
    ...Array.from({ length: 6 }, (_, i) => ({ role: i % 2 === 0 ? "user" : "assistant", content: words.repeat(3) })),
    { role: "user", content: "And now?" },
  ],
  tools: [tool("weather"), tool("tides")],
});

/** The sample of a vendor with a codec: its events before the text, and one with some. */
function codecSample(name: string, codec: ChatCodec, before: readonly Payload[], chunk: (text: string) => Payload): CodecSample {
  const options = { model: "vendor/model", created: 1_790_000_000, provider: "vendor" };
  const encoding = {
    model: "model",
    streamed: true,
    metadata: undefined,
    unsupported: "drop",
    allowedOptions: new Set<string>(),
  } as const;
  return {
    name,
    request,
    encode: (message) => codec.encodeRequest(message, encoding).body,
    decoder: () => {
      const decoder = codec.decodeStream(options);
      return (data, type) => decoder.next(data, type);
    },
    stream: (chunks) => [...before, ...pieces(chunks, chunk)],
  };
}

const openAi: CodecSample = {
  name: "openai",
  request,
  encode: (message) =>
    encodeRequest(message, { model: "model", streamed: true, includeUsage: true, metadata: undefined }).toString(),
  decoder: () => (data) => decodeChunk(data, { model: "vendor/model" }),
  stream: (chunks) =>
    pieces(chunks, (text) => ({
      data: `{"id":"chatcmpl-BDZyG1zJb3u5dVtGbnXk3Yc0aQ7Yw","object":"chat.completion.chunk","created":1790000000,"model":"gpt-5.5-2026-04-23","service_tier":"default","system_fingerprint":"fp_b376dfbbd5","choices":[{"index":0,"delta":{"content":${text}},"logprobs":null,"finish_reason":null}],"usage":null}`,
    })),
};

/** Every codec, on the same request and text. */
export const samples: readonly CodecSample[] = [
  openAi,
  codecSample(
    "anthropic",
    anthropicCodec,
    [
      {
        data: '{"type":"message_start","message":{"id":"msg_01","type":"message","role":"assistant","model":"claude-opus-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"output_tokens":1}}}',
      },
      { data: '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}' },
    ],
    (text) => ({ data: `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":${text}}}` }),
  ),
  codecSample("gemini", geminiCodec, [], (text) => ({
    data: `{"candidates":[{"content":{"parts":[{"text":${text}}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":25,"candidatesTokenCount":4,"totalTokenCount":29,"promptTokensDetails":[{"modality":"TEXT","tokenCount":25}]},"modelVersion":"gemini-3-flash-preview","responseId":"mEsSZ4LzDs6Bm9IPg4TB0AQ"}`,
  })),
  codecSample("bedrock", bedrockCodec, [{ type: "messageStart", data: '{"p":"abcdefghijkl","role":"assistant"}' }], (text) => ({
    type: "contentBlockDelta",
    data: `{"contentBlockIndex":0,"delta":{"text":${text}},"p":"abcdefghijklmnop"}`,
  })),
];
