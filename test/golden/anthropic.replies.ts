import { streamOfMessage, type WireMessage } from "../support/anthropic/stream-of-message.ts";

/** A reply in Anthropic's form, whole, in events, or both, and the reply in OpenAI's form that it means. */
export interface GoldenReply {
  readonly name: string;
  /** The page the reply is written after. */
  readonly page: string;
  readonly whole?: WireMessage;
  readonly events?: readonly object[];
  /** The first choice, usage and other members of the OpenAI reply; `id`, `model` and the like are the same for all. */
  readonly choice: Readonly<Record<string, unknown>>;
  readonly usage?: Readonly<Record<string, unknown>>;
  readonly rest?: Readonly<Record<string, unknown>>;
}

const docs = "https://platform.claude.com/docs/en/";
const stopReasons = `${docs}build-with-claude/handling-stop-reasons`;
const streaming = `${docs}build-with-claude/streaming`;
const toolUse = `${docs}agents-and-tools/tool-use/handle-tool-calls`;

const head = { id: "msg_1", type: "message", role: "assistant", model: "claude-opus-5" };
const end = { stop_reason: "end_turn", stop_sequence: null };
const usage = { input_tokens: 10, output_tokens: 5 };
const used = {
  prompt_tokens: 10,
  completion_tokens: 5,
  total_tokens: 15,
  prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
};

const message = (content: WireMessage["content"], rest: Readonly<Record<string, unknown>> = {}): WireMessage => ({
  ...head,
  content,
  ...end,
  usage,
  ...rest,
});
const said = (content: string | null, rest: object = {}) => ({ role: "assistant", content, refusal: null, ...rest });
const stopped = (messageThere: object, finish_reason = "stop", rest: object = {}) => ({
  index: 0,
  message: messageThere,
  logprobs: null,
  finish_reason,
  ...rest,
});
const text = (words: string) => ({ type: "text", text: words });
const call = (id: string, name: string, args: string, rest: object = {}) => ({
  id,
  type: "function",
  function: { name, arguments: args },
  ...rest,
});
const search = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "Ulm" } };
const found = {
  type: "web_search_tool_result",
  tool_use_id: "srvtoolu_1",
  content: [{ type: "web_search_result", url: "https://e.com", title: "E", encrypted_content: "enc", page_age: null }],
};

/** Both forms of one message. */
function both(name: string, page: string, whole: WireMessage, choice: object, rest: Partial<GoldenReply> = {}): GoldenReply {
  return { name, page, whole, events: streamOfMessage(whole), usage: used, choice: { ...choice }, ...rest };
}

const start = { type: "message_start", message: { ...head, content: [], stop_reason: null, stop_sequence: null, usage } };
const done = [{ type: "message_delta", delta: end, usage: { output_tokens: 5 } }, { type: "message_stop" }];
const begin = (index: number, content_block: object) => ({ type: "content_block_start", index, content_block });
const add = (index: number, delta: object) => ({ type: "content_block_delta", index, delta });
const stop = (index: number) => ({ type: "content_block_stop", index });
const json = (partial_json: string) => ({ type: "input_json_delta", partial_json });

/** A stream that has no whole twin. */
function streamed(name: string, events: readonly object[], choice: object, rest: Partial<GoldenReply> = {}): GoldenReply {
  return { name, page: streaming, events, usage: used, choice: { ...choice }, ...rest };
}

/** Replies and what they mean, by hand, from the documentation. */
export const anthropicReplies: readonly GoldenReply[] = [
  both("text", `${docs}api/messages`, message([text("Hello! 👋 How are you?")]), stopped(said("Hello! 👋 How are you?"))),
  both("two texts", `${docs}api/messages`, message([text("One. "), text("Two.")]), stopped(said("One. Two."))),
  both("nothing", stopReasons, message([]), stopped(said(null))),
  both("empty text", stopReasons, message([text("")]), stopped(said(null))),
  both("token limit", stopReasons, message([text("Once")], { stop_reason: "max_tokens" }), stopped(said("Once"), "length")),
  both(
    "context window full",
    stopReasons,
    message([text("Once")], { stop_reason: "model_context_window_exceeded" }),
    stopped(said("Once"), "length"),
  ),
  both(
    "stop sequence",
    stopReasons,
    message([text("1, 2")], { stop_reason: "stop_sequence", stop_sequence: ", 3" }),
    stopped(said("1, 2"), "stop", { stop_sequence: ", 3" }),
  ),
  both(
    "paused turn",
    stopReasons,
    message([search, found], { stop_reason: "pause_turn" }),
    stopped(
      said(null, {
        anthropic_blocks: [
          { at: 0, block: search },
          { at: 0, block: found },
        ],
      }),
      "pause_turn",
    ),
  ),
  both(
    "a stop reason to come",
    stopReasons,
    message([text("x")], { stop_reason: "compaction" }),
    stopped(said("x"), "compaction"),
  ),
  both(
    "refusal with an explanation",
    `${docs}build-with-claude/refusals-and-fallback`,
    message([], { stop_reason: "refusal", stop_details: { type: "refusal", category: "cyber", explanation: "Not this." } }),
    stopped({ ...said(null), refusal: "Not this." }, "content_filter", {
      stop_details: { type: "refusal", category: "cyber", explanation: "Not this." },
    }),
  ),
  both(
    "refusal in the middle",
    `${docs}build-with-claude/refusals-and-fallback`,
    message([text("Sure, ")], { stop_reason: "refusal", stop_details: null }),
    stopped({ ...said("Sure, "), refusal: "The model refused to answer." }, "content_filter"),
  ),
  both(
    "tool call",
    toolUse,
    message([{ type: "tool_use", id: "toolu_1", name: "get_weather", input: { city: "Ulm", big: 1e21 } }], {
      stop_reason: "tool_use",
    }),
    stopped(said(null, { tool_calls: [call("toolu_1", "get_weather", '{"city":"Ulm","big":1e+21}')] }), "tool_calls"),
  ),
  both(
    "parallel tool calls behind text",
    `${docs}agents-and-tools/tool-use/parallel-tool-use`,
    message(
      [
        text("Let me see."),
        { type: "tool_use", id: "toolu_1", name: "a", input: { x: 1 } },
        { type: "tool_use", id: "toolu_2", name: "b", input: {} },
      ],
      { stop_reason: "tool_use" },
    ),
    stopped(said("Let me see.", { tool_calls: [call("toolu_1", "a", '{"x":1}'), call("toolu_2", "b", "{}")] }), "tool_calls"),
  ),
  both(
    "tool call by a program",
    `${docs}agents-and-tools/tool-use/programmatic-tool-calling`,
    message(
      [
        {
          type: "tool_use",
          id: "toolu_1",
          name: "a",
          input: { x: 1 },
          caller: { type: "code_execution_20260120", tool_id: "srvtoolu_2" },
        },
      ],
      { stop_reason: "tool_use" },
    ),
    stopped(
      said(null, {
        tool_calls: [call("toolu_1", "a", '{"x":1}', { caller: { type: "code_execution_20260120", tool_id: "srvtoolu_2" } })],
      }),
      "tool_calls",
    ),
  ),
  both(
    "direct caller says nothing",
    `${docs}agents-and-tools/tool-use/programmatic-tool-calling`,
    message([{ type: "tool_use", id: "toolu_1", name: "a", input: { x: 1 }, caller: { type: "direct" }, toolset_name: null }], {
      stop_reason: "tool_use",
    }),
    stopped(said(null, { tool_calls: [call("toolu_1", "a", '{"x":1}')] }), "tool_calls"),
  ),
  both(
    "custom tool call",
    toolUse,
    message([{ type: "tool_use", id: "toolu_1", name: "sluice_custom_run", input: { input: 'print("é\n")' } }], {
      stop_reason: "tool_use",
    }),
    stopped(
      said(null, { tool_calls: [{ id: "toolu_1", type: "custom", custom: { name: "run", input: 'print("é\n")' } }] }),
      "tool_calls",
    ),
  ),
  both(
    "structured output by tool",
    toolUse,
    message([{ type: "tool_use", id: "toolu_1", name: "sluice_structured_output", input: { name: "Ann" } }], {
      stop_reason: "tool_use",
    }),
    stopped(said('{"name":"Ann"}')),
  ),
  both(
    "structured output",
    `${docs}build-with-claude/structured-outputs`,
    message([text('{"name":"Ann"}')]),
    stopped(said('{"name":"Ann"}')),
  ),
  both(
    "thinking",
    `${docs}build-with-claude/extended-thinking`,
    message([{ type: "thinking", thinking: "Let me think 🤔 about it.", signature: "EqQBCgIYAhIM" }, text("Yes.")]),
    stopped(
      said("Yes.", {
        reasoning_content: "Let me think 🤔 about it.",
        reasoning_blocks: [{ length: 25, signature: "EqQBCgIYAhIM", vendor: "anthropic" }],
      }),
    ),
  ),
  both(
    "thinking that is not shown",
    `${docs}build-with-claude/thinking`,
    message([{ type: "thinking", thinking: "", signature: "EqQB" }, text("Yes.")]),
    stopped(said("Yes.", { reasoning_blocks: [{ length: 0, signature: "EqQB", vendor: "anthropic" }] })),
  ),
  both(
    "redacted thinking",
    `${docs}build-with-claude/extended-thinking`,
    message([
      { type: "redacted_thinking", data: "EmwKAhgB" },
      { type: "thinking", thinking: "Hm.", signature: "s2" },
      text("Yes."),
    ]),
    stopped(
      said("Yes.", {
        reasoning_content: "Hm.",
        reasoning_blocks: [
          { length: 0, redacted_data: "EmwKAhgB", vendor: "anthropic" },
          { length: 3, signature: "s2", vendor: "anthropic" },
        ],
      }),
    ),
  ),
  both(
    "thinking before a call",
    `${docs}build-with-claude/extended-thinking`,
    message(
      [
        { type: "thinking", thinking: "I need it.", signature: "s" },
        { type: "tool_use", id: "toolu_1", name: "a", input: {} },
      ],
      { stop_reason: "tool_use" },
    ),
    stopped(
      said(null, {
        reasoning_content: "I need it.",
        tool_calls: [call("toolu_1", "a", "{}")],
        reasoning_blocks: [{ length: 10, signature: "s", vendor: "anthropic" }],
      }),
      "tool_calls",
    ),
  ),
  both(
    "search with citations",
    `${docs}agents-and-tools/tool-use/web-search-tool`,
    message([
      text("Searching. "),
      search,
      found,
      {
        type: "text",
        text: "Ulm is old",
        citations: [
          {
            type: "web_search_result_location",
            cited_text: "Ulm, founded 850",
            url: "https://e.com",
            title: "E",
            encrypted_index: "i",
          },
        ],
      },
      text("."),
    ]),
    stopped(
      said("Searching. Ulm is old.", {
        annotations: [
          {
            type: "url_citation",
            url_citation: {
              start_index: 11,
              end_index: 21,
              url: "https://e.com",
              title: "E",
              type: "web_search_result_location",
              cited_text: "Ulm, founded 850",
              encrypted_index: "i",
            },
          },
        ],
        anthropic_blocks: [
          { at: 11, block: search },
          { at: 11, block: found },
        ],
      }),
    ),
  ),
  both(
    "citation of a document",
    `${docs}build-with-claude/citations`,
    message([
      {
        type: "text",
        text: "Green",
        citations: [
          { type: "char_location", cited_text: "Grass is green", document_index: 0, document_title: null, start_char_index: 0 },
        ],
      },
    ]),
    stopped(
      said("Green", {
        annotations: [
          {
            type: "char_location",
            cited_text: "Grass is green",
            document_index: 0,
            document_title: null,
            start_char_index: 0,
            start_index: 0,
            end_index: 5,
          },
        ],
      }),
    ),
  ),
  both(
    "caching and all of the usage",
    `${docs}build-with-claude/prompt-caching`,
    message([text("x")], {
      usage: {
        input_tokens: 10,
        cache_creation_input_tokens: 200,
        cache_read_input_tokens: 3000,
        cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 0 },
        output_tokens: 50,
        output_tokens_details: { thinking_tokens: 40 },
        server_tool_use: { web_search_requests: 2 },
        service_tier: "priority",
        inference_geo: null,
      },
    }),
    stopped(said("x")),
    {
      usage: {
        prompt_tokens: 3210,
        completion_tokens: 50,
        total_tokens: 3260,
        prompt_tokens_details: { cached_tokens: 3000, cache_write_tokens: 200 },
        completion_tokens_details: { reasoning_tokens: 40 },
        cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 0 },
        server_tool_use: { web_search_requests: 2 },
      },
      rest: { service_tier: "priority" },
    },
  ),
  both(
    "what belongs to the reply",
    `${docs}api/messages`,
    message([text("x")], {
      usage: { ...usage, service_tier: "standard" },
      container: { id: "container_1", expires_at: "2026-01-01T00:00:00Z" },
      diagnostics: null,
    }),
    stopped(said("x")),
    { rest: { service_tier: "default", container: { id: "container_1", expires_at: "2026-01-01T00:00:00Z" } } },
  ),
  streamed(
    "interleaved blocks",
    [
      start,
      begin(0, text("")),
      begin(1, { type: "tool_use", id: "t1", name: "a", input: {} }),
      begin(2, { type: "tool_use", id: "t2", name: "b", input: {} }),
      add(1, json("")),
      add(2, json('{"y":')),
      add(0, { type: "text_delta", text: "Both" }),
      add(1, json('{"x"')),
      add(2, json("2}")),
      add(1, json(":1}")),
      stop(2),
      stop(0),
      stop(1),
      { type: "message_delta", delta: { stop_reason: "tool_use", stop_sequence: null }, usage: { output_tokens: 5 } },
      { type: "message_stop" },
    ],
    stopped(said("Both", { tool_calls: [call("t1", "a", '{"x":1}'), call("t2", "b", '{"y":2}')] }), "tool_calls"),
  ),
  streamed(
    "events and deltas that are still to come",
    [
      start,
      { type: "heartbeat", n: 1 },
      begin(0, text("")),
      add(0, { type: "mood_delta", mood: "good" }),
      add(0, { type: "text_delta", text: "Hi" }),
      stop(0),
      begin(1, { type: "compaction", content: null }),
      add(1, { type: "compaction_delta", content: "Sum" }),
      add(1, { type: "compaction_delta", content: "mary" }),
      stop(1),
      ...done,
    ],
    stopped(said("Hi", { anthropic_blocks: [{ at: 2, block: { type: "compaction", content: "Summary" } }] })),
  ),
  streamed(
    "usage that grows",
    [
      start,
      begin(0, text("Hi")),
      stop(0),
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn" },
        usage: { input_tokens: 20, output_tokens: 5, server_tool_use: null },
      },
      { type: "message_stop" },
    ],
    stopped(said("Hi")),
    { usage: { ...used, prompt_tokens: 20, total_tokens: 25 } },
  ),
  streamed(
    "usage behind the end",
    [
      start,
      begin(0, text("Hi")),
      stop(0),
      { type: "message_delta", delta: {}, usage: { output_tokens: 2 } },
      { type: "message_delta", delta: end, usage: { output_tokens: 4 } },
      { type: "message_delta", delta: end, usage: { output_tokens: 5 } },
      { type: "message_stop" },
    ],
    stopped(said("Hi")),
  ),
  streamed(
    "a start that comes twice, and blocks that nobody ends",
    [
      start,
      start,
      begin(0, text("")),
      add(0, { type: "text_delta", text: "Hi" }),
      begin(1, { type: "thinking", thinking: "hm" }),
      ...done,
    ],
    stopped(said("Hi", { reasoning_content: "hm", reasoning_blocks: [{ length: 2 }] })),
  ),
  streamed(
    "input that comes with the start",
    [start, begin(0, { type: "tool_use", id: "t1", name: "a", input: { x: 1 } }), stop(0), ...done],
    stopped(said(null, { tool_calls: [call("t1", "a", '{"x":1}')] })),
  ),
  streamed(
    "an end without a reason",
    [start, begin(0, text("Hi")), stop(0), { type: "message_stop" }, { type: "ping" }],
    stopped(said("Hi")),
    { usage: used },
  ),
];
