/** One event of a stream. */
export function sse(data: unknown): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

function stream(id: string, deltas: readonly object[], finishReason: string, usage: object): Buffer {
  const head = {
    id,
    object: "chat.completion.chunk",
    created: 1767225600,
    model: "model-2026-01-01",
    system_fingerprint: "fp_0a1b2c3d4e",
  };
  const choice = (delta: object, finish_reason: string | null) => ({ index: 0, delta, logprobs: null, finish_reason });
  const chunks = [
    ...deltas.map((delta) => ({ ...head, choices: [choice(delta, null)], usage: null })),
    { ...head, choices: [choice({}, finishReason)], usage: null },
    { ...head, choices: [], usage },
  ];
  return Buffer.from([...chunks, "[DONE]"].map(sse).join(""));
}

function whole(id: string, message: object, finishReason: string, usage: object): Buffer {
  const choice = { index: 0, message: { role: "assistant", ...message }, logprobs: null, finish_reason: finishReason };
  const head = { id, object: "chat.completion", created: 1767225600, model: "model-2026-01-01" };
  return Buffer.from(JSON.stringify({ ...head, choices: [choice], usage, system_fingerprint: "fp_0a1b2c3d4e" }, undefined, 2));
}

const pieces = [
  "Grüße",
  ",",
  " dear",
  ' "',
  "reader",
  '"',
  "!\n",
  "Ein",
  " kleines",
  " 🐟",
  " schwimmt",
  ":",
  " \\",
  "o",
  "/",
  " 完了",
  ".",
];

function usage(prompt: number, completion: number) {
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

const toolDelta = (call: object) => ({ tool_calls: [{ index: 0, ...call }] });

/** The text that the text replies say. */
export const recordedText: string = pieces.join("");

/** Replies as vendors that speak OpenAI's API send them: SSE streams and whole bodies, in bytes. */
export const recorded = {
  /** Twenty chunks, the last with the usage alone. */
  textStream: stream(
    "chatcmpl-text",
    [{ role: "assistant", content: "", refusal: null }, ...pieces.map((content) => ({ content }))],
    "stop",
    { ...usage(17, 18), completion_tokens_details: { reasoning_tokens: 0 } },
  ),
  /** A call of one tool, its arguments in pieces. */
  toolCallStream: stream(
    "chatcmpl-tool",
    [
      {
        role: "assistant",
        content: null,
        ...toolDelta({ id: "call_1", type: "function", function: { name: "weather", arguments: "" } }),
      },
      ...['{"', "location", '":"', "Zürich", '"}'].map((text) => toolDelta({ function: { arguments: text } })),
    ],
    "tool_calls",
    usage(80, 12),
  ),
  /** Thoughts first, as DeepSeek and others send them. */
  reasoningStream: stream(
    "chatcmpl-reasoning",
    [
      { role: "assistant", content: null, reasoning_content: "" },
      ...["The", " user", " greets", " me."].map((text) => ({ content: null, reasoning_content: text })),
      ...["Good", " evening", "."].map((content) => ({ content, reasoning_content: null })),
    ],
    "stop",
    { ...usage(9, 7), completion_tokens_details: { reasoning_tokens: 4 } },
  ),
  text: whole("chatcmpl-text", { content: recordedText, refusal: null }, "stop", usage(17, 18)),
  toolCall: whole(
    "chatcmpl-tool",
    {
      content: null,
      tool_calls: [{ id: "call_1", type: "function", function: { name: "weather", arguments: '{"location":"Zürich"}' } }],
    },
    "tool_calls",
    usage(80, 12),
  ),
} as const;
