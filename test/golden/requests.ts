import { Buffer } from "node:buffer";
import type { GoldenRequest } from "./golden-request.ts";

/** A picture of one pixel, and the first bytes of a sound and of a document. */
export const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
export const wav = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";
export const pdf = "JVBERi0xLjQKJSVFT0YK";

/** JSON Schema of the tool that the requests offer, and of the form that they ask for. */
export const placeSchema = {
  type: "object",
  properties: { place: { type: "string" } },
  required: ["place"],
  additionalProperties: false,
};

const ask = (content: unknown) => ({ role: "user", content });
const hi = ask("Hi");
const answer = { role: "assistant", content: "Hello" };
const weather = {
  type: "function",
  function: { name: "weather", description: "The weather at a place", parameters: placeSchema },
};
const time = { type: "function", function: { name: "time", parameters: { type: "object", properties: {} } } };
const call = (id: string, place: string) => ({
  id,
  type: "function",
  function: { name: "weather", arguments: `{"place":"${place}"}` },
});
const called = { role: "assistant", content: null, tool_calls: [call("call_1", "Oslo")] };
const result = (content: unknown) => ({ role: "tool", tool_call_id: "call_1", content });
const image = (url: string, more: object = {}) => ({ type: "image_url", image_url: { url, ...more } });
const text = (words: string, more: object = {}) => ({ type: "text", text: words, ...more });

/** One request whose only message says `Hi`. */
const one = (name: string, feature: string, members: object): GoldenRequest => ({
  name,
  feature,
  request: { messages: [hi], ...members },
});
const talk = (name: string, feature: string, ...messages: object[]): GoldenRequest => ({ name, feature, request: { messages } });
/** A conversation in which a tool is offered, called and has answered. */
const toolTalk = (name: string, feature: string, ...messages: object[]): GoldenRequest => ({
  name,
  feature,
  request: { messages: [ask("The weather?"), ...messages], tools: [weather] },
});
const choosing = (name: string, tool_choice: unknown): GoldenRequest =>
  one(name, "tool choice", { tools: [weather, time], tool_choice });

/** Every request whose upstream bodies are written down: one a feature, or more where a feature has several forms. */
export const goldenRequests: readonly GoldenRequest[] = [
  talk("user", "user message", hi),
  talk("system", "system message", { role: "system", content: "Be brief." }, hi),
  talk("developer", "developer message", { role: "developer", content: "Be brief." }, hi),
  talk("system-late", "system message in the middle", hi, answer, { role: "system", content: "Now in French." }, ask("Again")),
  talk(
    "same-role",
    "several messages of one role",
    hi,
    ask("Anybody there?"),
    answer,
    { role: "assistant", content: "I am." },
    ask("Ah"),
  ),
  talk("text-parts", "text in parts", ask([text("One. "), text("Two.")])),
  talk("empty-content", "empty content", ask(""), { role: "assistant", content: "" }, hi),
  talk(
    "names",
    "names of participants",
    { ...ask("Hi"), name: "ada" },
    { ...answer, name: "bot" },
    { ...ask("Who?"), name: "bob" },
  ),
  talk(
    "long-history",
    "long history",
    ...Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? ask(`Question ${i}`) : { role: "assistant", content: `Answer ${i}` })),
    ask("Last"),
  ),
  talk("assistant-last", "a beginning of the answer", hi, { role: "assistant", content: "Well," }),

  talk("vision-url", "image by address", ask([text("What is it?"), image("https://example.com/cat.png", { detail: "low" })])),
  talk("vision-data", "image inline", ask([text("What is it?"), image(`data:image/png;base64,${png}`)])),
  {
    ...talk("vision-raw", "image inline", ask([text("What is it?"), image("https://example.com/x.png")])),
    edit({ messages: [message] }) {
      const part = message?.parts[1]?.part;
      if (part?.case !== "imageUrl") throw new Error("the request has no image");
      Object.assign(part.value, { url: "", raw: new Uint8Array(Buffer.from(png, "base64")), mediaType: "image/png" });
    },
  },
  talk("audio", "audio input", ask([text("What is said?"), { type: "input_audio", input_audio: { data: wav, format: "wav" } }])),
  talk(
    "pdf",
    "file inline",
    ask([text("Sum it up."), { type: "file", file: { filename: "a.pdf", file_data: `data:application/pdf;base64,${pdf}` } }]),
  ),
  talk("file-id", "file by id", ask([text("Sum it up."), { type: "file", file: { file_id: "file-123" } }])),

  one("tools", "tools", { tools: [weather, time] }),
  one("tool-strict", "strict tools", { tools: [{ type: "function", function: { ...weather.function, strict: true } }] }),
  choosing("tool-choice-auto", "auto"),
  choosing("tool-choice-none", "none"),
  choosing("tool-choice-required", "required"),
  choosing("tool-choice-named", { type: "function", function: { name: "time" } }),
  one("tool-choice-allowed", "allowed tools", {
    tools: [weather, time],
    tool_choice: {
      type: "allowed_tools",
      allowed_tools: { mode: "auto", tools: [{ type: "function", function: { name: "time" } }] },
    },
  }),
  one("parallel-off", "parallel tool calls off", { tools: [weather], parallel_tool_calls: false }),
  toolTalk("tool-result", "tool results", called, result("Sunny")),
  toolTalk("tool-result-parts", "tool results in parts", called, result([text("Sunny, "), text("18 °C")])),
  toolTalk(
    "tool-result-image",
    "tool results with images",
    called,
    result([text("A map"), image(`data:image/png;base64,${png}`)]),
  ),
  toolTalk("tool-result-error", "failed tools", called, result('{"error":"no such place"}')),
  toolTalk(
    "tool-results-parallel",
    "several tool results",
    { role: "assistant", content: "Looking.", tool_calls: [call("call_1", "Oslo"), call("call_2", "Rome")] },
    result("Rain"),
    { role: "tool", tool_call_id: "call_2", content: "Sun" },
    ask("And now?"),
  ),
  one("custom-tool", "custom tools", {
    tools: [
      {
        type: "custom",
        custom: {
          name: "sql",
          description: "Runs SQL",
          format: { type: "grammar", grammar: { syntax: "regex", definition: "SELECT .*" } },
        },
      },
    ],
  }),
  one("functions", "deprecated functions", { functions: [weather.function], function_call: { name: "weather" } }),

  one("json-object", "JSON replies", { messages: [ask("A JSON object, please")], response_format: { type: "json_object" } }),
  one("json-schema", "replies by a JSON Schema", {
    response_format: {
      type: "json_schema",
      json_schema: { name: "place", description: "A place", strict: true, schema: placeSchema },
    },
  }),

  one("effort-none", "reasoning effort", { reasoning_effort: "none" }),
  one("effort-minimal", "reasoning effort", { reasoning_effort: "minimal" }),
  one("effort-low", "reasoning effort", { reasoning_effort: "low" }),
  one("effort-medium", "reasoning effort", { reasoning_effort: "medium" }),
  one("effort-high", "reasoning effort", { reasoning_effort: "high" }),
  one("effort-xhigh", "reasoning effort", { reasoning_effort: "xhigh" }),
  toolTalk("reasoning-text", "earlier reasoning", { ...called, reasoning_content: "Oslo is meant." }, result("Sunny")),
  toolTalk(
    "reasoning-signed",
    "signed earlier reasoning",
    { ...called, reasoning_content: "Oslo is meant.", reasoning_blocks: [{ length: 14, signature: "c2lnbmVk" }] },
    result("Sunny"),
  ),
  toolTalk(
    "reasoning-redacted",
    "redacted earlier reasoning",
    { ...called, reasoning_blocks: [{ length: 0, redacted_data: "aGlkZGVu" }] },
    result("Sunny"),
  ),
  toolTalk(
    "reasoning-changed",
    "earlier reasoning that was changed",
    { ...called, reasoning_content: "Oslo.", reasoning_blocks: [{ length: 14, signature: "c2lnbmVk" }] },
    result("Sunny"),
  ),
  toolTalk(
    "tool-call-signed",
    "signed tool calls",
    { ...called, tool_calls: [{ ...call("call_1", "Oslo"), signature: "c2lnbmVk" }] },
    result("Sunny"),
  ),
  talk("refusal", "earlier refusals", hi, { role: "assistant", content: null, refusal: "I cannot." }, ask("Why?")),
  talk(
    "refusal-part",
    "earlier refusals",
    hi,
    { role: "assistant", content: [{ type: "refusal", refusal: "I cannot." }] },
    ask("Why?"),
  ),
  talk("audio-earlier", "earlier audio replies", hi, { role: "assistant", audio: { id: "audio_1" } }, ask("Again")),

  one("stop", "stop sequences", { stop: ["END", "\n\n"] }),
  one("stop-one", "stop sequences", { stop: "END" }),
  one("seed", "seed", { seed: 42 }),
  one("frequency-penalty", "penalties", { frequency_penalty: 0.5 }),
  one("presence-penalty", "penalties", { presence_penalty: -0.5 }),
  one("logit-bias", "logit bias", { logit_bias: { "50256": -100 } }),
  one("n", "several choices", { n: 2 }),
  one("logprobs", "log probabilities", { logprobs: true, top_logprobs: 3 }),
  one("sampling", "temperature and top_p", { temperature: 0.2, top_p: 0.9 }),
  one("temperature-high", "temperature above 1", { temperature: 1.5 }),
  one("max-tokens", "max_tokens", { max_tokens: 100 }),
  one("max-completion-tokens", "max_completion_tokens", { max_completion_tokens: 100 }),
  one("user-id", "end user's id", { user: "u-1" }),
  one("safety-identifier", "safety identifier", { safety_identifier: "s-1" }),
  one("verbosity", "verbosity", { verbosity: "low" }),
  one("service-tier", "service tier", { service_tier: "flex" }),
  one("metadata", "metadata", { metadata: { team: "a" } }),
  one("store", "stored replies", { store: true }),
  one("prediction", "predicted output", { prediction: { type: "content", content: "Hello" } }),
  one("audio-output", "audio output", { modalities: ["text", "audio"], audio: { voice: "alloy", format: "mp3" } }),
  one("web-search", "web search", {
    web_search_options: { search_context_size: "low", user_location: { type: "approximate", approximate: { country: "NO" } } },
  }),
  one("prompt-cache", "prompt cache key", { prompt_cache_key: "k", prompt_cache_retention: "24h" }),
  talk(
    "cache-control",
    "cache_control marks",
    { role: "system", content: [text("A long text.", { cache_control: { type: "ephemeral" } })] },
    hi,
  ),
  { ...one("stream", "streams", { stream: true, stream_options: { include_usage: true } }) },
  one("unknown-field", "unknown fields", { top_k: 40 }),
  one("extensions", "vendor options", { extensions: { nobody: { level: 1 } } }),
];
