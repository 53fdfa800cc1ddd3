// An upstream of the kind that one meets: mostly good, now and then cut, reset, busy, broken or slow.
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const chunk = (content, finish = null) =>
  `data: ${JSON.stringify({ id: "s", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;
const whole = JSON.stringify({
  id: "s",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "words ".repeat(50) }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1, completion_tokens: 50, total_tokens: 51 },
});

async function answer(request, response) {
  let body = "";
  for await (const part of request) body += part;
  const dice = Math.random();
  if (dice < 0.04) return response.writeHead(500).end('{"error":{"message":"broken"}}');
  if (dice < 0.07) return response.writeHead(429, { "retry-after": "1" }).end('{"error":{"message":"busy"}}');
  if (dice < 0.09) return request.socket.resetAndDestroy();
  if (dice < 0.14) await sleep(50 + Math.random() * 250);
  if (!body.includes('"stream":true')) {
    response.writeHead(200, { "content-type": "application/json" });
    return response.end(whole);
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const count = 1 + Math.floor(Math.random() * 60);
  const death = Math.random() < 0.08 ? Math.floor(Math.random() * count) : -1;
  for (let i = 0; i < count && !response.destroyed; i++) {
    if (i === death) return Math.random() < 0.5 ? request.socket.destroy() : request.socket.resetAndDestroy();
    response.write(chunk(`word ${i} `));
    await sleep(Math.random() * 4);
  }
  response.end(`${chunk("", "stop")}data: [DONE]\n\n`);
}

const server = createServer((request, response) => {
  response.on("error", () => undefined);
  answer(request, response).catch(() => response.destroy());
});
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
