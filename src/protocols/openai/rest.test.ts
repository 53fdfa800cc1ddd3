import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import type { ClientHttp2Stream } from "node:http2";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RestGateway, startRestGateway } from "../../../test/support/rest-gateway.ts";
import { ending, FedStream, finalEvent, piece, wireEvent } from "../../../test/support/scripted-calls.ts";
import { type ErrorCode, errorTable, GatewayError } from "../../chat/error.ts";
import type { StreamEvent } from "../../chat/stream.ts";
import { streamOf } from "../../chat/stream-of.ts";
import type { HttpOutgoing } from "../exchange.ts";

const path = "/v1/chat/completions";
const maxRequestBytes = 256 * 1024;
let gateway: RestGateway;
let responses: HttpOutgoing[] = [];
beforeEach(async () => {
  responses = [];
  gateway = await startRestGateway({ maxRequestBytes, watch: (_request, response) => responses.push(response) });
});
afterEach(() => gateway.close());

const body = (fields: object = {}) => JSON.stringify({ model: "asked", messages: [{ role: "user", content: "hi" }], ...fields });
const streamed = body({ stream: true });

function post(version: string, sent: string | Buffer = body(), headers: Record<string, string> = {}) {
  return gateway.send(version, { method: "POST", path, headers: { "content-type": "application/json", ...headers }, body: sent });
}

/** The payloads of an event stream. */
const payloads = (stream: string) => [...stream.matchAll(/data: (.*)\n\n/g)].map(([, payload]) => payload ?? "");

/** A request whose client the test steers. */
function open(
  version: string,
  headers: Record<string, string> = {},
): {
  /** Resolves when the part is sent. */
  write(part: Buffer | string): Promise<unknown>;
  end(part?: string): void;
  leave(): void;
  answer: Promise<unknown>;
  closed: Promise<unknown>;
} {
  if (version === "2") {
    const stream: ClientHttp2Stream = gateway
      .http2()
      .request({ ":method": "POST", ":path": path, "content-type": "application/json", ...headers });
    stream.on("error", () => undefined);
    return {
      write: (part) => new Promise((resolve) => stream.write(part, resolve)),
      end: (part) => stream.end(part),
      leave: () => stream.destroy(new Error("gone")), // close() would end the body first
      answer: new Promise((resolve) => stream.once("response", resolve)),
      closed: new Promise((resolve) => stream.resume().once("close", resolve)),
    };
  }
  const sent: ClientRequest = httpRequest({
    port: gateway.port,
    host: "127.0.0.1",
    path,
    method: "POST",
    agent: false,
    headers: { "content-type": "application/json", ...headers },
  });
  sent.on("error", () => undefined);
  return {
    write: (part) => new Promise((resolve) => sent.write(part, resolve)),
    end: (part) => sent.end(part),
    leave: () => sent.destroy(),
    answer: new Promise((resolve) =>
      sent.once("response", (response: IncomingMessage) => resolve(response.on("error", () => undefined).resume())),
    ),
    closed: new Promise((resolve) => sent.once("close", resolve)),
  };
}

describe.each(["1.1", "2"])("HTTP/%s", (version) => {
  describe("an unstreamed reply", () => {
    it("is the fold of the stream, with what OpenAI sends and nothing else", async () => {
      const answer = await post(version, body(), { "x-request-id": "my-label" });
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(answer.body)),
        "x-request-id": "my-label",
        "x-sluice-call-id": gateway.calls.last.head.callId,
        "x-sluice-provider": "vendor",
        "x-sluice-model": "vendor-model",
        "x-sluice-attempts": "1",
      });
      expect(JSON.parse(answer.body)).toMatchObject({
        id: "c1",
        object: "chat.completion",
        choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
        usage: { total_tokens: 5 },
      });
      expect(answer.body).not.toContain("sluice");
      expect(gateway.calls.last.closings).toEqual([undefined]);
    });

    it("is the upstream's own bytes but for the model", async () => {
      const reply = `{ "id":"u", "model" : "real", "choices":[{"index":0,"message":{"content":"Grüße"}}], "usage": {"total_tokens":1}, "n":1.0}`;
      gateway.calls.chat = () => streamOf([[wireEvent("completion", reply)], [finalEvent()]]);
      const answer = await post(version, body({ model: "größer" }));
      expect(answer.body).toBe(reply.replace('"real"', '"größer"'));
      expect(answer.headers["x-sluice-provider"]).toBe("vendor");
    });

    it("carries the route for those who ask", async () => {
      const reply = `{"id":"u","model":"real","choices":[{"index":0,"message":{"content":"x"},"finish_reason":"stop"}]}`;
      gateway.calls.chat = () => streamOf([[wireEvent("completion", reply)], [finalEvent()]]);
      const answer = JSON.parse((await post(version, body(), { "x-sluice-info": "1" })).body);
      expect(answer).toMatchObject({ choices: [{ message: { content: "x" } }], sluice: { provider: "vendor", attempts: 1 } });
    });

    it("tells dropped parameters and cache in headers, whatever they are called", async () => {
      gateway.calls.chat = (call) => {
        call.route.droppedParams.push("seed", "größe 👋 \ud800");
        call.route.cache = "hit";
        return streamOf([[piece("x")], [finalEvent(call.route)]]);
      };
      expect((await post(version)).headers).toMatchObject({
        "x-sluice-cache": "hit",
        "x-sluice-dropped-params": "seed,gr%C3%B6%C3%9Fe %F0%9F%91%8B %EF%BF%BD",
      });
    });
  });

  describe("a streamed reply", () => {
    it("is events, then [DONE]", async () => {
      const answer = await post(version, streamed);
      expect(answer.headers).toMatchObject({
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache",
        "x-sluice-provider": "vendor",
        "x-sluice-call-id": gateway.calls.last.head.callId,
      });
      const found = payloads(answer.body);
      expect(found.pop()).toBe("[DONE]");
      expect(found.map((payload) => JSON.parse(payload).choices[0].delta.content)).toEqual(["Hel", "lo", undefined]);
      expect(answer.body).not.toMatch(/usage|sluice/);
      expect(gateway.calls.last.closings).toEqual([undefined]);
    });

    it.each([
      ["forwarded", body({ stream: true, stream_options: { include_usage: true } })],
      ["decoded", body({ stream: true, stream_options: { include_usage: true }, extensions: {} })],
    ])("ends with the usage for those who ask (%s request)", async (_what, sent) => {
      const found = payloads((await post(version, sent)).body);
      const last = JSON.parse(found.at(-2) ?? "");
      expect(last).toMatchObject({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } });
      expect(found.filter((payload) => payload.includes("prompt_tokens"))).toHaveLength(1);
    });

    it("waits with its status for the first event, so that an error can still be one", async () => {
      const stream = new FedStream();
      gateway.calls.chat = () => stream;
      const answer = post(version, streamed);
      stream.end(new GatewayError("upstream_rate_limited", "slow down", { retryAfterMs: 1500 }));
      const { status, headers, body: error } = await answer;
      expect([status, headers["retry-after"], headers["x-should-retry"]]).toEqual([429, "2", "true"]);
      expect(JSON.parse(error).error.code).toBe("upstream_rate_limited");
    });

    it.each([
      ["a GatewayError", new GatewayError("upstream_interrupted", "größer cut"), "upstream_interrupted", "größer cut"],
      ["anything else", new Error("secret"), "internal", "internal error"],
    ])("that fails with %s after its status tells so and does not look finished", async (_what, thrown, code, message) => {
      gateway.calls.chat = () => {
        let reads = 0;
        const next = async () => {
          if (reads++ === 0) return { done: false as const, value: [piece("x")] };
          throw thrown;
        };
        return { cancel: () => undefined, [Symbol.asyncIterator]: () => ({ next }) };
      };
      const answer = await post(version, streamed);
      expect(answer.status).toBe(200);
      expect(JSON.parse(payloads(answer.body).at(-1) ?? "")).toEqual({
        error: { message, type: "server_error", param: null, code },
      });
      expect(answer.body).not.toMatch(/\[DONE\]|secret/);
      expect(gateway.calls.last.closings).toEqual([expect.objectContaining({ code })]);
    });

    it("that cannot be written fails too", async () => {
      const broken = {
        chunk: () => {
          throw new Error("secret");
        },
      };
      gateway.calls.chat = () => streamOf([[piece("x")], [broken]]);
      const answer = await post(version, streamed);
      expect(JSON.parse(payloads(answer.body).at(-1) ?? "").error.code).toBe("internal");
      expect(answer.body).not.toMatch(/\[DONE\]|secret/);
    });

    it("that a filter ended is finished", async () => {
      const choices = '"choices":[{"index":0,"delta":{},"finish_reason":"content_filter"}]';
      gateway.calls.chat = () => streamOf([[piece("x")], [wireEvent("chunk", `{"id":"u",${choices}}`)], [finalEvent()]]);
      expect(payloads((await post(version, streamed)).body).at(-1)).toBe("[DONE]");
    });

    it("without any event is finished", async () => {
      gateway.calls.chat = () => streamOf([]);
      expect(await post(version, streamed)).toMatchObject({ status: 200, body: "data: [DONE]\n\n" });
    });
  });

  describe("errors", () => {
    it.each(Object.entries(errorTable).filter(([code]) => code !== "cancelled"))("%s", async (code, row) => {
      gateway.calls.chat = () =>
        Promise.reject(new GatewayError(code as ErrorCode, "why", { param: "model", cause: new Error("secret") }));
      const answer = await post(version);
      expect(answer.status).toBe(row.status);
      expect(JSON.parse(answer.body)).toEqual({ error: { message: "why", type: row.type, param: "model", code } });
      expect(answer.headers["x-should-retry"]).toBe(String(row.retry !== "no"));
      expect(answer.headers["retry-after"]).toBe(row.retry === "after" ? "1" : undefined);
      expect(answer.headers["x-sluice-provider"]).toBe("vendor");
      expect(gateway.calls.last.closings.map((error) => error?.code)).toEqual([code]);
    });

    it("of any other kind are internal and say nothing", async () => {
      gateway.calls.chat = () => Promise.reject(new TypeError("secret"));
      const answer = await post(version);
      expect([answer.status, JSON.parse(answer.body).error.message]).toEqual([500, "internal error"]);
    });

    it.each(["{", "[]", '{"model":"m"}', '{"model":1,"messages":[{}]}', ""])("name a bad body: %s", async (sent) => {
      const answer = await post(version, sent);
      expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([400, "invalid_request"]);
      expect(gateway.calls.last.closings).toEqual([expect.objectContaining({ code: "invalid_request" })]);
    });
  });

  describe("a request", () => {
    it("is admitted with its headers, peer and time limit", async () => {
      await post(version, body(), { "x-request-timeout-ms": "1500", "x-own": "1" });
      expect(gateway.calls.last.head).toMatchObject({
        operation: "chat",
        protocol: "rest",
        timeoutMs: 1500,
        peer: { address: "127.0.0.1", tls: false },
        headers: { "x-own": "1" },
      });
      await post(version, body(), { "x-request-timeout-ms": "999999999999" });
      expect(gateway.calls.last.head.timeoutMs).toBe(24 * 3600 * 1000);
    });

    it("is refused before its body has come", async () => {
      gateway.calls.refusal = new GatewayError("invalid_api_key", "no such key");
      const client = open(version);
      client.write("{");
      expect(await client.answer).toMatchObject(version === "2" ? { ":status": 401 } : { statusCode: 401 });
      client.end();
    });

    it("may be gzip", async () => {
      const answer = await post(version, gzipSync(body({ model: "zipped" })), { "content-encoding": "GZIP" });
      expect([answer.status, gateway.calls.last.request?.model]).toEqual([200, "zipped"]);
    });

    it.each([
      ["far over the cap", Buffer.alloc(16 * 1024 * 1024, "x"), {}, 413],
      ["over the cap", body({ user: "x".repeat(maxRequestBytes) }), {}, 413],
      ["gzip that inflates to more", gzipSync(body({ user: "x".repeat(maxRequestBytes) })), { "content-encoding": "gzip" }, 413],
      ["gzip far over the cap", gzipSync(randomBytes(16 * 1024 * 1024), { level: 0 }), { "content-encoding": "gzip" }, 413],
      ["gzip that is none", Buffer.from("not gzip"), { "content-encoding": "gzip" }, 400],
      ["gzip that is cut", gzipSync(body()).subarray(0, 20), { "content-encoding": "gzip" }, 400],
      [
        "as long as allowed",
        body({ user: "" }).replace('""', `"${"x".repeat(maxRequestBytes - Buffer.byteLength(body({ user: "" })))}"`),
        {},
        200,
      ],
    ])("with a body %s is answered as it should", async (_what, sent, headers, status) => {
      const answer = await post(version, sent, headers as Record<string, string>);
      expect(answer.status).toBe(status);
      // The connection is still good for the next.
      expect((await post(version)).status).toBe(200);
    });

    it("with a declared body over the cap is refused before any of it has come", async () => {
      const client = open(version, { "content-length": String(maxRequestBytes + 1) });
      client.write("{");
      expect(await client.answer).toMatchObject(version === "2" ? { ":status": 413 } : { statusCode: 413 });
      client.leave();
    });

    it("that never ends is refused at the cap, and little more of it is read", async () => {
      const client = open(version);
      const part = Buffer.alloc(1024 * 1024, "x");
      let sent = 0;
      let over = false;
      const feed = async () => {
        while (!over) {
          sent += part.length;
          await Promise.race([client.write(part), client.closed]);
        }
      };
      const feeding = feed();
      expect(await client.answer).toMatchObject(version === "2" ? { ":status": 413 } : { statusCode: 413 });
      await client.closed;
      over = true;
      await feeding;
      expect(sent).toBeLessThan(100 * part.length);
    });
  });

  describe("a client that is gone", () => {
    /** What the call was closed with when the response's `close` had been told to everybody. */
    function closedInThatTurn(): Promise<string | undefined> {
      const [response] = responses.slice(-1);
      return new Promise((resolve) => {
        response?.once("close", () => resolve(gateway.calls.last.closings[0]?.code));
      });
    }

    it.each([
      ["plain", {}],
      ["gzip", { "content-encoding": "gzip" }],
    ])("while it still sends %s ends the call at once", async (_what, headers) => {
      const admitted = gateway.calls.next();
      const client = open(version, headers);
      client.write(gzipSync(body()).subarray(0, 20));
      await admitted;
      const closed = closedInThatTurn();
      client.leave();
      expect(await closed).toBe("cancelled");
    });

    it.each([
      ["before an unstreamed reply", body()],
      ["before a stream", streamed],
    ])("%s ends the call at once", async (_what, sent) => {
      const stream = new FedStream();
      const asked = new Promise<void>((resolve) => {
        gateway.calls.chat = () => {
          resolve();
          return stream;
        };
      });
      const client = open(version);
      client.end(sent);
      await asked;
      const closed = closedInThatTurn();
      client.leave();
      expect(await closed).toBe("cancelled");
      expect(await stream.cancelled).toMatchObject({ code: "cancelled" });
      expect(new Set(gateway.calls.last.closings.map((error) => error?.code))).toEqual(new Set(["cancelled"]));
    });

    it("in a stream ends the call at once, and nothing more is read", async () => {
      const stream = new FedStream();
      gateway.calls.chat = () => stream;
      const client = open(version);
      client.end(streamed);
      await gateway.calls.next();
      stream.push(piece("x"));
      await client.answer;
      const closed = closedInThatTurn();
      client.leave();
      expect(await closed).toBe("cancelled");
      await stream.cancelled;
      expect(stream.pulls).toBeLessThanOrEqual(2);
    });

    it("in a stream that goes on regardless is enough for no more of it to be read", async () => {
      let pulls = 0;
      const next = () =>
        new Promise<{ done: false; value: [StreamEvent] }>((resolve) =>
          setImmediate(() => resolve({ done: false, value: [piece(String(pulls++))] })),
        );
      gateway.calls.chat = () => ({ cancel: () => undefined, [Symbol.asyncIterator]: () => ({ next }) });
      const client = open(version);
      client.end(streamed);
      await client.answer;
      client.leave();
      await gateway.calls.last.closed;
      await gateway.send("1.1", { path: "/healthz" });
      const before = pulls;
      await gateway.send("1.1", { path: "/healthz" });
      expect(pulls).toBe(before);
    });

    it("while the call is let in is told right after", async () => {
      const client = open(version);
      let letIn: () => void = () => undefined;
      const asked = new Promise<void>((resolve) => {
        const admit = gateway.calls.admit.bind(gateway.calls);
        Object.assign(gateway.calls, {
          admit: async (head: Parameters<typeof admit>[0]) => {
            await new Promise<void>((go) => {
              letIn = go;
              resolve();
            });
            return admit(head);
          },
        });
      });
      client.end(body());
      await asked;
      const gone = new Promise((resolve) => responses.at(-1)?.once("close", resolve));
      client.leave();
      await gone;
      letIn();
      expect(await (await gateway.calls.next()).closed).toMatchObject({ code: "cancelled" });
    });
  });
});

describe("a client that does not read", () => {
  it.each(["1.1", "2"])("stops the stream from being pulled, until it reads again (HTTP/%s)", async (version) => {
    const part = "x".repeat(64 * 1024);
    const most = 2000;
    let pulls = 0;
    let stalled: () => void = () => undefined;
    const stall = new Promise<void>((resolve) => {
      stalled = resolve;
    });
    gateway.calls.chat = () => ({
      cancel: () => undefined,
      [Symbol.asyncIterator]: () => ({
        async next() {
          pulls++;
          const response = responses.at(-1);
          setImmediate(() => response?.writableNeedDrain === true && stalled());
          return pulls <= most ? { done: false, value: [piece(part)] } : { done: true, value: undefined };
        },
      }),
    });
    let rest: () => Promise<string>;
    if (version === "2") {
      const stream = gateway.http2().request({ ":method": "POST", ":path": path, "content-type": "application/json" });
      stream.end(streamed);
      await once(stream, "response");
      rest = () => text(stream);
    } else {
      const socket = connect(gateway.port, "127.0.0.1");
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${streamed.length}\r\n\r\n${streamed}`,
      );
      rest = () => text(socket);
    }
    await stall;
    const before = pulls;
    expect(before).toBeLessThan(most / 4);
    await gateway.send("1.1", { path: "/healthz" });
    await gateway.send("1.1", { path: "/healthz" });
    expect(pulls - before).toBeLessThan(most / 4);
    expect(await rest()).toMatch(/data: \[DONE\]\n\n/);
    expect(pulls).toBe(most + 1);
  });
});

it("a running stream finishes while the listener closes", async () => {
  const stream = new FedStream();
  gateway.calls.chat = () => stream;
  const admitted = gateway.calls.next();
  const answer = post("1.1", streamed);
  await admitted;
  const closed = gateway.close(60_000);
  for (const event of [piece("x"), ...ending()]) stream.push(event);
  stream.end();
  expect((await answer).body).toMatch(/\[DONE\]/);
  await closed;
});
