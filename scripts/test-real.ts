// `npm run test:real -- BASE_URL [MODEL]`: a gateway in front of a real OpenAI-compatible server, and one conversation at temperature 0
// with a seed over every protocol, streamed and not. Every text must equal what the server says when it is asked directly.
import { createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import OpenAI from "openai";
import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { ChatCompletionService } from "#gen/sluice/chat/v1/chat_completion_service_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { createGateway, loadConfig } from "../src/index.ts";

const prompts = ["Hello", "What is the capital of France?", "Send me some emoji.", "Count from 1 to 20.", "Tell me a story."];
const sampling = { temperature: 0, seed: 7 };

interface Turn {
  readonly role: "user" | "assistant";
  readonly content: string;
}
/** Answers the conversation so far, in one way of asking. */
type Ask = (turns: readonly Turn[]) => Promise<string>;

const [baseUrl, given] = process.argv.slice(2);
if (baseUrl === undefined || !URL.canParse(baseUrl)) {
  console.error("usage: npm run test:real -- BASE_URL [MODEL]     e.g. http://127.0.0.1:8190/v1");
  process.exit(1);
}
const apiKey = process.env.REAL_MODEL_KEY ?? "none";
const direct = new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 });
const model = given ?? (await direct.models.list()).data[0]?.id ?? "default";

const config = {
  server: { listen: ["127.0.0.1:0"], admin: "off" },
  providers: { real: { type: "openai-compatible", baseUrl, apiKey } },
};
const gateway = await createGateway(await loadConfig({ env: { SLUICE_CONFIG_JSON: JSON.stringify(config) } }));
const [listener] = await gateway.listen();
const url = `http://${listener?.address}`;

const openai = (client: OpenAI, name: string): Readonly<Record<string, Ask>> => ({
  unary: async (messages) => {
    const reply = await client.chat.completions.create({ model: name, messages: [...messages], ...sampling });
    return reply.choices[0]?.message.content ?? "";
  },
  stream: async (messages) => {
    let text = "";
    const chunks = await client.chat.completions.create({ model: name, messages: [...messages], ...sampling, stream: true });
    for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? "";
    return text;
  },
});

const rpc = (transport: Transport): Readonly<Record<string, Ask>> => {
  const client = createClient(ChatCompletionService, transport);
  const request = (turns: readonly Turn[]) => ({
    model: `real/${model}`,
    messages: turns.map(({ role, content }) => ({ role: role === "user" ? Role.USER : Role.ASSISTANT, content })),
    ...sampling,
  });
  return {
    unary: async (turns) => (await client.createChatCompletion(request(turns))).choices[0]?.message?.content ?? "",
    stream: async (turns) => {
      let text = "";
      let last: ChatCompletionChunk | undefined;
      for await (last of client.streamChatCompletion(request(turns))) text += last.choices[0]?.delta?.content ?? "";
      if (last?.route?.provider !== "real") throw new Error("the stream's last message has no route");
      return text;
    },
  };
};

const ways: Readonly<Record<string, Readonly<Record<string, Ask>>>> = {
  direct: openai(direct, model),
  REST: openai(new OpenAI({ baseURL: `${url}/v1`, apiKey: "unused", maxRetries: 0 }), `real/${model}`),
  gRPC: rpc(createGrpcTransport({ baseUrl: url })),
  "gRPC-Web": rpc(createGrpcWebTransport({ baseUrl: url, httpVersion: "1.1" })),
  Connect: rpc(createConnectTransport({ baseUrl: url, httpVersion: "1.1" })),
};

let unequal = 0;
const turns: Turn[] = [];
for (const content of prompts) {
  turns.push({ role: "user", content });
  const expected = (await ways.direct?.unary?.(turns)) ?? "";
  console.log(`> ${content}\n${expected}`);
  for (const [protocol, asks] of Object.entries(ways)) {
    for (const [kind, ask] of Object.entries(asks)) {
      const text = await ask(turns);
      if (text === expected) continue;
      unequal += 1;
      console.log(`  ${protocol} ${kind} differs: ${JSON.stringify(text)}`);
    }
  }
  turns.push({ role: "assistant", content: expected });
}
await gateway.close(0);
const compared = prompts.length * Object.keys(ways).length * 2;
console.log(
  `\n${model}: ${compared - unequal} of ${compared} texts equal, over ${Object.keys(ways).join(", ")}, unary and streamed`,
);
process.exitCode = unequal === 0 ? 0 : 1;
