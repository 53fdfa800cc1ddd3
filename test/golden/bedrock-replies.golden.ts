/** An event of a ConverseStream reply: its type and what its message says. */
export type BedrockEvent = readonly [type: string, payload: object];

/** A reply of Bedrock's, whole or in pieces or both, and what it is to a client. */
export interface BedrockReply {
  readonly name: string;
  /** A Converse body. */
  readonly body?: object;
  /** ConverseStream events. */
  readonly events?: readonly BedrockEvent[];
  /** The message, as OpenAI's JSON has it. */
  readonly message: object;
  readonly finishReason: string;
  /** As OpenAI's JSON has it. */
  readonly usage?: object;
  /** Members that OpenAI's JSON has beside the usual ones. */
  readonly beside?: object;
  /** What OpenAI's JSON does not show. */
  readonly stopReason: string;
  /** The model that Bedrock says has answered. */
  readonly upstreamModel?: string;
}

// Bodies: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_ResponseSyntax
// Events: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html#API_runtime_ConverseStream_ResponseSyntax
const usage = { inputTokens: 20, outputTokens: 7, totalTokens: 27 };
const openAiUsage = { prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 };
const metrics = { latencyMs: 551 };
const beside = { metrics };

const whole = (content: object[], stopReason = "end_turn", more: object = {}) => ({
  output: { message: { role: "assistant", content } },
  stopReason,
  usage,
  metrics,
  ...more,
});

const start: BedrockEvent = ["messageStart", { role: "assistant" }];
const delta = (contentBlockIndex: number, piece: object): BedrockEvent => [
  "contentBlockDelta",
  { contentBlockIndex, delta: piece },
];
const end = (contentBlockIndex: number): BedrockEvent => ["contentBlockStop", { contentBlockIndex }];
const stop = (stopReason = "end_turn", more: object = {}): BedrockEvent => ["messageStop", { stopReason, ...more }];
const metadata = (more: object = {}): BedrockEvent => ["metadata", { usage, metrics, ...more }];
const toolStart = (contentBlockIndex: number, toolUseId: string, name: string, more: object = {}): BedrockEvent => [
  "contentBlockStart",
  { contentBlockIndex, start: { toolUse: { toolUseId, name, ...more } } },
];
const input = (index: number, text: string): BedrockEvent => delta(index, { toolUse: { input: text } });
const thought = (index: number, piece: object): BedrockEvent => delta(index, { reasoningContent: piece });
const streamed = (events: readonly BedrockEvent[], stopReason = "end_turn"): BedrockEvent[] => [
  start,
  ...events,
  stop(stopReason),
  metadata(),
];

const toolUse = (toolUseId: string, name: string, value: unknown, more: object = {}) => ({
  toolUse: { toolUseId, name, input: value, ...more },
});
const message = (content: string | null, more: object = {}) => ({ role: "assistant", content, refusal: null, ...more });
const toolCall = (id: string, name: string, args: string) => ({ id, type: "function", function: { name, arguments: args } });
const ended = { finishReason: "stop", stopReason: "end_turn", usage: openAiUsage, beside };
const calls = { finishReason: "tool_calls", stopReason: "tool_use", usage: openAiUsage, beside };

const trace = {
  guardrail: {
    inputAssessment: { g1: { topicPolicy: { topics: [{ name: "Money", type: "DENY", action: "BLOCKED" }] } } },
    actionReason: "Guardrail blocked.",
  },
};
const webCitation = {
  title: "AWS",
  source: "aws.amazon.com",
  sourceContent: [{ text: "Bedrock is a service" }],
  location: { web: { url: "https://aws.amazon.com/bedrock", domain: "aws.amazon.com" } },
};
const pageCitation = {
  title: "Report",
  sourceContent: [{ text: "Up 5 percent" }],
  location: { documentPage: { documentIndex: 0, start: 1, end: 2 } },
};
const router = { promptRouter: { invokedModelId: "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-haiku-4-5" } };
const failed = (stopReason: string, finishReason: string): BedrockReply => ({
  name: stopReason.replaceAll("_", "-"),
  body: whole([{ text: "Half" }], stopReason),
  events: streamed([delta(0, { text: "Half" }), end(0)], stopReason),
  message: message("Half"),
  finishReason,
  stopReason,
  usage: openAiUsage,
  beside,
});

export const replies: readonly BedrockReply[] = [
  {
    name: "text",
    body: whole([{ text: "Hello there." }]),
    events: streamed([delta(0, { text: "Hel" }), delta(0, { text: "lo there." }), end(0)]),
    message: message("Hello there."),
    ...ended,
  },
  {
    name: "text-unicode",
    body: whole([{ text: 'Grüße 👋\n\u0000"\\' }]),
    events: streamed([delta(0, { text: "Grüße " }), delta(0, { text: "👋\n" }), delta(0, { text: '\u0000"\\' }), end(0)]),
    message: message('Grüße 👋\n\u0000"\\'),
    ...ended,
  },
  {
    name: "several-texts",
    body: whole([{ text: "One. " }, { text: "Two." }]),
    events: streamed([delta(0, { text: "One. " }), end(0), delta(1, { text: "Two." }), end(1)]),
    message: message("One. Two."),
    ...ended,
  },
  { name: "nothing", body: whole([]), events: streamed([]), message: message(null), ...ended },
  {
    name: "padded-events",
    events: [
      ["messageStart", { role: "assistant", p: "abcdefgh" }],
      ["contentBlockDelta", { contentBlockIndex: 0, delta: { text: "Hi" }, p: "abcdefghijklmnopqrstuvwxyzABC" }],
      ["contentBlockStop", { contentBlockIndex: 0, p: "abc" }],
      ["messageStop", { stopReason: "end_turn", p: "a" }],
      ["metadata", { usage, metrics, p: "abcdefg" }],
    ],
    message: message("Hi"),
    ...ended,
  },
  {
    name: "unknown-event",
    events: streamed([["initial-response", {}], delta(0, { text: "Hi" }), ["somethingNew", { a: [1] }], end(0)]),
    message: message("Hi"),
    ...ended,
  },
  {
    name: "blocks-without-end",
    events: [delta(0, { text: "Hi" }), thought(1, { text: "Hm" }), thought(1, { signature: "c2ln" }), stop(), metadata()],
    message: message("Hi", {
      reasoning_content: "Hm",
      reasoning_blocks: [{ length: 2, signature: "c2ln", vendor: "anthropic" }],
    }),
    ...ended,
  },
  {
    name: "tool-call",
    body: whole([{ text: "Looking." }, toolUse("tooluse_1", "weather", { place: "Oslo" })], "tool_use"),
    events: streamed(
      [
        delta(0, { text: "Looking." }),
        end(0),
        toolStart(1, "tooluse_1", "weather"),
        input(1, ""),
        input(1, '{"pla'),
        input(1, 'ce":"Oslo"}'),
        end(1),
      ],
      "tool_use",
    ),
    message: message("Looking.", { tool_calls: [toolCall("tooluse_1", "weather", '{"place":"Oslo"}')] }),
    ...calls,
  },
  {
    name: "parallel-tool-calls",
    body: whole([toolUse("t1", "weather", { place: "Oslo" }), toolUse("t2", "time", {})], "tool_use"),
    events: streamed(
      [toolStart(0, "t1", "weather"), input(0, '{"place":"Oslo"}'), end(0), toolStart(1, "t2", "time"), input(1, ""), end(1)],
      "tool_use",
    ),
    message: message(null, { tool_calls: [toolCall("t1", "weather", '{"place":"Oslo"}'), toolCall("t2", "time", "{}")] }),
    ...calls,
  },
  {
    name: "interleaved-tool-calls",
    events: streamed(
      [toolStart(0, "t1", "a"), toolStart(1, "t2", "b"), input(1, '{"y":'), input(0, '{"x":1}'), input(1, "2}"), end(0), end(1)],
      "tool_use",
    ),
    message: message(null, { tool_calls: [toolCall("t1", "a", '{"x":1}'), toolCall("t2", "b", '{"y":2}')] }),
    ...calls,
  },
  {
    name: "server-tool",
    body: whole([
      toolUse("s1", "nova_grounding", {}, { type: "server_tool_use" }),
      { toolResult: { toolUseId: "s1", content: [{ text: "found" }] } },
      { text: "Found." },
    ]),
    message: message("Found.", {
      bedrock_content: [
        toolUse("s1", "nova_grounding", {}, { type: "server_tool_use" }),
        { toolResult: { toolUseId: "s1", content: [{ text: "found" }] } },
      ],
    }),
    ...ended,
  },
  {
    name: "server-tool-streamed",
    events: streamed([
      toolStart(0, "s1", "nova_grounding", { type: "server_tool_use" }),
      ["contentBlockDelta", { p: "abc", contentBlockIndex: 0, delta: { toolUse: { input: "{}" } } }],
      end(0),
      delta(1, { text: "Found." }),
      end(1),
    ]),
    message: message("Found.", { bedrock_content: [{ contentBlockIndex: 0, delta: { toolUse: { input: "{}" } } }] }),
    ...ended,
  },
  {
    name: "image-output",
    body: whole([{ image: { format: "png", source: { bytes: "iVBO" } } }]),
    message: message(null, { bedrock_content: [{ image: { format: "png", source: { bytes: "iVBO" } } }] }),
    ...ended,
  },
  {
    name: "structured-reply",
    body: whole([toolUse("t1", "sluice_structured_reply", { place: "Oslo" })], "tool_use"),
    events: streamed(
      [toolStart(0, "t1", "sluice_structured_reply"), input(0, '{"place"'), input(0, ':"Oslo"}'), end(0)],
      "tool_use",
    ),
    message: message('{"place":"Oslo"}'),
    ...ended,
    stopReason: "tool_use",
  },
  {
    name: "structured-reply-beside-call",
    body: whole([toolUse("t1", "weather", {}), toolUse("t2", "sluice_structured_reply", { a: 1 })], "tool_use"),
    events: streamed(
      [toolStart(0, "t1", "weather"), end(0), toolStart(1, "t2", "sluice_structured_reply"), input(1, '{"a":1}'), end(1)],
      "tool_use",
    ),
    message: message('{"a":1}', { tool_calls: [toolCall("t1", "weather", "{}")] }),
    ...calls,
  },
  {
    name: "reasoning",
    body: whole([{ reasoningContent: { reasoningText: { text: "Two and two.", signature: "c2ln" } } }, { text: "4" }]),
    events: streamed([
      thought(0, { text: "Two " }),
      thought(0, { text: "and two." }),
      thought(0, { signature: "c2ln" }),
      end(0),
      delta(1, { text: "4" }),
      end(1),
    ]),
    message: message("4", {
      reasoning_content: "Two and two.",
      reasoning_blocks: [{ length: 12, signature: "c2ln", vendor: "anthropic" }],
    }),
    ...ended,
  },
  {
    name: "reasoning-redacted",
    body: whole([
      { reasoningContent: { redactedContent: "cmVkYWN0ZWQ=" } },
      { reasoningContent: { reasoningText: { text: "Hm 👋", signature: "c2ln" } } },
      { text: "4" },
    ]),
    events: streamed([
      thought(0, { redactedContent: "cmVkYWN0" }),
      thought(0, { redactedContent: "ZWQ=" }),
      end(0),
      thought(1, { text: "Hm 👋" }),
      thought(1, { signature: "c2ln" }),
      end(1),
      delta(2, { text: "4" }),
      end(2),
    ]),
    message: message("4", {
      reasoning_content: "Hm 👋",
      reasoning_blocks: [
        { length: 0, redacted_data: "cmVkYWN0ZWQ=", vendor: "anthropic" },
        { length: 5, signature: "c2ln", vendor: "anthropic" },
      ],
    }),
    ...ended,
  },
  {
    name: "reasoning-unsigned",
    body: whole([{ reasoningContent: { reasoningText: { text: "Hm." } } }, { text: "4" }]),
    events: streamed([thought(0, { text: "Hm." }), end(0), delta(1, { text: "4" }), end(1)]),
    message: message("4", { reasoning_content: "Hm." }),
    ...ended,
  },
  {
    name: "reasoning-partly-signed",
    body: whole([
      { reasoningContent: { reasoningText: { text: "Hm." } } },
      { reasoningContent: { reasoningText: { text: "Well.", signature: "c2ln" } } },
      { text: "4" },
    ]),
    events: streamed([
      thought(0, { text: "Hm." }),
      end(0),
      thought(1, { text: "Well." }),
      thought(1, { signature: "c2ln" }),
      end(1),
      delta(2, { text: "4" }),
      end(2),
    ]),
    message: message("4", {
      reasoning_content: "Hm.Well.",
      reasoning_blocks: [{ length: 3 }, { length: 5, signature: "c2ln", vendor: "anthropic" }],
    }),
    ...ended,
  },
  {
    name: "citation-web",
    body: whole([{ text: "So: " }, { citationsContent: { content: [{ text: "Bedrock serves." }], citations: [webCitation] } }]),
    events: streamed([
      delta(0, { text: "So: " }),
      end(0),
      delta(1, { citation: webCitation }),
      delta(1, { text: "Bedrock " }),
      delta(1, { text: "serves." }),
      end(1),
    ]),
    message: message("So: Bedrock serves.", {
      annotations: [
        {
          type: "url_citation",
          url_citation: { start_index: 4, end_index: 19, url: "https://aws.amazon.com/bedrock", title: "AWS" },
          citation: webCitation,
        },
      ],
    }),
    ...ended,
  },
  {
    name: "citation-document",
    body: whole([{ citationsContent: { content: [{ text: "Up." }], citations: [pageCitation] } }]),
    events: streamed([delta(0, { text: "Up." }), delta(0, { citation: pageCitation }), end(0)]),
    message: message("Up.", { annotations: [{ type: "citation", start_index: 0, end_index: 3, citation: pageCitation }] }),
    ...ended,
  },
  failed("max_tokens", "length"),
  failed("stop_sequence", "stop"),
  failed("model_context_window_exceeded", "length"),
  failed("content_filtered", "content_filter"),
  failed("malformed_tool_use", "malformed_tool_use"),
  failed("malformed_model_output", "malformed_model_output"),
  failed("something_new", "something_new"),
  {
    name: "guardrail",
    body: whole([{ text: "Sorry, no." }], "guardrail_intervened", { trace }),
    events: [start, delta(0, { text: "Sorry, no." }), end(0), stop("guardrail_intervened"), metadata({ trace })],
    message: message("Sorry, no."),
    finishReason: "content_filter",
    stopReason: "guardrail_intervened",
    usage: openAiUsage,
    beside: { metrics, trace },
  },
  {
    name: "prompt-cache",
    body: whole([{ text: "Hi" }], "end_turn", {
      usage: {
        inputTokens: 10,
        outputTokens: 5,
        totalTokens: 1115,
        cacheReadInputTokens: 1000,
        cacheReadInputTokenCount: 1000,
        cacheWriteInputTokens: 100,
        cacheWriteInputTokenCount: 100,
        cacheDetails: [{ ttl: "1h", inputTokens: 100 }],
        serverToolUsage: {},
      },
    }),
    events: [
      start,
      delta(0, { text: "Hi" }),
      end(0),
      stop(),
      metadata({
        usage: {
          inputTokens: 10,
          outputTokens: 5,
          totalTokens: 15,
          cacheReadInputTokens: 1000,
          cacheWriteInputTokens: 100,
          cacheDetails: [{ ttl: "1h", inputTokens: 100 }],
        },
      }),
    ],
    message: message("Hi"),
    finishReason: "stop",
    stopReason: "end_turn",
    usage: {
      prompt_tokens: 1110,
      completion_tokens: 5,
      total_tokens: 1115,
      prompt_tokens_details: { cached_tokens: 1000, cache_write_tokens: 100 },
      cacheDetails: [{ ttl: "1h", inputTokens: 100 }],
    },
    beside,
  },
  {
    name: "service-tier",
    body: whole([{ text: "Hi" }], "end_turn", { serviceTier: { type: "priority" }, performanceConfig: { latency: "optimized" } }),
    events: [
      start,
      delta(0, { text: "Hi" }),
      end(0),
      stop(),
      metadata({ serviceTier: { type: "priority" }, performanceConfig: { latency: "optimized" } }),
    ],
    message: message("Hi"),
    ...ended,
    beside: { metrics, service_tier: "priority", performanceConfig: { latency: "optimized" } },
  },
  {
    name: "model-fields",
    body: { additionalModelResponseFields: { stop_sequence: "\n" }, ...whole([{ text: "Hi" }], "stop_sequence") },
    events: [
      start,
      delta(0, { text: "Hi" }),
      end(0),
      stop("stop_sequence", { additionalModelResponseFields: { stop_sequence: "\n" } }),
      metadata(),
    ],
    message: message("Hi"),
    ...ended,
    stopReason: "stop_sequence",
    beside: { metrics, additionalModelResponseFields: { stop_sequence: "\n" } },
  },
  {
    name: "prompt-router",
    body: whole([{ text: "Hi" }], "end_turn", { trace: router }),
    events: [start, delta(0, { text: "Hi" }), end(0), stop(), metadata({ trace: router })],
    message: message("Hi"),
    ...ended,
    beside: { metrics, trace: router },
    upstreamModel: router.promptRouter.invokedModelId,
  },
  {
    name: "no-metadata",
    events: [start, delta(0, { text: "Hi" }), end(0), stop()],
    message: message("Hi"),
    finishReason: "stop",
    stopReason: "end_turn",
  },
];
