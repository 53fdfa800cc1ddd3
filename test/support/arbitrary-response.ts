import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import type {
  ChatCompletionChunk,
  ChunkChoice,
  CustomToolCallDelta,
  Delta,
  FunctionCallDelta,
  ToolCallDelta,
} from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import {
  type AudioReply,
  type ChatCompletionResponse,
  ChatCompletionResponseSchema,
  FinishReason,
} from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { CostSchema } from "#gen/sluice/chat/v1/cost_pb";
import { GatewayEventSchema } from "#gen/sluice/chat/v1/gateway_event_pb";
import { RouteInfoSchema } from "#gen/sluice/chat/v1/route_info_pb";
import { type Usage, UsageSchema } from "#gen/sluice/chat/v1/usage_pb";
import { unfold } from "../../src/chat/unfold.ts";
import { seededRandom } from "../../src/testing/chunking.ts";
import { arbitraryMessage, type MessageRules } from "./arbitrary-message.ts";

const uint = fc.integer({ min: 0, max: 2 ** 20 });
const text = fc.string({ unit: "binary", maxLength: 24 });
const word = fc.string({ minLength: 1, maxLength: 8 });
const unknownFieldsJson = fc.constantFrom('{"x":1}', '{"vendor_note":{"a":[1,2]},"b":null}');

/** A record of optional fields: each is there or absent, never `undefined`. */
function some<T extends Record<string, unknown>>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return fc.record<T, never>(fields, { requiredKeys: [] });
}

/** Any usage, with any of its details. */
export const arbitraryUsage: fc.Arbitrary<Usage> = fc
  .record(
    {
      promptTokens: uint,
      completionTokens: uint,
      totalTokens: uint,
      estimated: fc.boolean(),
      promptTokensDetails: some({
        audioTokens: uint,
        cachedTokens: uint,
        textTokens: uint,
        imageTokens: uint,
        cacheWriteTokens: uint,
        unknownFieldsJson,
      }),
      completionTokensDetails: some({
        acceptedPredictionTokens: uint,
        audioTokens: uint,
        reasoningTokens: uint,
        rejectedPredictionTokens: uint,
        textTokens: uint,
        unknownFieldsJson,
      }),
      unknownFieldsJson,
    },
    { requiredKeys: ["promptTokens", "completionTokens", "totalTokens", "estimated"] },
  )
  .map((usage) => create(UsageSchema, usage));

const functionCall = fc.record({ name: word, arguments: text, unknownFieldsJson }, { requiredKeys: ["name", "arguments"] });
const customCall = fc.record({ name: word, input: text, unknownFieldsJson }, { requiredKeys: ["name", "input"] });
const toolCall = fc.oneof(
  fc.record(
    { id: word, type: fc.constant("function"), function: functionCall, unknownFieldsJson, signature: word },
    { requiredKeys: ["id", "function"] },
  ),
  fc.record(
    { id: word, type: fc.constant("custom"), custom: customCall, unknownFieldsJson, signature: word },
    { requiredKeys: ["id", "custom"] },
  ),
);

const citation = fc.record(
  { startIndex: uint, endIndex: uint, url: fc.webUrl(), title: text, unknownFieldsJson },
  { requiredKeys: ["startIndex", "endIndex", "url", "title"], noNullPrototype: true },
);
const annotation = fc.record(
  { type: word, urlCitation: citation, unknownFieldsJson },
  { requiredKeys: ["type"], noNullPrototype: true },
);
const audio = some({ id: word, data: fc.base64String({ maxLength: 24 }), transcript: text, expiresAt: uint, unknownFieldsJson });

const logprob = fc.double({ min: -9999, max: 0, noNaN: true });
const bytes = fc.uint8Array({ minLength: 1, maxLength: 4 });
const topLogprob = fc.record({ token: text, logprob, bytes, unknownFieldsJson }, { requiredKeys: ["token", "logprob"] });
const tokenLogprob = fc.record(
  { token: text, logprob, bytes, topLogprobs: fc.array(topLogprob, { maxLength: 2 }), unknownFieldsJson },
  { requiredKeys: ["token", "logprob", "topLogprobs"] },
);
const logprobs = fc.record(
  { content: fc.array(tokenLogprob, { maxLength: 3 }), refusal: fc.array(tokenLogprob, { maxLength: 3 }), unknownFieldsJson },
  { requiredKeys: ["content", "refusal"] },
);

const reasoningBlock = fc.record(
  { length: uint, signature: word, redactedData: word, vendor: word },
  { requiredKeys: ["length"] },
);

const message = fc.record(
  {
    role: fc.constantFrom(Role.ASSISTANT, Role.UNSPECIFIED),
    toolCalls: fc.array(toolCall, { maxLength: 3 }),
    annotations: fc.array(annotation, { maxLength: 3 }),
    content: text,
    refusal: text,
    functionCall,
    audio,
    reasoning: text,
    reasoningBlocks: fc.array(reasoningBlock, { maxLength: 3 }),
    reasoningField: fc.constantFrom("reasoning", "reasoning_content"),
    unknownFieldsJson,
  },
  { requiredKeys: ["role", "toolCalls", "annotations", "reasoningBlocks"] },
);

const choice = fc.record(
  {
    finishReason: fc.constantFrom(
      FinishReason.UNSPECIFIED,
      FinishReason.STOP,
      FinishReason.LENGTH,
      FinishReason.TOOL_CALLS,
      FinishReason.CONTENT_FILTER,
      FinishReason.OTHER,
    ),
    message,
    logprobs,
    finishReasonRaw: word,
    unknownFieldsJson,
  },
  { requiredKeys: ["finishReason"] },
);

/** Sluice's own, which no fold looks into: any messages. */
const noRules: MessageRules = { fields: {}, together: {} };
const event = arbitraryMessage(GatewayEventSchema, noRules);
const cost = arbitraryMessage(CostSchema, noRules);
const route = arbitraryMessage(RouteInfoSchema, noRules);

/** Any whole reply: several choices, every field of the contract present or absent, any Unicode text. */
export const arbitraryResponse: fc.Arbitrary<ChatCompletionResponse> = fc
  .record(
    {
      id: word,
      choices: fc.uniqueArray(fc.nat({ max: 9 }), { maxLength: 3 }).chain((indexes) => {
        const sorted = [...indexes].sort((a, b) => a - b);
        return fc.tuple(...sorted.map((index) => choice.map((fields) => ({ ...fields, index }))));
      }),
      created: uint,
      model: word,
      serviceTier: word,
      systemFingerprint: word,
      usage: arbitraryUsage,
      moderationJson: fc.constant('{"flagged":false}'),
      metadata: fc.dictionary(word, text, { maxKeys: 2, noNullPrototype: true }),
      events: fc.array(event, { maxLength: 3 }),
      cost,
      unknownFieldsJson,
      route,
    },
    { requiredKeys: ["id", "choices", "created", "model"] },
  )
  .map((response) => create(ChatCompletionResponseSchema, response));

/** How a reply is streamed, the same for the same seed. */
export interface Weave {
  readonly seed: number;
  /** Vendors' habits that mean nothing: empty deltas, repeated ids and names, early usage, indexes with holes. */
  readonly noise: boolean;
  /** Whether a choice's finish reason comes after everything else, as vendors send it. Default anywhere. */
  readonly finishLast?: boolean;
}

/** Any way to stream a reply. */
export const arbitraryWeave: fc.Arbitrary<Weave> = fc.record({ seed: fc.integer(), noise: fc.boolean() });

/**
 * A reply as chunks: every text cut anywhere, also inside surrogate pairs; texts, tool calls and choices interleaved at random; some
 * chunks with pieces of several choices; usage, cost, route and part of the events on a last chunk without choices.
 */
export function weave(response: ChatCompletionResponse, { seed, noise, finishLast = false }: Weave): ChatCompletionChunk[] {
  const random = seededRandom(seed);
  const [whole] = unfold(response);
  if (whole === undefined) return [];
  const { usage, cost, route, events, unknownFieldsJson: unknown, metadata, ...head } = whole;
  const early = Math.floor(random() * (events.length + 1));
  const endings: ChunkChoice[] = [];
  const lanes = whole.choices.flatMap((piece) => {
    const { ending, ...rest } = lanesOf(piece, random, noise);
    if (finishLast) endings.push(ending);
    return finishLast ? rest.lanes : [...rest.lanes, [ending]];
  });
  const chunks: ChatCompletionChunk[] = [];
  const chunk = (choices: ChunkChoice[]): ChatCompletionChunk => ({ ...head, choices, events: [], metadata: {} });
  for (let left = lanes.filter((lane) => lane.length > 0); left.length > 0; left = left.filter((lane) => lane.length > 0)) {
    const choices: ChunkChoice[] = [];
    do {
      const lane = left[Math.floor(random() * left.length)];
      const piece = lane?.shift();
      if (piece !== undefined) choices.push(piece);
    } while (random() < 0.3);
    const next = chunk(choices);
    if (noise && random() < 0.1) next.usage = create(UsageSchema, { promptTokens: 1 });
    chunks.push(next);
  }
  for (const ending of endings) chunks.push(chunk([ending]));
  const first = chunk([]);
  first.events = events.slice(0, early);
  first.metadata = metadata;
  if (unknown !== undefined) first.unknownFieldsJson = unknown;
  const last = chunk([]);
  last.events = events.slice(early);
  if (usage !== undefined) last.usage = usage;
  if (cost !== undefined) last.cost = cost;
  if (route !== undefined) last.route = route;
  if (usage === undefined) for (const early of chunks) delete early.usage;
  return [first, ...chunks, last];
}

/** The pieces of a choice, but for its ending, that have no order among each other; each lane's pieces do. */
function lanesOf(
  whole: ChunkChoice,
  random: () => number,
  noise: boolean,
): { readonly lanes: ChunkChoice[][]; readonly ending: ChunkChoice } {
  const { delta, ...status } = whole;
  const bare = (): ChunkChoice => ({
    $typeName: "sluice.chat.v1.ChunkChoice",
    index: whole.index,
    finishReason: FinishReason.UNSPECIFIED,
  });
  const { logprobs: tokens } = status;
  const lanes: ChunkChoice[][] = [];
  if (tokens !== undefined) {
    const { content, refusal, ...rest } = tokens;
    lanes.push([
      { ...bare(), logprobs: { ...rest, content: content.slice(0, 1), refusal: [] } },
      { ...bare(), logprobs: { ...rest, content: content.slice(1), refusal } },
    ]);
  }
  const { logprobs: _, ...ending } = status;
  if (delta === undefined) return { lanes, ending };

  const piece = (fields: Partial<Delta>): ChunkChoice => ({
    ...bare(),
    delta: {
      $typeName: "sluice.chat.v1.Delta",
      role: Role.UNSPECIFIED,
      toolCalls: [],
      annotations: [],
      reasoningBlocks: [],
      ...fields,
    },
  });
  const cut = (text: string): string[] => cutAnywhere(text, random, noise);
  const { content, reasoning, reasoningBlocks, refusal, toolCalls, annotations, functionCall, audio, ...rest } = delta;
  lanes.push([piece({ ...rest, reasoningBlocks: [] })], noise ? [piece({}), piece({ role: rest.role })] : []);
  if (content !== undefined) lanes.push(cut(content).map((part) => piece({ content: part })));
  if (reasoning !== undefined) lanes.push(cut(reasoning).map((part) => piece({ reasoning: part })));
  if (refusal !== undefined) lanes.push(cut(refusal).map((part) => piece({ refusal: part })));
  lanes.push(reasoningBlocks.map((block) => piece({ reasoningBlocks: [block] })));
  lanes.push(annotations.map((note) => piece({ annotations: [note] })));
  for (const call of toolCalls) {
    const index = noise ? call.index * 3 + 1 : call.index;
    lanes.push(cutToolCall({ ...call, index }, cut, noise).map((part) => piece({ toolCalls: [part] })));
  }
  if (functionCall !== undefined) lanes.push(cutFunction(functionCall, cut, noise).map((part) => piece({ functionCall: part })));
  if (audio !== undefined) lanes.push(cutAudio(audio, cut).map((part) => piece({ audio: part })));
  return { lanes, ending };
}

function cutToolCall(call: ToolCallDelta, cut: (text: string) => string[], noise: boolean): ToolCallDelta[] {
  const { function: fn, custom, ...start } = call;
  const inner: Partial<ToolCallDelta>[] =
    fn === undefined
      ? custom === undefined
        ? [{}]
        : cutCustom(custom, cut, noise).map((part) => ({ custom: part }))
      : cutFunction(fn, cut, noise).map((part) => ({ function: part }));
  const again: ToolCallDelta = noise ? start : { $typeName: "sluice.chat.v1.ToolCallDelta", index: call.index };
  return inner.map((part, at) => ({ ...(at === 0 ? start : again), ...part }));
}

function cutFunction(call: FunctionCallDelta, cut: (text: string) => string[], noise: boolean): FunctionCallDelta[] {
  const again: FunctionCallDelta = noise ? call : { $typeName: "sluice.chat.v1.FunctionCallDelta" };
  return cut(call.arguments ?? "").map((part, at) => ({ ...(at === 0 ? call : again), arguments: part }));
}

function cutCustom(call: CustomToolCallDelta, cut: (text: string) => string[], noise: boolean): CustomToolCallDelta[] {
  const again: CustomToolCallDelta = noise ? call : { $typeName: "sluice.chat.v1.CustomToolCallDelta" };
  return cut(call.input ?? "").map((part, at) => ({ ...(at === 0 ? call : again), input: part }));
}

function cutAudio(audio: AudioReply, cut: (text: string) => string[]): AudioReply[] {
  const { data, transcript, ...start } = audio;
  const bare: AudioReply = { $typeName: "sluice.chat.v1.AudioReply" };
  return [
    start,
    ...(data === undefined ? [] : cut(data).map((part) => ({ ...bare, data: part }))),
    ...(transcript === undefined ? [] : cut(transcript).map((part) => ({ ...bare, transcript: part }))),
  ];
}

/** At least one piece; with noise, empty ones among them. */
function cutAnywhere(text: string, random: () => number, noise: boolean): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = at + 1 + Math.floor(random() * 5);
    parts.push(text.slice(at, end));
    if (noise && random() < 0.2) parts.push("");
    at = end;
  }
  return parts.length === 0 ? [""] : parts;
}
