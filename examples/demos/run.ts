// Runs a demonstration: a gateway on a free port with the configuration of its name, and one streamed call to it.
import { join } from "node:path";
import { createGateway, loadConfig } from "sluice";

const demos: Readonly<Record<string, { readonly model: string; readonly content: string; readonly metadata?: string }>> = {
  basic: { model: "demo/echo", content: "Hello, gateway!" },
  watched: { model: "demo/text", content: "Tell me about rivers." },
  guardrails: { model: "demo/pii", content: "Who is Ada?" },
  "shared-state": { model: "demo/echo", content: "Good morning!", metadata: "team=rennes" },
};

const name = process.argv[2] ?? "";
const demo = demos[name];
if (demo === undefined) {
  console.error(`usage: npm run demo ${Object.keys(demos).join("|")}`);
  process.exit(1);
}

const logged: string[] = [];
const keep = (fields: object, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
const log = { debug() {}, info: keep, warn: keep, error: keep };
const file = join(import.meta.dirname, `${name}.yaml`);
const loaded = await loadConfig({ env: {}, file, flags: { listen: ["127.0.0.1:0"], admin: "off" } });
const gateway = await createGateway(loaded, { log });
const [listener] = await gateway.listen();

console.log(`the pipeline:\n${gateway.describe()}\n`);
console.log(`${demo.model} is asked: ${demo.content}\n`);
const { content, metadata = "", model } = demo;
const response = await fetch(`http://${listener?.address}/v1/chat/completions`, {
  method: "POST",
  headers: { "content-type": "application/json", "x-sluice-info": "1", "x-sluice-metadata": metadata },
  body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content }] }),
});

/** What the demonstration shows of an event. */
interface Event {
  readonly choices?: readonly { readonly delta: { readonly content?: string }; readonly finish_reason: string | null }[];
  readonly error?: { readonly code: string; readonly message: string };
  readonly sluice?: { readonly verdicts?: readonly { readonly [field: string]: unknown }[] };
}

let rest = "";
const ends: string[] = [];
for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
  const events = (rest + part).split("\n\n");
  rest = events.pop() ?? "";
  for (const event of events) {
    if (event === "data: [DONE]" || !event.startsWith("data: ")) continue;
    const { choices = [], error, sluice } = JSON.parse(event.slice("data: ".length)) as Event;
    for (const { delta, finish_reason } of choices) {
      process.stdout.write(delta.content ?? "");
      if (finish_reason !== null) ends.push(`finish reason: ${finish_reason}`);
    }
    if (error !== undefined) ends.push(`error: ${error.code}: ${error.message}`);
    for (const { action, entity, start, end } of sluice?.verdicts ?? [])
      ends.push(`verdict: ${action} ${entity} at ${start}-${end}`);
  }
}
await gateway.close();
console.log(["\n", ...ends, ...logged.map((line) => `log: ${line}`)].join("\n"));
