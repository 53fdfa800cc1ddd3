import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { GatewayError } from "../../chat/error.ts";
import type { Immutable } from "../../chat/immutable.ts";
import type { EncodedRequest, EncodeOptions } from "../chat-codec.ts";
import { LeftOutParams } from "../left-out-params.ts";
import { readingRequest } from "../openai/decode-request.ts";
import { vendorOptions } from "../vendor-options.ts";
import { encodeMessages, encodeTurn } from "./encode-messages.ts";
import { encodeTools } from "./encode-tools.ts";
import { exactItems } from "./exact-members.ts";
import { traitsOf } from "./model-traits.ts";
import { encodeReasoning } from "./reasoning.ts";
import { encodeSampling } from "./sampling.ts";
import { encodeFormat } from "./structured-output.ts";
import { encodeToolChoice } from "./tool-choice.ts";
import { webSearchTool } from "./web-search.ts";

/** What `max_tokens` is when the request sets no limit, unless the model gives less: the vendor wants one. */
export const defaultMaxTokens = 32_000;

type Request = Immutable<ChatCompletionRequest>;

/** OpenAI's parameters that have a place in the body, or are the gateway's own. */
const taken: ReadonlySet<string> = new Set([
  ...["model", "messages", "max_tokens", "max_completion_tokens", "n", "response_format", "stop", "stream", "stream_options"],
  ...["temperature", "top_p", "tools", "tool_choice", "parallel_tool_calls", "user", "safety_identifier", "reasoning_effort"],
  ...["service_tier", "metadata", "web_search_options", "functions", "function_call", "prompt_template", "extensions"],
]);

const written: ReadonlySet<string> = new Set([
  ...["model", "messages", "system", "max_tokens", "stream", "tools", "tool_choice", "output_config", "temperature", "top_p"],
  ...["stop_sequences", "metadata", "service_tier", "speed"],
]);

/** With an effort, the thinking is what the codec makes of it. */
const writtenWithEffort: ReadonlySet<string> = new Set([...written, "thinking"]);

/**
 * A request as a body of the Messages API (https://platform.claude.com/docs/en/api/messages). `extensions.anthropic` gives `betas` as the
 * header `anthropic-beta`, and its other options as members of the body.
 * @throws GatewayError `invalid_request` for JSON text of the client's that is none; `unsupported_parameter` by the policy.
 */
export function encodeRequest(request: Request, options: EncodeOptions): EncodedRequest {
  return readingRequest(() => encode(request, options));
}

function encode(request: Request, { model, streamed, metadata, unsupported, allowedOptions }: EncodeOptions): EncodedRequest {
  const left = new LeftOutParams(unsupported);
  const traits = traitsOf(model);
  const reserved = request.reasoningEffort === undefined ? written : writtenWithEffort;
  const own = new Map(vendorOptions(request, { vendor: "anthropic", allowed: allowedOptions, written: reserved }, left));
  const { system, turns } = encodeMessages(request.messages, traits.systemTurns, left);
  const offered = encodeTools(request, traits.structuredOutput, left);
  if (request.webSearchOptions !== undefined) offered.push(webSearchTool(request.webSearchOptions, left));
  const form = encodeFormat(request.responseFormat, traits, left);
  const { tools, json: choice, forced } = encodeToolChoice(request, offered, form.tool, traits.forcedTools, left);
  const maxTokens = request.maxCompletionTokens ?? request.maxTokens ?? Math.min(defaultMaxTokens, traits.maxOutput);
  const setting = { traits, maxTokens, own: own.get("thinking"), forced, turns };
  const { thinking, effort, thinks } = encodeReasoning(request.reasoningEffort, setting, left);
  const blocks =
    form.instruction === undefined ? system : [...system, `{"type":"text","text":${JSON.stringify(form.instruction)}}`];

  let body = `{"model":${JSON.stringify(model)},"max_tokens":${maxTokens}`;
  if (blocks.length > 0) body += `,"system":[${blocks.join(",")}]`;
  body += `,"messages":[${turns.map(encodeTurn).join(",")}]`;
  if (tools.length > 0) body += `,"tools":[${tools.map(({ json }) => json).join(",")}]`;
  if (choice !== undefined) body += `,"tool_choice":${choice}`;
  if (thinking !== undefined) body += `,"thinking":${thinking}`;
  body += outputConfig(effort, form.format) + encodeSampling(request, traits, thinks, left) + stopSequences(request.stop, left);
  body += userMember(request) + serviceTier(request.serviceTier, left);
  if (Object.keys(metadata ?? {}).length > 0) left.leave("metadata");
  if (streamed) body += ',"stream":true';
  for (const [name, json] of own) if (name !== "thinking" && name !== "betas") body += `,${JSON.stringify(name)}:${json}`;
  left.leaveAllBut(taken, request, [writtenWithEffort, allowedOptions]);

  const betas = betasOf(own.get("betas"), [
    ...(request.serviceTier === "fast" ? ["fast-mode-2026-02-01"] : []),
    ...(/"source"\s*:\s*\{\s*"type"\s*:\s*"file"/.test(body) ? ["files-api-2025-04-14"] : []),
  ]);
  const headers = betas === "" ? {} : { headers: { "anthropic-beta": betas } };
  return { body: `${body}${left.passed}}`, dropped: left.names, ...headers };
}

function outputConfig(effort: string | undefined, format: string | undefined): string {
  const members = [effort && `"effort":${JSON.stringify(effort)}`, format && `"format":${format}`].filter((text) => text);
  return members.length === 0 ? "" : `,"output_config":{${members.join(",")}}`;
}

function stopSequences(stop: readonly string[], left: LeftOutParams): string {
  const usable = stop.filter((sequence) => sequence.trim() !== ""); // the vendor refuses white space alone
  if (usable.length < stop.length) left.leave("stop");
  return usable.length === 0 ? "" : `,"stop_sequences":${JSON.stringify(usable)}`;
}

function userMember({ safetyIdentifier, user }: Request): string {
  const id = safetyIdentifier ?? user;
  return id === undefined || id === "" ? "" : `,"metadata":{"user_id":${JSON.stringify(id)}}`;
}

/** https://platform.claude.com/docs/en/api/service-tiers, and https://platform.claude.com/docs/en/build-with-claude/fast-mode. */
function serviceTier(tier: string | undefined, left: LeftOutParams): string {
  switch (tier) {
    case undefined:
    case "auto":
      return "";
    case "default":
    case "standard_only":
      return ',"service_tier":"standard_only"';
    case "priority":
      return ',"service_tier":"auto"';
    case "fast":
      return ',"speed":"fast"';
    default:
      left.leave("service_tier");
      return "";
  }
}

/** The client's betas and the needed ones, each once. @throws GatewayError `invalid_request` for what is no name. */
function betasOf(json: string | undefined, needed: readonly string[]): string {
  const betas = json === undefined ? [] : exactItems(json).map((item): unknown => JSON.parse(item));
  for (const beta of betas) {
    if (typeof beta !== "string" || !/^[\w.-]{1,64}$/.test(beta)) {
      const message = "extensions.anthropic.betas must be names of letters, digits, dots, dashes and underscores";
      throw new GatewayError("invalid_request", message, { param: "extensions.anthropic.betas" });
    }
  }
  return [...new Set([...betas, ...needed])].join(",");
}
