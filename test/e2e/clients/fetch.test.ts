import { EventSourceParserStream } from "eventsource-parser/stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClientGateway, silentModel, startClientGateway } from "../../support/client-gateway.ts";

let gateway: ClientGateway;
beforeAll(async () => {
  gateway = await startClientGateway();
});
afterAll(() => gateway.close());

const service = "/sluice.chat.v1.ChatCompletionService";
const json = "application/json";

function post(
  path: string,
  contentType: string,
  body: string | Uint8Array<ArrayBuffer>,
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(gateway.url + path, { method: "POST", headers: { "content-type": contentType }, body, signal: signal ?? null });
}

const rpcRequest = (model: string) => JSON.stringify({ model, messages: [{ role: "ROLE_USER", content: "How are you, 世界?" }] });
const restRequest = (model: string, more: object = {}) =>
  JSON.stringify({ model, messages: [{ role: "user", content: "How are you, 世界?" }], ...more });

describe("Connect by hand", () => {
  /** A message as Connect's streams have it: flags, length, JSON. */
  function enveloped(text: string): Uint8Array<ArrayBuffer> {
    const message = new TextEncoder().encode(text);
    const bytes = new Uint8Array(5 + message.length);
    new DataView(bytes.buffer).setUint32(1, message.length);
    bytes.set(message, 5);
    return bytes;
  }

  /** The messages of a stream, and what its end says. */
  function messagesOf(bytes: ArrayBuffer): { messages: Record<string, unknown>[]; end: Record<string, unknown> } {
    const messages: Record<string, unknown>[] = [];
    const view = new DataView(bytes);
    for (let at = 0; at < bytes.byteLength; ) {
      const length = view.getUint32(at + 1);
      const message = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, at + 5, length)));
      const flags = view.getUint8(at);
      at += 5 + length;
      if (flags !== 2) messages.push(message);
      else {
        expect(at).toBe(bytes.byteLength);
        return { messages, end: message };
      }
    }
    throw new Error("the stream has no end");
  }

  const textOf = (messages: readonly Record<string, unknown>[]) =>
    messages
      .flatMap(({ choices }) => (choices ?? []) as { delta?: { content?: string } }[])
      .map(({ delta }) => delta?.content ?? "")
      .join("");

  it("posts JSON and gets JSON, with the contract's own field names", async () => {
    const response = await post(`${service}/CreateChatCompletion`, json, rpcRequest("demo/echo"));
    expect([response.status, response.headers.get("content-type")]).toEqual([200, json]);
    expect(response.headers.get("trailer-sluice-outcome")).toBe("ok");
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: "How are you, 世界?" }, finish_reason: "FINISH_REASON_STOP" }],
      usage: { prompt_tokens: expect.any(Number) },
      route: { provider: "demo", call_id: response.headers.get("x-sluice-call-id") },
    });
  });

  it("gets an error as JSON with readable details", async () => {
    const response = await post(`${service}/CreateChatCompletion`, json, rpcRequest("demo/error-429"));
    expect(response.status).toBe(429);
    expect(await response.json()).toMatchObject({
      code: "resource_exhausted",
      message: expect.stringContaining("rate limited"),
      details: [
        { type: "google.rpc.ErrorInfo", debug: { reason: "upstream_rate_limited", domain: "sluice" } },
        { type: "google.rpc.RetryInfo", debug: { retryDelay: "1s" } },
      ],
    });
  });

  it("streams in envelopes", async () => {
    const response = await post(
      `${service}/StreamChatCompletion`,
      "application/connect+json",
      enveloped(rpcRequest("demo/echo")),
    );
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/connect+json"]);
    const { messages, end } = messagesOf(await response.arrayBuffer());
    expect(textOf(messages)).toBe("How are you, 世界?");
    expect(messages.at(-1)).toMatchObject({ usage: { total_tokens: expect.any(Number) }, route: { provider: "demo" } });
    expect(end).toMatchObject({ metadata: { "sluice-outcome": ["ok"] } });
    expect(end).not.toHaveProperty("error");
  });

  it("finds the error of a cut stream in its end", async () => {
    const response = await post(`${service}/StreamChatCompletion`, "application/connect+json", enveloped(rpcRequest("demo/cut")));
    const { messages, end } = messagesOf(await response.arrayBuffer());
    expect(textOf(messages).length).toBeGreaterThan(10);
    expect(end).toMatchObject({
      error: { code: "unavailable", details: [{ debug: { reason: "upstream_interrupted" } }, {}] },
      metadata: { "sluice-outcome": ["upstream_interrupted"] },
    });
  });
});

describe("REST by hand", () => {
  const chat = "/v1/chat/completions";

  it("posts JSON and gets JSON", async () => {
    const response = await post(chat, json, restRequest("demo/echo"));
    expect([response.status, response.headers.get("content-type")]).toEqual([200, json]);
    const body = await response.json();
    expect(body).toMatchObject({ object: "chat.completion", choices: [{ message: { content: "How are you, 世界?" } }] });
    expect(body).not.toHaveProperty("sluice");
  });

  it("streams events and says when they are done", async () => {
    const response = await post(chat, json, restRequest("demo/echo", { stream: true }));
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const data = await eventsOf(response);
    expect(data.at(-1)).toBe("[DONE]");
    const chunks = data.slice(0, -1).map((text) => JSON.parse(text));
    expect(chunks.map(({ choices: [choice] }) => choice.delta.content ?? "").join("")).toBe("How are you, 世界?");
  });

  it("gets an error in a stream that is cut, and no word that it was done", async () => {
    const data = await eventsOf(await post(chat, json, restRequest("demo/cut", { stream: true })));
    expect(JSON.parse(data.at(-1) ?? "")).toMatchObject({ error: { type: "server_error", code: "upstream_interrupted" } });
    expect(data).not.toContain("[DONE]");
  });

  it("hangs up on the upstream when it goes", async () => {
    const abort = new AbortController();
    const response = await post(chat, json, restRequest(silentModel, { stream: true }), abort.signal);
    const { closed } = await gateway.upstreamRequest();
    abort.abort();
    await expect(response.text()).rejects.toThrow("abort");
    await closed;
  });

  async function eventsOf({ body }: Response): Promise<string[]> {
    const data: string[] = [];
    const events = body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const event of events ?? []) data.push(event.data);
    return data;
  }
});
