import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ErrorCode } from "../../../src/chat/error.ts";
import { FakeUpstream, Gate, type Script } from "../../support/fake-upstream.ts";
import { inParallel } from "../../support/in-parallel.ts";
import { expectMeaning, type Meaning } from "../../support/meaning.ts";
import { sse } from "../../support/recorded-replies.ts";
import { type RunningGateway, startGateway } from "../../support/running-gateway.ts";
import { type Outcome, openCall, questionOf, type Surface, surfaces, understand } from "../../support/surfaces.ts";
import { within } from "../../support/within.ts";

let upstream: FakeUpstream;
let gateway: RunningGateway;

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  gateway = await startGateway({
    providers: {
      up: { type: "openai-compatible", baseUrl: upstream.baseUrl },
      nowhere: { type: "openai-compatible", baseUrl: "http://127.0.0.1:1/v1" },
      tls: { type: "openai-compatible", baseUrl: upstream.baseUrl.replace("http:", "https:") },
    },
  });
});
afterEach(() => upstream.clear());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

async function ask(surface: Surface, model = "up/m"): Promise<Outcome> {
  const call = openCall(gateway.url, surface).end(questionOf(surface, model, "hi"));
  return understand(surface, await within(20_000, "the reply", call.read()));
}

/** What a client sees of an upstream's reply. */
function seen(surface: Surface, script: Script): Promise<Outcome> {
  upstream.next(script);
  return ask(surface);
}

const json = { "content-type": "application/json" };
const events = { "content-type": "text/event-stream" };
const event = (delta: object, finish_reason: string | null = null) =>
  sse({ id: "x", choices: [{ index: 0, delta, finish_reason }] });
const stop = event({}, "stop") + sse("[DONE]");
const wholeOf = (message: object, more: object = {}) =>
  JSON.stringify({ id: "x", choices: [{ index: 0, message, finish_reason: "stop" }], ...more });
const errorOf = (error: object) => JSON.stringify({ error: { message: "secret boom", ...error } });

/** A streamed and an unstreamed reply of one kind. */
interface Replies {
  readonly streamed: Script;
  readonly unary: Script;
}

const alike = (script: Script): Replies => ({ streamed: script, unary: script });
const raw = (...lines: string[]): Script => ({ raw: true, steps: [lines.join("\r\n")] });
const saying = (content: string): Replies => ({
  streamed: { steps: [event({ content }), stop] },
  unary: { steps: [wholeOf({ content })] },
});
const withPayload = (streamed: string, unary: string): Replies => ({
  streamed: { steps: [sse(streamed), stop] },
  unary: { steps: [unary] },
});

describe.each(surfaces)("$name", (surface) => {
  const { streamed } = surface;
  const scriptOf = (replies: Replies) => (streamed ? replies.streamed : replies.unary);

  it("is told what an upstream's status means, with the vendor's own words where they are the client's business", async () => {
    const codes: Readonly<Record<number, ErrorCode>> = {
      400: "invalid_request",
      401: "upstream_auth",
      402: "upstream_auth",
      403: "upstream_auth",
      404: "not_found",
      408: "upstream_timeout",
      413: "request_too_large",
      422: "invalid_request",
      429: "upstream_rate_limited",
      504: "upstream_timeout",
      508: "loop_detected",
    };
    for (let status = 400; status <= 529; status++) {
      const { error, ...rest } = await seen(surface, { status, steps: [errorOf({ param: "seed" })] });
      expect(rest).toEqual({ text: "", finished: false });
      const isClients = [400, 404, 413, 422].includes(status);
      const meaning: Meaning = { code: codes[status] ?? "upstream_error", param: isClients ? "seed" : undefined };
      expectMeaning(surface, error, { ...meaning, message: isClients ? "secret boom" : /^(?!.*secret)/ });
    }
  });

  it.each<[string, Script, Meaning]>([
    [
      "a text that is too long",
      { status: 400, steps: [errorOf({ code: "context_length_exceeded" })] },
      { code: "context_length_exceeded" },
    ],
    [
      "a parameter it does not know",
      { status: 400, steps: [errorOf({ code: "unsupported_parameter", param: "seed" })] },
      { code: "unsupported_parameter", param: "seed" },
    ],
    ["a model it does not have", { status: 404, steps: [errorOf({ code: "model_not_found" })] }, { code: "model_not_found" }],
    [
      "words that are no JSON",
      { status: 400, headers: { "content-type": "text/html" }, steps: ["<b>secret"] },
      { code: "invalid_request", message: /^(?!.*secret)/ },
    ],
    ["no words", { status: 422 }, { code: "invalid_request" }],
    [
      "half a character",
      { status: 400, steps: ['{"error":{"message":"half a \\ud83d"}}'] },
      { code: "invalid_request", message: "half a \ufffd" },
    ],
    ["a redirect", { status: 307, headers: { location: "/v1/elsewhere" } }, { code: "upstream_error" }],
    ["a redirect of old", { status: 302, headers: { location: "/v1/elsewhere" } }, { code: "upstream_error" }],
  ])("is told of an upstream that refuses with %s", async (_name, script, meaning) => {
    expectMeaning(surface, (await seen(surface, script)).error, meaning);
    expect(upstream.requests).toHaveLength(1); // a redirect is not followed
  });

  it.each<[string, number, Record<string, string>, ErrorCode, number | undefined]>([
    ["seconds", 429, { "retry-after": "7" }, "upstream_rate_limited", 7000],
    ["no time at all", 429, { "retry-after": "0" }, "upstream_rate_limited", 0],
    ["milliseconds", 429, { "retry-after": "7", "retry-after-ms": "1500" }, "upstream_rate_limited", 1500],
    ["a date that is past", 503, { "retry-after": "Fri, 31 Dec 1999 23:59:59 GMT" }, "upstream_error", 0],
    ["a date that is far away", 503, { "retry-after": "Fri, 31 Dec 2999 23:59:59 GMT" }, "upstream_error", 24 * 3600 * 1000],
    ["nonsense", 429, { "retry-after": "soon" }, "upstream_rate_limited", undefined],
    ["less than nothing", 500, { "retry-after": "-5" }, "upstream_error", 0],
    ["nothing", 500, {}, "upstream_error", undefined],
    ["seconds, where no other try helps", 400, { "retry-after": "7" }, "invalid_request", undefined],
  ])("is told to wait as an upstream's Retry-After says: %s", async (_name, status, headers, code, retryAfterMs) => {
    const { error } = await seen(surface, { status, headers, steps: [errorOf({})] });
    expectMeaning(surface, error, { code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  });

  it.each<[string, Replies]>([
    ["no content", alike({ status: 204 })],
    ["a web page", alike({ headers: { "content-type": "text/html" }, steps: ["<html>secret"] })],
    [
      "no content type",
      {
        streamed: { headers: { "content-type": null }, steps: [event({ content: "a" }), stop] },
        unary: { headers: { "content-type": null }, steps: [wholeOf({ content: "a" })] },
      },
    ],
    ["JSON that is a stream", alike({ headers: json, steps: [event({ content: "a" }), stop] })],
    ["null", withPayload("null", "null")],
    ["an array", withPayload("[]", "[]")],
    ["a text", withPayload('"secret"', '"secret"')],
    ["JSON that breaks off", withPayload('{"choices":[', '{"choices":[')],
    ["an error with a good status", withPayload(errorOf({}), errorOf({}))],
    [
      "JSON of a thousand levels",
      withPayload(
        `{"choices":[],"x":${"[".repeat(1000)}${"]".repeat(1000)}}`,
        `{"choices":[],"x":${"[".repeat(1000)}${"]".repeat(1000)}}`,
      ),
    ],
    [
      "a NUL in a text",
      withPayload('{"choices":[{"index":0,"delta":{"content":"\0"}}]}', wholeOf({ content: "-" }).replace("-", "\0")),
    ],
    [
      "a compressed reply, unasked",
      {
        streamed: { headers: { "content-encoding": "gzip" }, steps: [gzipSync(event({ content: "a" }) + stop)] },
        unary: { headers: { "content-encoding": "gzip" }, steps: [gzipSync(wholeOf({ content: "a" }))] },
      },
    ],
    ["a head without end", alike({ headers: { "x-long": "a".repeat(20_000) }, steps: [event({ content: "a" }), stop] })],
    ["nothing, and closes", alike({ raw: true, steps: [] })],
    ["no HTTP", alike(raw("secret", "", ""))],
    ["another protocol", alike(raw("HTTP/1.1 101 Switching Protocols", "upgrade: x", "connection: upgrade", "", ""))],
    [
      "two lengths",
      alike(
        raw(
          "HTTP/1.1 200 OK",
          "content-type: text/event-stream",
          "content-length: 5",
          "transfer-encoding: chunked",
          "",
          "0",
          "",
          "",
        ),
      ),
    ],
  ])("is told of an upstream that answers with %s", async (_name, replies) => {
    const { error, ...rest } = await seen(surface, scriptOf(replies));
    expect(rest).toEqual({ text: "", finished: false });
    expectMeaning(surface, error, { code: "upstream_error", message: /^the upstream(?!.*secret)/, param: undefined });
  });

  it.each<[string, Script]>([
    ["nothing", { headers: events, steps: [] }],
    ["only the end marker", { headers: events, steps: [sse("[DONE]")] }],
    ["one JSON text", { headers: events, steps: [wholeOf({ content: "a" })] }],
    ["broken chunks", raw("HTTP/1.1 200 OK", "content-type: text/event-stream", "transfer-encoding: chunked", "", "zz", "")],
  ])("is told of an upstream whose stream has %s", async (_name, script) => {
    const { error, ...rest } = await seen(surface, script);
    expect(rest).toEqual({ text: "", finished: false });
    expectMeaning(surface, error, { code: "upstream_interrupted", message: /^the upstream/ });
  });

  it.each<[string, string, ErrorCode]>([
    ["JSON that is none", "data: {secret\n\n", "upstream_error"],
    ["JSON with something after it", "data: {} secret\n\n", "upstream_error"],
    ["an empty event", "data:\n\n", "upstream_error"],
    ["an error", `data: ${errorOf({ type: "server_error" })}\n\n`, "upstream_error"],
    ["an error that is a text", sse({ error: "secret" }), "upstream_error"],
    ["a rate limit", `data: ${errorOf({ code: 429 })}\n\n`, "upstream_rate_limited"],
    ["a line of more than 1 MiB", `data: ${"x".repeat(1024 * 1024)}\n\n`, "upstream_error"],
    ["an event of more than 4 MiB", `${`data: ${" ".repeat(1024 * 1000)}\n`.repeat(5)}\n`, "upstream_error"],
    ["its end, without a reason", sse("[DONE]"), "upstream_interrupted"],
    ["half an event", 'data: {"choices":[{"index":0,', "upstream_interrupted"],
  ])("is told of a stream that has %s in the middle, after what came before it", async (_name, bad, code) => {
    const { text, finished, error } = await seen(surface, { headers: events, steps: [event({ content: "a" }) + bad] });
    expect({ text, finished }).toEqual({ text: streamed ? "a" : "", finished: false });
    expectMeaning(surface, error, { code, message: /^the upstream(?!.*secret)/ }, streamed);
  });

  it("is told of an unstreamed reply of more than 32 MiB", async () => {
    const steps = Array<string>(33).fill(" ".repeat(1024 * 1024));
    const { error } = await seen(surface, { headers: json, steps });
    expectMeaning(surface, error, { code: "upstream_error", message: "the upstream's reply is larger than 33554432 bytes" });
  });

  it.each<[string, Replies, string]>([
    [
      "of the other kind",
      {
        streamed: { headers: json, steps: [wholeOf({ content: "a" })] },
        unary: { headers: events, steps: [event({ content: "a" }), stop] },
      },
      "a",
    ],
    [
      "with parameters in its content type",
      {
        streamed: { headers: { "content-type": "Text/Event-Stream; charset=utf-8" }, steps: [event({ content: "a" }), stop] },
        unary: { headers: { "content-type": "Application/JSON;charset=utf-8" }, steps: [wholeOf({ content: "a" })] },
      },
      "a",
    ],
    [
      "after a word of what is to come",
      alike(
        raw(
          "HTTP/1.1 103 Early Hints",
          "link: x",
          "",
          `HTTP/1.1 200 OK`,
          "content-type: text/event-stream",
          "connection: close",
          "",
          event({ content: "a" }) + stop,
        ),
      ),
      "a",
    ],
    ["with an escaped NUL", saying("a\0b"), "a\0b"],
    [
      "with half a character",
      withPayload('{"choices":[{"index":0,"delta":{"content":"a\\ud83d"}}]}', wholeOf({ content: "-" }).replace("-", "a\\ud83d")),
      "a\ufffd",
    ],
    [
      "that is not UTF-8",
      {
        streamed: { steps: [Buffer.from(event({ content: "a\u00ff" }) + stop, "latin1")] },
        unary: { steps: [Buffer.from(wholeOf({ content: "a\u00ff" }), "latin1")] },
      },
      "a\ufffd",
    ],
    [
      "with one key twice",
      withPayload(
        '{"choices":[{"index":0,"delta":{"content":"a","content":"b"}}]}',
        wholeOf({ content: "b" }).replace('"content"', '"content":"a","content"'),
      ),
      "b",
    ],
    [
      "with __proto__ in it",
      withPayload(
        '{"__proto__":{"choices":[]},"choices":[{"index":0,"delta":{"content":"a","__proto__":{"x":1}}}]}',
        `{"__proto__":{"x":1},${wholeOf({ content: "a" }).slice(1)}`,
      ),
      "a",
    ],
    [
      "with counts that are none",
      {
        streamed: {
          steps: [
            event({ content: "a" }) +
              event({}, "stop") +
              sse({ choices: [], usage: { prompt_tokens: 1e99, completion_tokens: -5, total_tokens: 1.5 } }) +
              sse("[DONE]"),
          ],
        },
        unary: {
          steps: [wholeOf({ content: "a" }, { usage: { prompt_tokens: 1e99, completion_tokens: -5, total_tokens: 1.5 } })],
        },
      },
      "a",
    ],
    [
      "with comments and other fields between its events",
      {
        streamed: { steps: [`: ping\n\nevent: x\nid: 7\n${event({ content: "a" })}retry: 5\n\n:\n\n${stop}`] },
        unary: { steps: [wholeOf({ content: "a" })] },
      },
      "a",
    ],
  ])("gets a reply %s", async (_name, replies, said) => {
    const { text, finished, error } = await seen(surface, scriptOf(replies));
    expect(error).toBeUndefined();
    expect({ text: text.toWellFormed(), finished }).toEqual({ text: said, finished: true });
  });

  it("gets bytes that nobody had to read as they are, and elsewhere is told that they are malformed", async () => {
    const { text, finished, error } = await seen(
      surface,
      scriptOf(
        withPayload('{"choices":[{"index":0,"delta":{"content":"a"},"logprobs":7}]}', wholeOf({ content: "a", refusal: 7 })),
      ),
    );
    if (surface.protocol === "rest") expect({ text, finished, error }).toEqual({ text: "a", finished: true, error: undefined });
    else expectMeaning(surface, error, { code: "upstream_error", message: "the upstream's reply is malformed" });
  });

  it("gets the same text wherever the upstream's bytes are cut in two", async () => {
    const said = "Grüße 🐟 \u0041 完了 e\u0301";
    const first = streamed ? event({ content: "first " }) : "\n";
    const rest = streamed ? event({ content: said }) : wholeOf({ content: said });
    const bytes = Buffer.from(rest.replaceAll("\u0041", "\\u0041"));
    await inParallel(bytes.length + 1, async (at) => {
      const id = `cut-${surface.name}-${at}.`;
      const gate = new Gate();
      const steps = [
        Buffer.concat([Buffer.from(first), bytes.subarray(0, at)]),
        gate,
        bytes.subarray(at),
        streamed ? stop : "\n",
      ];
      void upstream.nextFor(({ body }) => body.includes(`"${id}"`), { steps });
      const call = openCall(gateway.url, surface).end(questionOf(surface, "up/m", id));
      await gate.reached;
      if (streamed) await call.until("first ");
      else for (let i = 0; i < 3; i++) await setImmediate(); // nothing tells that an unstreamed reply has begun
      gate.open();
      const { text, finished } = understand(surface, await within(20_000, "the reply", call.read()));
      expect({ at, text, finished }).toEqual({ at, text: `${streamed ? "first " : ""}${said}`, finished: true });
    });
  });

  it.each([
    ["nowhere/m", "is not there"],
    ["tls/m", "speaks no TLS"],
  ])("is told of an upstream that %s", async (model, _what) => {
    expectMeaning(surface, (await ask(surface, model)).error, {
      code: "upstream_error",
      message: "the upstream cannot be reached",
    });
  });
});
