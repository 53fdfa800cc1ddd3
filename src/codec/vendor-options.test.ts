import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "../chat/error.ts";
import { anthropicCodec, anthropicOptions } from "./anthropic/index.ts";
import { bedrockCodec, bedrockOptions } from "./bedrock/index.ts";
import type { ChatCodec, EncodeOptions } from "./chat-codec.ts";
import { geminiCodec, geminiOptions } from "./gemini/index.ts";
import { decodeRequest } from "./openai/decode-request.ts";

interface Subject {
  readonly vendor: string;
  readonly codec: ChatCodec;
  readonly model: string;
  readonly allowed: ReadonlySet<string>;
  /** Members whose objects options go into. */
  readonly joined: readonly string[];
}

const subjects: readonly Subject[] = [
  { vendor: "anthropic", codec: anthropicCodec, model: "claude-sonnet-5", allowed: anthropicOptions, joined: [] },
  {
    vendor: "gemini",
    codec: geminiCodec,
    model: "gemini-3-pro",
    allowed: geminiOptions,
    joined: ["generationConfig", "toolConfig"],
  },
  {
    vendor: "bedrock",
    codec: bedrockCodec,
    model: "anthropic.claude-sonnet-4-5-20250929-v1:0",
    allowed: bedrockOptions,
    joined: ["additionalModelRequestFields"],
  },
];

const request = {
  model: "m",
  messages: [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Hi" },
  ],
  temperature: 1,
  max_tokens: 9000,
  stop: ["END"],
  reasoning_effort: "low",
  tools: [{ type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } }],
};

type Body = Readonly<Record<string, unknown>>;

const names = [
  ...["model", "messages", "contents", "system", "systemInstruction", "temperature", "max_tokens", "stream", "thinking"],
  ...["generationConfig", "inferenceConfig", "thinkingConfig", "toolConfig", "tool_choice", "stop_sequences", "output_config"],
  ...["maxOutputTokens", "topP", "url", "base_url", "api_key", "authorization", "__proto__", "constructor", "toString"],
];

describe.each(subjects)(
  "whatever a client sends $vendor in options and unknown fields",
  ({ vendor, codec, model, allowed, joined }) => {
    const encoding = (unsupported: EncodeOptions["unsupported"]): EncodeOptions => {
      return { model, streamed: true, metadata: undefined, unsupported, allowedOptions: allowed };
    };
    const encode = (more: object, unsupported: EncodeOptions["unsupported"]): Body => {
      const message = decodeRequest(Buffer.from(JSON.stringify({ ...request, ...more })));
      return JSON.parse(codec.encodeRequest(message, encoding(unsupported)).body) as Body; // an object
    };
    const modelled = encode({}, "drop");
    const name = fc.oneof(fc.constantFrom(...names, ...allowed), fc.string({ maxLength: 12 }));
    const options = fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 6, noNullPrototype: true });

    it("what the contract models stays as it is, or the request is refused", () => {
      let passed = 0;
      fc.assert(
        fc.property(options, options, fc.constantFrom("drop", "pass", "reject"), (own, unknown, policy) => {
          let body: Body;
          const free = Object.fromEntries(Object.entries(unknown).filter(([key]) => !Object.hasOwn(request, key)));
          try {
            body = encode({ ...free, extensions: { [vendor]: own } }, policy);
          } catch (error) {
            expect(error).toBeInstanceOf(GatewayError);
            return;
          }
          passed++;
          for (const [key, value] of Object.entries(modelled)) {
            if (Array.isArray(value) && key === "tools") expect(body[key]).toEqual(expect.arrayContaining(value));
            else if (joined.includes(key)) expect(body[key]).toMatchObject(value as object);
            else expect(body[key], key).toEqual(value);
          }
        }),
        { numRuns: 3000 },
      );
      expect(passed).toBeGreaterThan(100);
    });
  },
);
