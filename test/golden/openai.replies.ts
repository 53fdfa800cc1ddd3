import type { GoldenReply } from "./golden-codec.ts";

const openAi = "https://platform.openai.com/docs/api-reference/chat/object";
const head = { id: "chatcmpl-1", created: 1767225600, model: "m-2026" };
const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };

/** A reply of one choice: its message, the same in pieces, and what a client gets of it where that is not the message. */
interface OneChoice {
  readonly name: string;
  readonly page?: string;
  readonly message: object;
  readonly deltas: readonly object[];
  readonly finish?: string;
  readonly usage?: object;
  /** Beside the message in the choice, and beside the choices: in the whole reply and in the last chunk. */
  readonly choice?: object;
  readonly beside?: object;
  readonly said?: object;
  /** Members of the choice as a client gets it, where they are not the same. */
  readonly saidChoice?: object;
}

function one({
  name,
  page = openAi,
  message,
  deltas,
  finish = "stop",
  choice = {},
  beside = {},
  ...rest
}: OneChoice): GoldenReply {
  const used = rest.usage ?? usage;
  const chunk = (delta: object, more: object = {}) => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  });
  const whole = {
    ...head,
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finish, ...choice }],
    usage: used,
    ...beside,
  };
  const events = [
    chunk({ role: "assistant" }),
    ...deltas.map((delta) => chunk(delta)),
    { ...chunk({}, { finish_reason: finish, ...choice }), ...beside },
    { ...head, object: "chat.completion.chunk", choices: [], usage: used },
  ];
  const saidChoice = { index: 0, message: rest.said ?? message, finish_reason: finish, ...choice, ...rest.saidChoice };
  return {
    name,
    page,
    whole,
    events,
    said: { id: head.id, created: head.created, choices: [saidChoice], usage: used, ...beside },
  };
}

const say = (...texts: string[]) => texts.map((content) => ({ content }));
const call = (id: string, name: string, args: string) => ({ id, type: "function", function: { name, arguments: args } });
const callDelta = (index: number, piece: object) => ({ tool_calls: [{ index, ...piece }] });
const argumentsDelta = (index: number, args: string) => callDelta(index, { function: { arguments: args } });
const oslo = call("call_1", "weather", '{"place":"Oslo"}');
const rome = call("call_2", "weather", '{"place":"Rome"}');
const begun = (index: number, { id, type, function: { name } }: typeof oslo) =>
  callDelta(index, { id, type, function: { name, arguments: "" } });
const token = (text: string) => ({ token: text, logprob: -0.5, bytes: [...Buffer.from(text)], top_logprobs: [] });
const citation = {
  type: "url_citation",
  url_citation: { start_index: 0, end_index: 2, url: "https://example.com/", title: "Example" },
};
const mistral = "https://docs.mistral.ai/api/endpoint/chat";
const thinking = (text: string) => ({ type: "thinking", thinking: [{ type: "text", text }] });

/** Replies of OpenAI, and of those who speak as it does. */
export const openAiReplies: readonly GoldenReply[] = [
  one({ name: "text", message: { content: "Hello, you" }, deltas: say("Hel", "lo, ", "you") }),
  one({ name: "empty text", message: { content: "" }, deltas: say("") }),
  one({ name: "any characters", message: { content: 'Grüße 🐟 "\\\n完' }, deltas: say("Grü", "ße 🐟", ' "\\\n', "完") }),
  one({ name: "refusal", message: { content: null, refusal: "I cannot." }, deltas: [{ refusal: "I " }, { refusal: "cannot." }] }),
  one({ name: "length", message: { content: "Hel" }, deltas: say("Hel"), finish: "length" }),
  one({ name: "content filter", message: { content: "" }, deltas: say(""), finish: "content_filter" }),
  one({
    name: "tool call",
    message: { content: null, tool_calls: [oslo] },
    deltas: [begun(0, oslo), argumentsDelta(0, '{"place":'), argumentsDelta(0, '"Oslo"}')],
    finish: "tool_calls",
  }),
  one({
    name: "parallel tool calls",
    message: { content: "Looking.", tool_calls: [oslo, rome] },
    deltas: [
      ...say("Looking."),
      begun(0, oslo),
      argumentsDelta(0, '{"place":"Oslo"}'),
      begun(1, rome),
      argumentsDelta(1, '{"place":"Rome"}'),
    ],
    finish: "tool_calls",
  }),
  one({
    name: "tool calls that alternate",
    message: { content: null, tool_calls: [oslo, rome] },
    deltas: [
      begun(0, oslo),
      begun(1, rome),
      argumentsDelta(0, '{"place":'),
      argumentsDelta(1, '{"place":"R'),
      argumentsDelta(0, '"Oslo"}'),
      argumentsDelta(1, 'ome"}'),
    ],
    finish: "tool_calls",
  }),
  one({
    name: "tool call without arguments",
    message: { content: null, tool_calls: [call("call_1", "time", "")] },
    deltas: [begun(0, call("call_1", "time", "")), argumentsDelta(0, "")],
    finish: "tool_calls",
  }),
  one({
    name: "tool call with broken arguments",
    message: { content: null, tool_calls: [call("call_1", "time", '{"a":')] },
    deltas: [begun(0, call("call_1", "time", "")), argumentsDelta(0, '{"a":')],
    finish: "tool_calls",
  }),
  one({
    name: "custom tool call",
    message: { content: null, tool_calls: [{ id: "call_1", type: "custom", custom: { name: "sql", input: "SELECT 1" } }] },
    deltas: [
      callDelta(0, { id: "call_1", type: "custom", custom: { name: "sql", input: "" } }),
      callDelta(0, { custom: { input: "SELECT " } }),
      callDelta(0, { custom: { input: "1" } }),
    ],
    finish: "tool_calls",
  }),
  one({
    name: "deprecated function call",
    message: { content: null, function_call: { name: "weather", arguments: "{}" } },
    deltas: [{ function_call: { name: "weather", arguments: "" } }, { function_call: { arguments: "{}" } }],
    finish: "function_call",
  }),
  one({
    name: "log probabilities",
    message: { content: "Hi" },
    deltas: say("Hi"),
    choice: { logprobs: { content: [token("H"), token("i")], refusal: null } },
  }),
  one({
    name: "citations",
    message: { content: "Hi", annotations: [citation] },
    deltas: [...say("Hi"), { annotations: [citation] }],
  }),
  one({
    name: "audio",
    page: "https://platform.openai.com/docs/guides/audio",
    message: { content: null, audio: { id: "audio_1", data: "UklGRg==", transcript: "Hi there", expires_at: 1767229200 } },
    deltas: [
      { audio: { id: "audio_1", transcript: "Hi " } },
      { audio: { transcript: "there" } },
      { audio: { data: "UklG" } },
      { audio: { data: "Rg==" } },
      { audio: { expires_at: 1767229200 } },
    ],
  }),
  one({
    name: "usage in detail",
    message: { content: "Hi" },
    deltas: say("Hi"),
    usage: {
      ...usage,
      prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 2,
        audio_tokens: 0,
        accepted_prediction_tokens: 1,
        rejected_prediction_tokens: 0,
      },
    },
  }),
  one({
    name: "tier, backend and moderation",
    message: { content: "Hi" },
    deltas: say("Hi"),
    beside: { service_tier: "flex", system_fingerprint: "fp_1", moderation: { input: { results: [] } } },
  }),
  {
    name: "two choices",
    page: openAi,
    whole: {
      ...head,
      choices: [
        { index: 0, message: { role: "assistant", content: "One" }, finish_reason: "stop" },
        { index: 1, message: { role: "assistant", content: "Two" }, finish_reason: "length" },
      ],
      usage,
    },
    events: [
      { ...head, choices: [{ index: 0, delta: { role: "assistant", content: "O" } }] },
      { ...head, choices: [{ index: 1, delta: { role: "assistant", content: "Tw" } }] },
      { ...head, choices: [{ index: 1, delta: { content: "o" }, finish_reason: "length" }] },
      { ...head, choices: [{ index: 0, delta: { content: "ne" } }] },
      { ...head, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
      { ...head, choices: [], usage },
    ],
    said: {
      choices: [
        { index: 0, message: { content: "One" }, finish_reason: "stop" },
        { index: 1, message: { content: "Two" }, finish_reason: "length" },
      ],
      usage,
    },
  },
  one({
    name: "reasoning as DeepSeek has it",
    page: "https://api-docs.deepseek.com/guides/thinking_mode",
    message: { content: "3", reasoning_content: "Let me count." },
    deltas: [{ content: null, reasoning_content: "Let me " }, { content: null, reasoning_content: "count." }, ...say("3")],
    usage: { ...usage, prompt_cache_hit_tokens: 4, prompt_cache_miss_tokens: 5 },
  }),
  one({
    name: "reasoning as Groq has it",
    page: "https://console.groq.com/docs/reasoning",
    message: { content: "3", reasoning: "Let me count." },
    deltas: [{ reasoning: "Let me " }, { reasoning: "count." }, ...say("3")],
    said: { content: "3", reasoning: "Let me count." },
    beside: { x_groq: { id: "req_1" } },
  }),
  one({
    name: "reasoning as Mistral has it",
    page: mistral,
    message: { content: [thinking("Let me count."), { type: "text", text: "3" }] },
    deltas: [{ content: [thinking("Let me ")] }, { content: [thinking("count.")] }, { content: [{ type: "text", text: "3" }] }],
    said: { content: "3", reasoning_content: "Let me count." },
  }),
  one({
    name: "references of Mistral",
    page: mistral,
    message: {
      content: [
        { type: "text", text: "3" },
        { type: "reference", reference_ids: [1, 2] },
      ],
    },
    deltas: [{ content: "3" }, { content: [{ type: "reference", reference_ids: [1, 2] }] }],
    said: { content: "3", annotations: [{ type: "reference", reference_ids: [1, 2] }] },
  }),
  one({
    name: "tool call of Mistral",
    page: mistral,
    message: { content: "", tool_calls: [{ id: "a1", function: { name: "time", arguments: "{}" } }] },
    deltas: [{ content: "", tool_calls: [{ id: "a1", function: { name: "time", arguments: "{}" }, index: 0 }] }],
    said: { content: "", tool_calls: [call("a1", "time", "{}")] },
    finish: "tool_calls",
  }),
  one({
    name: "sources of Perplexity",
    page: "https://docs.perplexity.ai/docs/sonar/openai-compatibility",
    message: { content: "Hi[1]" },
    deltas: say("Hi", "[1]"),
    usage: { ...usage, search_context_size: "low", cost: { total_cost: 0.005 } },
    beside: {
      citations: ["https://example.com/"],
      search_results: [{ title: "Example", url: "https://example.com/", date: null }],
    },
  }),
  one({
    name: "a filter's notes of Azure",
    page: "https://learn.microsoft.com/azure/foundry/openai/concepts/content-filter",
    message: { content: "Hi" },
    deltas: say("Hi"),
    choice: { content_filter_results: { hate: { filtered: false, severity: "safe" } } },
    beside: { prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }] },
  }),
  one({
    name: "another reason of finishing",
    page: "https://api-docs.deepseek.com/api/create-chat-completion",
    message: { content: "Hi" },
    deltas: say("Hi"),
    finish: "insufficient_system_resource",
  }),
  one({
    name: "nulls as Cohere has them",
    page: "https://docs.cohere.com/docs/compatibility-api",
    message: { content: "Hi", refusal: null, audio: null, function_call: null, tool_calls: null },
    deltas: [{ content: "Hi", refusal: null, tool_calls: null, function_call: null }],
    said: { content: "Hi", refusal: null },
  }),
];
