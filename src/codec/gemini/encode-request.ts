import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { Immutable } from "../../chat/immutable.ts";
import type { EncodedRequest, EncodeOptions } from "../chat-codec.ts";
import { LeftOutParams } from "../left-out-params.ts";
import { readingRequest } from "../openai/decode-request.ts";
import { vendorOptions } from "../vendor-options.ts";
import { encodeContents } from "./encode-contents.ts";
import { encodeTools } from "./encode-tools.ts";
import { generationConfig } from "./generation-config.ts";
import { objectText } from "./object-text.ts";

/** Members of the body, and of its generationConfig and functionCallingConfig, that are made from the request's own parameters. */
const written: ReadonlySet<string> = new Set([
  "model",
  "contents",
  "systemInstruction",
  "generationConfig",
  "toolConfig",
  "serviceTier",
  "temperature",
  "topP",
  "maxOutputTokens",
  "candidateCount",
  "stopSequences",
  "seed",
  "presencePenalty",
  "frequencyPenalty",
  "responseLogprobs",
  "logprobs",
  "responseMimeType",
  "responseSchema",
  "responseJsonSchema",
]);

/** With an effort, the thinking is what the codec makes of it. */
const writtenWithEffort: ReadonlySet<string> = new Set([...written, "thinkingConfig"]);

/** Options of Gemini's own that stand at the top of its body. All others belong to the generationConfig. */
const top: ReadonlySet<string> = new Set(["safetySettings", "cachedContent", "labels", "store", "modelArmorConfig"]);

/** What of `extensions.gemini` may pass: members of Gemini's body, and of its generationConfig, by their own names. */
export const geminiOptions: ReadonlySet<string> = new Set([
  ...top,
  "tools",
  "streamFunctionCallArguments",
  "topK",
  "thinkingConfig",
  "responseModalities",
  "speechConfig",
  "mediaResolution",
  "imageConfig",
  "audioTimestamp",
  "enableEnhancedCivicAnswers",
]);

/** OpenAI's names of what Gemini has a place for, and of what is not the vendor's business. */
const taken: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "stream",
  "stream_options",
  "metadata",
  "prompt_template",
  "extensions",
  "temperature",
  "top_p",
  "max_tokens",
  "max_completion_tokens",
  "n",
  "stop",
  "seed",
  "presence_penalty",
  "frequency_penalty",
  "logprobs",
  "top_logprobs",
  "response_format",
  "reasoning_effort",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "web_search_options",
  "service_tier",
]);

const serviceTiers: Readonly<Record<string, string>> = { default: "standard", flex: "flex", priority: "priority" };

/**
 * A request as the body of generateContent and streamGenerateContent (https://ai.google.dev/api/generate-content). The model and
 * whether it is streamed are in the path.
 * @throws GatewayError as {@link ChatCodec.encodeRequest}.
 */
export function encodeRequest(request: Immutable<ChatCompletionRequest>, options: EncodeOptions): EncodedRequest {
  const { model, allowedOptions } = options;
  const left = new LeftOutParams(options.unsupported);
  return readingRequest(() => {
    left.leaveAllBut(taken, request, [writtenWithEffort, allowedOptions]);
    if (Object.keys(options.metadata ?? {}).length > 0) left.leave("metadata");
    const reserved = request.reasoningEffort === undefined ? written : writtenWithEffort;
    const rules = { vendor: "gemini", allowed: allowedOptions, written: reserved };
    const own = Object.fromEntries(vendorOptions(request, rules, left));
    const { tools: vendorTools, streamFunctionCallArguments: streamArguments, ...rest } = own;
    const ofConfig = Object.entries(rest).filter(([name]) => !top.has(name));
    const ofBody = Object.entries(rest).filter(([name]) => top.has(name));
    const { contents, systemInstruction } = encodeContents(request, model, left);
    const { tools, toolConfig } = encodeTools(request, model, { vendorTools, streamArguments }, left);
    const body = objectText({
      contents,
      systemInstruction,
      tools,
      toolConfig,
      generationConfig: generationConfig(request, model, Object.fromEntries(ofConfig), left),
      serviceTier: serviceTier(request.serviceTier, left),
      ...Object.fromEntries(ofBody),
    });
    return { body: `${body.slice(0, -1)}${left.passed}}`, dropped: left.names };
  });
}

function serviceTier(tier: string | undefined, left: LeftOutParams): string | undefined {
  if (tier === undefined || tier === "auto") return undefined;
  const word = Object.hasOwn(serviceTiers, tier) ? serviceTiers[tier] : undefined;
  if (word === undefined) left.leave("service_tier", JSON.stringify(tier));
  return word === undefined ? undefined : JSON.stringify(word);
}
