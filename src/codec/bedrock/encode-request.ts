import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { Immutable } from "../../chat/immutable.ts";
import type { EncodedRequest, EncodeOptions } from "../chat-codec.ts";
import { JsonReader } from "../json/json-reader.ts";
import { LeftOutParams } from "../left-out-params.ts";
import { readingRequest } from "../openai/decode-request.ts";
import { vendorOptions } from "../vendor-options.ts";
import { conversation } from "./conversation.ts";
import { modelTraits } from "./model-traits.ts";
import { type Reasoning, reasoningEffort } from "./reasoning-effort.ts";
import { responseFormat } from "./response-format.ts";
import { toolConfig } from "./tool-config.ts";

/**
 * Options of `extensions.bedrock` that pass unless the provider is told otherwise: members of a Converse body that OpenAI has no word
 * for (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html).
 */
export const bedrockOptions: ReadonlySet<string> = new Set([
  "additionalModelRequestFields",
  "additionalModelResponseFieldPaths",
  "guardrailConfig",
  "performanceConfig",
  "promptVariables",
  "requestMetadata",
]);

const written = ["messages", "system", "modelId", "inferenceConfig", "toolConfig", "outputConfig", "serviceTier"];

/** Parameters (OpenAI's names) that have a place in the body, or are about what every reply has. */
const taken: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "stream",
  "stream_options",
  "max_tokens",
  "max_completion_tokens",
  "n",
  "temperature",
  "top_p",
  "stop",
  "tools",
  "tool_choice",
  "response_format",
  "reasoning_effort",
  "service_tier",
  "metadata",
  "prompt_template",
  "extensions",
]);

const tiers = new Set(["default", "flex", "priority", "reserved"]);

/** A request as a Converse or ConverseStream body: the two are the same. */
export function encodeRequest(request: Immutable<ChatCompletionRequest>, options: EncodeOptions): EncodedRequest {
  const left = new LeftOutParams(options.unsupported);
  const traits = modelTraits(options.model);
  const talk = conversation(request.messages, left);
  const format = responseFormat(request, traits, left);
  const tools = toolConfig(request, { traits, reply: format.tool, calledTools: talk.calledTools, left });
  const maxTokens = request.maxCompletionTokens ?? request.maxTokens;
  const { endsUnproven } = talk;
  const reasoning = reasoningEffort(request, { traits, forcedTool: tools.forced, endsUnproven, maxTokens, left });
  const inference = inferenceConfig(request, reasoning, left);
  const { metadata } = options;
  const rules = {
    vendor: "bedrock",
    allowed: options.allowedOptions,
    written: new Set(metadata === undefined ? written : [...written, "requestMetadata"]),
  };
  const extensions = new Map(vendorOptions(request, rules, left));
  left.leaveAllBut(request.parallelToolCalls === true ? takenWithParallelCalls : taken, request, [
    new Set(reasoning.fields.keys()),
  ]);

  const body = new Members();
  body.add("system", talk.system);
  body.add("messages", talk.messages);
  body.add("inferenceConfig", inference);
  body.add("toolConfig", tools.json);
  body.add("outputConfig", outputConfig(format.textFormat, reasoning.effort));
  body.add("serviceTier", serviceTier(request.serviceTier, left));
  body.add("requestMetadata", metadata === undefined ? undefined : JSON.stringify(metadata));
  body.add("additionalModelRequestFields", modelFields(reasoning, left.passed, extensions.get("additionalModelRequestFields")));
  extensions.delete("additionalModelRequestFields");
  for (const [name, json] of extensions) body.add(name, json);
  return {
    body: body.text,
    dropped: left.names,
    ...(options.streamed ? { headers: { accept: "application/vnd.amazon.eventstream" } } : {}),
  };
}

/** Several calls in one turn are what models here do anyway; that they do not cannot be asked of them. */
const takenWithParallelCalls: ReadonlySet<string> = new Set([...taken, "parallel_tool_calls"]);

/** An object in the making. */
class Members {
  #text = "";

  add(name: string, json: string | undefined): void {
    if (json !== undefined) this.#text += `${this.#text === "" ? "" : ","}${JSON.stringify(name)}:${json}`;
  }

  get isEmpty(): boolean {
    return this.#text === "";
  }

  get text(): string {
    return `{${this.#text}}`;
  }
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html */
function inferenceConfig(
  request: Immutable<ChatCompletionRequest>,
  { excluded, maxTokens: room }: Reasoning,
  left: LeftOutParams,
): string | undefined {
  const config = new Members();
  const add = (name: string, param: string, value: number | undefined): void => {
    if (value === undefined) return;
    if (excluded.has(param))
      left.leave(request.maxCompletionTokens !== undefined && param === "max_tokens" ? "max_completion_tokens" : param);
    else config.add(name, JSON.stringify(value));
  };
  add("maxTokens", "max_tokens", request.maxCompletionTokens ?? request.maxTokens ?? room);
  add("temperature", "temperature", request.temperature);
  add("topP", "top_p", request.topP);
  if (request.stop.length > 0) config.add("stopSequences", JSON.stringify(request.stop));
  return config.isEmpty ? undefined : config.text;
}

function outputConfig(textFormat: string | undefined, effort: string | undefined): string | undefined {
  const config = new Members();
  config.add("textFormat", textFormat);
  config.add("effort", effort);
  return config.isEmpty ? undefined : config.text;
}

function serviceTier(tier: string | undefined, left: LeftOutParams): string | undefined {
  if (tier === undefined || tier === "auto") return undefined;
  if (tiers.has(tier)) return `{"type":"${tier}"}`;
  left.leave("service_tier");
  return undefined;
}

/**
 * What goes to the model unseen.
 * @throws GatewayError `invalid_request` where the client names one that was made of its other parameters.
 */
function modelFields({ fields }: Reasoning, passed: string, given: string | undefined): string | undefined {
  const all = new Map(fields);
  for (const text of [`{${passed.slice(1)}}`, given]) {
    if (text === undefined) continue;
    readingRequest(() => {
      const reader = new JsonReader(text);
      reader.object((key) => {
        if (fields.has(key)) reader.fail("is made of the request's own parameters");
        all.set(key, reader.raw());
      });
    });
  }
  if (all.size === 0) return undefined;
  return `{${[...all].map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(",")}}`;
}
