import { Dialect } from "../../src/codec/openai/dialect.ts";
import { openAiCodec } from "../../src/codec/openai/openai-codec.ts";
import { openAiQuirks } from "../../src/providers/http/openai-quirks.ts";
import type { GoldenBody, GoldenCodec } from "./golden-codec.ts";
import { openAiReplies } from "./openai.replies.ts";
import { goldenRequests, placeSchema, png } from "./requests.ts";

// https://platform.openai.com/docs/api-reference/chat/create

/** What is OpenAI's own form, and therefore sent as it is. */
const asTheyAre = [
  ...["user", "system", "developer", "system-late", "same-role", "text-parts", "empty-content", "names", "long-history"],
  ...["assistant-last", "vision-url", "vision-data", "audio", "pdf", "file-id", "tools", "tool-strict"],
  ...["tool-choice-auto", "tool-choice-none", "tool-choice-required", "tool-choice-named", "tool-choice-allowed", "parallel-off"],
  ...["tool-results-parallel", "custom-tool", "functions", "json-object", "json-schema"],
  ...["effort-none", "effort-minimal", "effort-low", "effort-medium", "effort-high", "effort-xhigh"],
  ...["refusal-part", "audio-earlier", "stop", "seed", "frequency-penalty", "presence-penalty", "logit-bias", "n", "logprobs"],
  ...["sampling", "temperature-high", "max-tokens", "max-completion-tokens", "user-id", "safety-identifier", "verbosity"],
  ...["service-tier", "store", "prediction", "audio-output", "web-search", "prompt-cache", "stream"],
  "unknown-field", // https://platform.openai.com/docs/api-reference/debugging-requests: the vendor says what it does not know
];

const hi = { role: "user", content: "Hi" };
const question = { role: "user", content: "The weather?" };
const weather = {
  type: "function",
  function: { name: "weather", description: "The weather at a place", parameters: placeSchema },
};
/** A message with tool calls needs no content. */
const called = {
  role: "assistant",
  tool_calls: [{ id: "call_1", type: "function", function: { name: "weather", arguments: '{"place":"Oslo"}' } }],
};
const toolTalk = (content: unknown) => ({
  messages: [question, called, { role: "tool", tool_call_id: "call_1", content }],
  tools: [weather],
});
const pngUrl = `data:image/png;base64,${png}`;

const bodies: Readonly<Record<string, GoldenBody>> = {
  ...Object.fromEntries(
    goldenRequests.filter(({ name }) => asTheyAre.includes(name)).map(({ name, request }) => [name, { body: request }] as const),
  ),
  "vision-raw": {
    body: {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is it?" },
            { type: "image_url", image_url: { url: pngUrl } },
          ],
        },
      ],
    },
  },
  "tool-result": { body: toolTalk("Sunny") },
  "tool-result-parts": {
    body: toolTalk([
      { type: "text", text: "Sunny, " },
      { type: "text", text: "18 °C" },
    ]),
  },
  "tool-result-image": {
    body: toolTalk([
      { type: "text", text: "A map" },
      { type: "image_url", image_url: { url: pngUrl } },
    ]),
  },
  "tool-result-error": { body: toolTalk('{"error":"no such place"}') },
  // The API has no place for reasoning: https://platform.openai.com/docs/guides/reasoning has it in the Responses API only.
  "reasoning-text": { body: toolTalk("Sunny"), dropped: ["messages[1].reasoning_content"] },
  "reasoning-signed": {
    body: toolTalk("Sunny"),
    dropped: ["messages[1].reasoning_blocks", "messages[1].reasoning_content"],
  },
  "reasoning-redacted": { body: toolTalk("Sunny"), dropped: ["messages[1].reasoning_blocks"] },
  "reasoning-changed": {
    body: toolTalk("Sunny"),
    dropped: ["messages[1].reasoning_blocks", "messages[1].reasoning_content"],
  },
  "tool-call-signed": { body: toolTalk("Sunny"), dropped: ["messages[1].tool_calls[0].signature"] },
  refusal: { body: { messages: [hi, { role: "assistant", refusal: "I cannot." }, { role: "user", content: "Why?" }] } },
  "stop-one": { body: { messages: [hi], stop: ["END"] } },
  metadata: { body: { messages: [hi] } }, // goes to a vendor only where the operator says so
  "cache-control": {
    body: { messages: [{ role: "system", content: [{ type: "text", text: "A long text." }] }, hi] },
    dropped: ["messages[0].content[0].cache_control"],
  },
  extensions: { body: { messages: [hi] } },
};

/** OpenAI, by its own documentation. */
export const openAiGolden: GoldenCodec = {
  vendor: "openai",
  title: "OpenAI",
  codec: openAiCodec({ vendor: "openai", dialect: new Dialect(openAiQuirks), streamUsage: true }),
  model: "gpt-5.5",
  bodies,
  replies: openAiReplies,
};
