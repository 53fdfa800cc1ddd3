import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChatCompletionService } from "#gen/sluice/chat/v1/chat_completion_service_pb";
import { Fold } from "../../../src/chat/fold.ts";
import { decodeChunk } from "../../../src/codec/openai/decode-reply.ts";
import { encodeResponse } from "../../../src/codec/openai/encode-reply.ts";
import { incomingRequest } from "../../../src/codec/openai/incoming-request.ts";
import { type ConversationVendor, conversationVendors } from "../../support/conversation-vendors.ts";
import { type RunningGateway, startGateway } from "../../support/running-gateway.ts";

/** A reply, as far as these tests read it; the message goes back as it is. */
interface Reply {
  readonly choices: readonly {
    readonly message: Readonly<Record<string, unknown>> & {
      readonly content?: string | null;
      readonly tool_calls?: readonly {
        readonly id: string;
        readonly function: { readonly name: string; readonly arguments: string };
      }[];
    };
    readonly finish_reason: string;
  }[];
  readonly usage?: { readonly total_tokens: number };
}

type Ask = (body: object, streamed: boolean) => Promise<Reply>;

/** Over REST with OpenAI's own SDK, whose helper puts streams together. */
function overRest(url: string): Ask {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "unused", maxRetries: 0 });
  return async (body, streamed) => {
    const params = body as OpenAI.ChatCompletionCreateParamsNonStreaming; // what a user would write, with members the SDK does not know
    if (!streamed) return (await client.chat.completions.create(params)) as unknown as Reply; // the same JSON
    const stream = await client.chat.completions.create({ ...params, stream: true, stream_options: { include_usage: true } });
    const fold = new Fold();
    for await (const chunk of stream) fold.add(decodeChunk(JSON.stringify(chunk), { model: chunk.model }));
    return asJson(fold);
  };
}

/** Over gRPC with a generated client. */
function overGrpc(url: string): Ask {
  const client = createClient(ChatCompletionService, createGrpcTransport({ baseUrl: url }));
  return async (body, streamed) => {
    const request = incomingRequest(Buffer.from(JSON.stringify(body))).decode();
    if (!streamed) return JSON.parse(encodeResponse(await client.createChatCompletion(request), { sluice: false }));
    const fold = new Fold();
    for await (const chunk of client.streamChatCompletion(request)) fold.add(chunk);
    return asJson(fold);
  };
}

const asJson = (fold: Fold): Reply => JSON.parse(encodeResponse(fold.response(), { sluice: false }));

const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const tool = (name: string, param: string) => ({
  type: "function",
  function: {
    name,
    description: `Tells the ${name}.`,
    parameters: { type: "object", properties: { [param]: { type: "string" } }, required: [param], additionalProperties: false },
  },
});
const tools = [tool("weather", "city"), tool("time", "zone")];
const schema = { type: "object", properties: { advice: { type: "string" } }, required: ["advice"], additionalProperties: false };

describe.each(Object.keys(conversationVendors))("with %s", (type) => {
  let vendor: ConversationVendor;
  let gateway: RunningGateway;
  beforeAll(async () => {
    vendor = await (conversationVendors[type] ?? fail)();
    gateway = await startGateway({ providers: { vendor: vendor.provider as never } }); // each fake says its own type's fields
  });
  afterAll(async () => {
    await gateway.close();
    await vendor.close();
  });

  it.each([
    ["REST", overRest, false],
    ["REST", overRest, true],
    ["gRPC", overGrpc, false],
    ["gRPC", overGrpc, true],
  ] as const)("a conversation goes on over %s: what is seen, called, thought and formed (%#)", async (_, over, streamed) => {
    const ask = over(gateway.url);
    const messages: object[] = [
      { role: "system", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "Shall I go out here? ☔" },
          { type: "image_url", image_url: { url: `data:image/png;base64,${png}` } },
        ],
      },
    ];
    const turn = async (more: object = {}) => {
      const reply = await ask({ model: `vendor/${vendor.model}`, messages, tools, reasoning_effort: "low", ...more }, streamed);
      const [choice] = reply.choices;
      if (choice === undefined) throw new Error("there is no choice");
      messages.push(choice.message);
      expect(reply.usage?.total_tokens).toBeGreaterThan(0);
      return choice;
    };
    const answer = (choice: Awaited<ReturnType<typeof turn>>, results: readonly string[]) => {
      const calls = choice.message.tool_calls ?? [];
      expect(calls.length).toBe(results.length);
      for (const [i, { id }] of calls.entries()) messages.push({ role: "tool", tool_call_id: id, content: results[i] });
    };
    const before = vendor.taken().length;
    vendor.says([
      {
        reasoning: "It looks like Oslo. 👀",
        calls: [
          { id: "call_a", name: "weather", args: { city: "Oslo" } },
          { id: "call_b", name: "time", args: { zone: "Europe/Oslo" } },
        ],
      },
      { reasoning: "And tomorrow?", calls: [{ id: "call_c", name: "weather", args: { city: "Oslo, tomorrow" } }] },
      { text: '{"advice":"Take an umbrella. ☂"}' },
    ]);

    const first = await turn();
    expect(first.finish_reason).toBe("tool_calls");
    expect(first.message.tool_calls?.map((call) => [call.function.name, JSON.parse(call.function.arguments)])).toEqual([
      ["weather", { city: "Oslo" }],
      ["time", { zone: "Europe/Oslo" }],
    ]);
    answer(first, ["rain", "12:00"]);
    const second = await turn();
    expect(second.message.tool_calls?.map((call) => JSON.parse(call.function.arguments))).toEqual([{ city: "Oslo, tomorrow" }]);
    answer(second, ["more rain"]);
    const form = { type: "json_schema", json_schema: { name: "advice", strict: true, schema } };
    const third = await turn({ response_format: form });
    expect(third.finish_reason).toBe("stop");
    expect(JSON.parse(third.message.content ?? "")).toEqual({ advice: "Take an umbrella. ☂" });
    const taken = vendor.taken().slice(before);
    expect(taken).toHaveLength(3);
    expect(JSON.stringify(taken[0])).toContain(png);
    expect(JSON.stringify(taken[2])).toContain("more rain");
    if (type === "openai") return; // it shows no reasoning and takes none
    expect(first.message.reasoning_content).toBe("It looks like Oslo. 👀");
    expect(JSON.stringify(taken[2])).toContain("It looks like Oslo. 👀");
  });
});

function fail(): never {
  throw new Error("there is no such vendor");
}
