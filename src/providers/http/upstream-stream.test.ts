import { setImmediate } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { cut, FakeUpstream, reset, type Step, stall } from "../../../test/support/fake-upstream.ts";
import { recorded, recordedText, sse } from "../../../test/support/recorded-replies.ts";
import { type CallOptions, type ReadReply, readReply, upstreamCall } from "../../../test/support/upstream-call.ts";
import { GatewayError } from "../../chat/error.ts";
import { Fold } from "../../chat/fold.ts";
import type { ChatStream, StreamEvent } from "../../chat/stream.ts";
import { encodeChunk } from "../../codec/openai/encode-reply.ts";
import { FrameSplicer } from "../../codec/openai/frame-splicer.ts";
import { openAiCompatible } from "../openai-compatible/index.ts";
import type { Provider, UpstreamCall } from "../provider.ts";

let upstream: FakeUpstream;
let provider: Provider;
const gone = new GatewayError("cancelled", "the client is gone");
const clock = new FakeClock();

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  provider = openAiCompatible("vendor", { baseUrl: upstream.baseUrl }, { clock });
});
afterEach(() => upstream.clear());
afterAll(async () => {
  await provider.close();
  await upstream.close();
});

const modes: readonly [string, CallOptions][] = [
  ["decoded", { forwarded: false }],
  ["forwarded", { forwarded: true }],
];

async function reply(steps: readonly Step[], options: CallOptions = {}): Promise<ReadReply & { readonly call: UpstreamCall }> {
  const call = upstreamCall(options);
  upstream.next({ steps });
  const read = await readReply(await provider.chat(call));
  expect(read.batches.every((batch) => batch.length > 0)).toBe(true);
  expect(call.lease.closed).toBe(true);
  expect(call.lease.error).toBe(read.error);
  return { ...read, call };
}

/** An event's JSON as a client would get it. */
function jsonOf(event: StreamEvent): string {
  if (event.wire === undefined) return encodeChunk(event.chunk(), { sluice: false, usage: true });
  const text = new FrameSplicer({ model: "vendor/asked", keepUsage: true }).append("", event.wire);
  return Buffer.from(text, "latin1").toString();
}

function textOf(batches: ReadReply["batches"]): string {
  return batches
    .flat()
    .map((event) => event.chunk().choices[0]?.delta?.content ?? "")
    .join("");
}

const chunk = (delta: object, finishReason: string | null = null, index = 0) =>
  sse({ id: "x", choices: [{ index, delta, finish_reason: finishReason }] });
const word = (content: string, index = 0) => chunk({ content }, null, index);
const stop = chunk({}, "stop");
const done = sse("[DONE]");

describe.each(modes)("a recorded stream, %s", (_mode, options) => {
  it.each(["textStream", "toolCallStream", "reasoningStream"] as const)("comes through whole: %s", async (name) => {
    const { batches, error, call } = await reply([recorded[name]], options);
    expect(error).toBeUndefined();
    expect(batches).toHaveLength(1);
    const payloads = recorded[name].toString().split("\n\n").slice(0, -2);
    const sent = payloads.map((payload): unknown => ({ ...JSON.parse(payload.slice(6)), model: "vendor/asked" }));
    const got = batches.flat().map((event): unknown => JSON.parse(jsonOf(event)));
    if (options.forwarded) expect(got).toEqual(sent);
    else expect(got).toMatchObject(sent.map((each) => withoutNulls(each) as object));
    expect(call.notes).toEqual({ upstreamModel: "model-2026-01-01" });
  });

  it("is one and the same reply for every cut in two", async () => {
    const bytes = recorded.textStream;
    const whole = (await reply([bytes], options)).batches.flat().map(jsonOf);
    expect(whole).toHaveLength(20);
    await inParallel(bytes.length + 1, async (at) => {
      const go = Promise.withResolvers<void>();
      const call = upstreamCall({ ...options, body: { user: `${at}` } });
      upstream.nextFor((request) => request.body.includes(`"user":"${at}"`), {
        steps: [bytes.subarray(0, at), go.promise, bytes.subarray(at)],
      });
      const stream = await provider.chat(call);
      await setImmediate();
      go.resolve();
      const { batches, error } = await readReply(stream);
      expect(error).toBeUndefined();
      expect(batches.flat().map(jsonOf)).toEqual(whole);
    });
  });

  it("broken off after any byte is what came whole, then an interruption, unless all had come", async () => {
    const bytes = recorded.textStream;
    await inParallel(bytes.length + 1, async (at) => {
      const call = upstreamCall({ ...options, body: { user: `${at}` } });
      upstream.nextFor((request) => request.body.includes(`"user":"${at}"`), { steps: [bytes.subarray(0, at), cut] });
      const { batches, error } = await readReply(await provider.chat(call));
      const whole = bytes.toString("latin1", 0, at).split("\n\n").length - 1;
      expect(batches.flat()).toHaveLength(Math.min(whole, 20)); // all but the end marker
      expect(recordedText.startsWith(textOf(batches))).toBe(true);
      expect(error?.code).toBe(at === bytes.length ? undefined : "upstream_interrupted");
      expect(call.lease.error).toBe(error);
    });
  });
});

/** Runs cases 0 to `count`, some at a time. */
async function inParallel(count: number, run: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNulls(member)]));
}

describe.each(modes)("a stream, %s", (_mode, options) => {
  it.each<[string, Step[], string]>([
    ["the end marker is missing", [word("a"), stop], "a"],
    ["comments and other fields are between its events", [": ping\n\n", word("a"), "event: x\n\n", ":\n\n", stop, done], "a"],
    ["the finish reason comes twice, and text after it", [word("a"), stop, stop, word("b"), done], "ab"],
    ["several choices end one after another", [word("a"), word("b", 1), stop, chunk({}, "length", 1), done], "ab"],
    ["something follows the end marker", [word("a"), stop, done, "data: {nonsense\n\n"], "a"],
    [
      "an event has its JSON on several lines",
      ['data: {"choices":[\ndata: {"index":0,"delta":{"content":"a"}}]}\n\n', stop, done],
      "a",
    ],
    ["text is not UTF-8", [Buffer.from(word("a\u00ff"), "latin1"), stop, done], "a\ufffd"],
    ["the end marker has more to say", [word("a"), stop, "data: [DONE] \n\n"], "a"],
  ])("is complete when %s", async (_name, steps, text) => {
    const { batches, error } = await reply(steps, options);
    expect(error).toBeUndefined();
    expect(textOf(batches)).toBe(text);
    for (const event of batches.flat()) expect(jsonOf(event)).not.toContain("\n");
  });

  it.each<[string, Step[], string]>([
    ["nothing at all", [], ""],
    ["only the end marker", [done], ""],
    ["no finish reason", [word("a")], "a"],
    ["no finish reason before the end marker", [word("a"), done], "a"],
    ["a finish reason of one choice of two", [word("a"), word("b", 1), stop, done], "ab"],
    ["an event that does not end", [word("a"), stop.slice(0, -1)], "a"],
    ["only usage", [sse({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 0, total_tokens: 1 } }), done], ""],
  ])("is interrupted when it has %s", async (_name, steps, text) => {
    const { batches, error } = await reply(steps, options);
    expect(error).toMatchObject({ code: "upstream_interrupted", provider: "vendor" });
    expect(textOf(batches)).toBe(text);
  });

  it.each<[string, string, string]>([
    ["an error", sse({ error: { message: "secret boom", type: "server_error" } }), "upstream_error"],
    [
      "an error beside a choice that ends with it",
      sse({
        error: { code: 502, message: "secret boom" },
        choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }],
      }),
      "upstream_error",
    ],
    ["an error as text", sse({ error: "secret boom" }), "upstream_error"],
    ["a rate limit", sse({ error: { message: "secret boom", code: "rate_limit_exceeded" } }), "upstream_rate_limited"],
    ["JSON that is none", "data: {secret\n\n", "upstream_error"],
    ["an array", "data: []\n\n", "upstream_error"],
    ["an empty event", "data:\n\n", "upstream_error"],
    ["a line that is too long", `data: ${"x".repeat(1024 * 1024)}`, "upstream_error"],
    ["an event that is too long", `${`data: ${" ".repeat(1024 * 1000)}\n`.repeat(5)}\n`, "upstream_error"],
  ])("fails at %s, after what came before it", async (_name, bad, code) => {
    const { batches, error } = await reply([word("a") + bad, stall], options);
    expect(error).toMatchObject({ code, provider: "vendor" });
    expect(error?.message).not.toContain("secret");
    expect(textOf(batches)).toBe("a");
  });

  it("notes the first model that is told", async () => {
    const models = ["", "theirs-1", "theirs-2"].map((model) =>
      sse({ model, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
    );
    expect((await reply([...models, done], options)).call.notes).toEqual({ upstreamModel: "theirs-1" });
  });

  it("does not end well when a field has a wrong type", async () => {
    const { error } = await reply([sse({ choices: 7, secret: 1 }), done], options);
    expect(error?.code).toBe(options.forwarded ? "upstream_interrupted" : "upstream_error"); // what is not read is not judged
    expect(error?.message).not.toContain("secret");
  });

  it("is interrupted when its connection is reset", async () => {
    const go = Promise.withResolvers<void>();
    upstream.next({ steps: [word("a"), go.promise, reset] });
    const stream = await provider.chat(upstreamCall(options));
    const iterator = stream[Symbol.asyncIterator]();
    expect((await iterator.next()).done).toBe(false);
    go.resolve();
    for (let i = 0; i < 2; i++) await expect(iterator.next()).rejects.toMatchObject({ code: "upstream_interrupted" });
  });

  it("gives each read as it comes, in one batch", async () => {
    const gates = [0, 1].map(() => Promise.withResolvers<void>());
    const steps = [word("a") + word("b"), gates[0]?.promise ?? "", word("c"), gates[1]?.promise ?? "", stop + done];
    upstream.next({ steps });
    const iterator = (await provider.chat(upstreamCall(options)))[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toHaveLength(2);
    gates[0]?.resolve();
    expect((await iterator.next()).value).toHaveLength(1);
    gates[1]?.resolve();
    expect((await iterator.next()).value).toHaveLength(1);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it("gives what comes at once in one batch, in however many HTTP chunks it comes", async () => {
    const chunked = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
    const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    upstream.next({ raw: true, steps: [head + [word("a"), word("b"), stop, done, ""].map(chunked).join("")] });
    const { batches } = await readReply(await provider.chat(upstreamCall(options)));
    expect(batches.map(({ length }) => length)).toEqual([3]);
  });

  it("takes no more from the upstream while nobody reads", async () => {
    const piece = word("x".repeat(1000)).repeat(60);
    upstream.next({ steps: [...Array<string>(1000).fill(piece), stop, done] });
    const stream = await provider.chat(upstreamCall(options));
    const request = await upstream.request();
    for (let taken = -1; taken < request.bytesTaken; await turns(100)) taken = request.bytesTaken; // until it stands still
    expect(request.bytesTaken).toBeLessThan(16 * 1024 * 1024); // of 63 MB: what the operating system's buffers take
    let length = 0;
    let largest = 0;
    for await (const batch of stream) {
      largest = Math.max(largest, batch.length);
      for (const event of batch) length += event.chunk().choices[0]?.delta?.content?.length ?? 0;
    }
    expect(length).toBe(60_000_000);
    expect(largest).toBeLessThan(250); // events of a kilobyte: 64 KiB and two reads
  });
});

describe("cancelling", () => {
  async function cancelled(steps: readonly Step[], when: (stream: ChatStream, call: UpstreamCall) => Promise<void>) {
    upstream.next({ steps });
    const call = upstreamCall();
    const stream = await provider.chat(call);
    await when(stream, call);
    await (await upstream.request()).closed;
    expect(call.lease.error).toBe(gone);
    expect((await readReply(stream)).error).toBe(gone);
  }

  it.each<[string, (stream: ChatStream, call: UpstreamCall) => Promise<void>]>([
    ["before the first read", async (stream) => stream.cancel(gone)],
    ["by the lease", async (_stream, call) => call.lease.close(gone)],
    [
      "twice, between reads",
      async (stream) => {
        await stream[Symbol.asyncIterator]().next();
        stream.cancel(gone);
        stream.cancel(new GatewayError("internal", "late"));
      },
    ],
    [
      "during a read",
      async (stream) => {
        const iterator = stream[Symbol.asyncIterator]();
        await iterator.next();
        const waiting = iterator.next();
        stream.cancel(gone);
        await expect(waiting).rejects.toBe(gone);
      },
    ],
  ])("%s closes the upstream and fails the reader", (_name, when) => cancelled([word("a"), stall], when));

  it("ends a reply of which all has come", () =>
    cancelled([recorded.textStream], async (stream) => {
      await (await upstream.request()).closed;
      upstream.requests.push(...upstream.requests); // to be taken once more
      stream.cancel(gone);
    }));

  it("after the end marker, before the end is read, fails the reader", () =>
    cancelled([word("a") + stop + done, stall], async (stream) => {
      await stream[Symbol.asyncIterator]().next();
      stream.cancel(gone);
    }));

  it("after the end changes nothing", async () => {
    const call = upstreamCall();
    upstream.next({ steps: [recorded.textStream] });
    const stream = await provider.chat(call);
    expect((await readReply(stream)).error).toBeUndefined();
    stream.cancel(gone);
    expect(call.lease.error).toBeUndefined();
    expect(await stream[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
  });

  it("before the headers fails the call and closes the upstream", async () => {
    upstream.next({ before: new Promise(() => {}) });
    const call = upstreamCall();
    const asked = provider.chat(call);
    const request = await upstream.request();
    call.lease.close(gone);
    await expect(asked).rejects.toBe(gone);
    await request.closed;
  });

  it("stops an upstream before its next chunk, a hundred times out of a hundred", async () => {
    for (let i = 0; i < 100; i++) {
      const go = Promise.withResolvers<void>();
      upstream.next({ steps: [word("a"), go.promise, word("b"), word("c")] });
      const stream = await provider.chat(upstreamCall());
      const iterator = stream[Symbol.asyncIterator]();
      await iterator.next();
      const request = await upstream.request();
      stream.cancel(gone);
      await request.closed;
      go.resolve();
      await setImmediate();
      expect(request.stepsWritten).toBe(1);
    }
  });
});

it("closes the connection of an upstream that goes on after its end marker", async () => {
  expect((await reply([word("a"), stop, done, stall])).error).toBeUndefined();
  const request = await upstream.request();
  await clock.advance(1000);
  await request.closed;
  expect(clock.pending).toBe(0);
});

it("leaves nothing running when a stream has ended", async () => {
  const { batches } = await reply([recorded.textStream]);
  const fold = new Fold();
  for (const event of batches.flat()) fold.add(event.chunk());
  expect(fold.response().choices[0]?.message?.content).toBe(recordedText);
  expect(clock.pending).toBe(0);
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate();
}
