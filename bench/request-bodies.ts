/** A request body of about `bytes` bytes, as a client's SDK sends it. */
export type RequestBody = (bytes: number) => string;

const words =
  "the quick brown fox jumps over a lazy dog while seven wizards quietly brew coffee in a cold tower and nobody asks why".split(
    " ",
  );

/** `count` words of deterministic text; every third one in quotes when `quoted`. */
function text(count: number, quoted: boolean): string {
  const parts: string[] = [];
  for (let i = 0; i < count; i++) {
    const word = words[(i * 7 + (i >> 3)) % words.length] ?? "";
    parts.push(quoted && i % 3 === 0 ? `"${word}"` : word);
  }
  return parts.join(" ");
}

/** One long user message without anything that JSON escapes. */
const prose: RequestBody = (bytes) =>
  JSON.stringify({
    model: "gpt-5.5",
    stream: true,
    messages: [
      { role: "system", content: "You are brief." },
      { role: "user", content: text(20_000, false).slice(0, bytes - 150) },
    ],
  });

/** Prose in paragraphs of about 600 characters: two escaped line ends between them, a quotation in each. */
const paragraphs: RequestBody = (bytes) => {
  const paragraph = `${text(110, false)}: "${text(4, false)}".\n\n`;
  return JSON.stringify({ model: "gpt-5.5", messages: [{ role: "user", content: paragraph.repeat(200).slice(0, bytes - 150) }] });
};

/** One message in which every third word is in quotes. */
const quotes: RequestBody = (bytes) => {
  const content = text(20_000, true);
  return JSON.stringify({ model: "gpt-5.5", messages: [{ role: "user", content: content.slice(0, (bytes - 100) * 0.88) }] });
};

/** An agent's conversation: 20 tools with schemas, 120 messages of which two thirds are tool calls and their results. */
const tools: RequestBody = (bytes) => {
  const offered = Array.from({ length: 20 }, (_, i) => ({
    type: "function",
    function: {
      name: `tool_${i}`,
      description: text(20, false),
      parameters: {
        type: "object",
        properties: {
          path: { type: "string", description: text(8, false) },
          limit: { type: "integer", minimum: 1, maximum: 100 },
          mode: { type: "string", enum: ["fast", "exact", "dry"] },
        },
        required: ["path"],
        additionalProperties: false,
      },
    },
  }));
  const room = Math.max(8, Math.floor((bytes - 24_000) / 120 / 5));
  const messages = Array.from({ length: 40 }, (_, i) => [
    { role: "user", content: text(room, false) },
    {
      role: "assistant",
      content: null,
      tool_calls: [
        {
          id: `call_${i}`,
          type: "function",
          function: { name: `tool_${i % 20}`, arguments: JSON.stringify({ path: `/src/${i}.ts`, limit: i, mode: "fast" }) },
        },
      ],
    },
    { role: "tool", tool_call_id: `call_${i}`, content: JSON.stringify({ ok: true, lines: text(room, false).split(" ") }) },
  ]).flat();
  return JSON.stringify({ model: "gpt-5.5", stream: true, tools: offered, messages });
};

/** The kinds of bodies that the scanner is measured on. */
export const requestBodies: Readonly<Record<string, RequestBody>> = { prose, paragraphs, quotes, tools };
