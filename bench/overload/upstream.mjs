// A fake model that costs little: replies are made once. The model's name in the body says what to send: `unary` at once, `hold-<ms>`
// the same after that time, `stream-<n>` (n chunks, one every 10 ms), `long-<n>` (n numbered chunks, one every 100 ms).
import { createServer } from "node:http";

const chunk = (content, finish = null) =>
  `data: ${JSON.stringify({ id: "chatcmpl-bench", object: "chat.completion.chunk", created: 1760000000, model: "bench-model", choices: [{ index: 0, delta: { content }, finish_reason: finish }], usage: null })}\n\n`;
const token = Buffer.from(chunk(" token"));
const last = Buffer.from(`${chunk("", "stop")}data: [DONE]\n\n`);
const unary = Buffer.from(
  JSON.stringify({
    id: "chatcmpl-bench",
    object: "chat.completion",
    created: 1760000000,
    model: "bench-model",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "The quick brown fox jumps over the lazy dog. ".repeat(8) },
        finish_reason: "stop",
      },
    ],
    usage: { prompt_tokens: 9, completion_tokens: 80, total_tokens: 89 },
  }),
);

/** Everything that is written every so often, by one timer each. */
const paced = { 10: new Set(), 100: new Set() };
for (const [everyMs, streams] of Object.entries(paced)) {
  setInterval(() => {
    for (const write of streams) write();
  }, Number(everyMs));
}

function stream(response, count, everyMs, part) {
  response.writeHead(200, { "content-type": "text/event-stream" });
  let at = 0;
  const step = () => {
    if (at < count) response.write(part(at++));
    else response.end(last);
    if (response.writableEnded) paced[everyMs].delete(step);
  };
  paced[everyMs].add(step);
  response.on("close", () => paced[everyMs].delete(step));
}

function whole(response) {
  response.writeHead(200, { "content-type": "application/json", "content-length": unary.length });
  response.end(unary);
}

const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const [, kind, number = "0"] = /"model":\s*"([a-z]+)(?:-(\d+))?"/.exec(Buffer.concat(parts).toString("latin1")) ?? [];
    if (kind === "stream") stream(response, Number(number), 10, () => token);
    else if (kind === "long") stream(response, Number(number), 100, (at) => chunk(`word ${at} `));
    else if (kind === "hold") setTimeout(whole, Number(number), response);
    else whole(response);
  });
});
server.listen({ port: Number(process.argv[3].split(":")[1]), host: "127.0.0.1", backlog: 4096 }); // --listen HOST:PORT
