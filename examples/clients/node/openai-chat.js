// The official OpenAI SDK; only its base URL is Sluice's.
import OpenAI, { APIError } from "openai";

const [url = "http://127.0.0.1:8080"] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "unused" });
const messages = [{ role: "user", content: "Hello from Node" }];

const whole = await client.chat.completions.create({ model: "demo/echo", messages });
console.log("whole:", whole.choices[0].message.content);

const stream = await client.chat.completions.create({
  model: "demo/echo",
  messages,
  stream: true,
  stream_options: { include_usage: true },
});
let text = "";
for await (const { choices, usage } of stream) {
  text += choices[0]?.delta.content ?? "";
  if (usage) console.log("streamed:", text, `(${usage.total_tokens} tokens)`);
}

try {
  await client.chat.completions.create({ model: "demo/nothing", messages });
} catch (error) {
  if (!(error instanceof APIError)) throw error;
  console.log("refused:", error.status, error.code);
}
