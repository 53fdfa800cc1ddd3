// A fake model for benchmarks: replies are made once and only written. The model's name in the body says what to send:
// `unary`, `one-<n>` (n chunks, one a write), `ten-<n>` (n chunks, ten a write), `paced-<n>` (n chunks, one every 20 ms).
import { createServer } from "node:http";

const head =
  '{"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,"model":"bench-model","service_tier":"default","system_fingerprint":"fp_bench",';
const chunk = (delta, finish) =>
  Buffer.from(
    `data: ${head}"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}],"usage":null}\n\n`,
  );
const first = chunk('{"role":"assistant","content":"","refusal":null}', "null");
const token = chunk('{"content":" token"}', "null");
const ten = Buffer.concat(Array(10).fill(token));
const last = Buffer.concat([
  chunk("{}", '"stop"'),
  Buffer.from(
    `data: ${head}"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}}\n\ndata: [DONE]\n\n`,
  ),
]);
const unary = Buffer.from(
  '{"id":"chatcmpl-bench","object":"chat.completion","created":1760000000,"model":"bench-model","choices":[{"index":0,"message":{"role":"assistant","content":"' +
    "The quick brown fox jumps over the lazy dog. ".repeat(8) +
    '","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":80,"total_tokens":89},"service_tier":"default","system_fingerprint":"fp_bench"}',
);

const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const [, kind, count] = /"model":\s*"(unary|one|ten|paced)(?:-(\d+))?"/.exec(Buffer.concat(parts).toString("latin1")) ?? [];
    if (kind === "unary") {
      response.writeHead(200, { "content-type": "application/json", "content-length": unary.length });
      response.end(unary);
    } else stream(response, kind, Number(count));
  });
});

function stream(response, kind, count) {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(first);
  let left = count;
  let closed = false;
  response.on("close", () => {
    closed = true;
  });
  const step = () => {
    if (closed) return;
    if (left <= 0) {
      response.end(last);
      return;
    }
    left -= kind === "ten" ? 10 : 1;
    const flowing = response.write(kind === "ten" ? ten : token);
    if (kind === "paced") setTimeout(step, 20);
    else if (flowing) setImmediate(step);
    else response.once("drain", step);
  };
  if (kind === "paced") setTimeout(step, 20);
  else setImmediate(step);
}

server.listen(Number(process.argv[3].split(":")[1]), "127.0.0.1"); // --listen HOST:PORT
