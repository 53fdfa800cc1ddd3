import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import {
  type ChatCompletionResponse,
  ChatCompletionResponseSchema,
  FinishReason,
} from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { GatewayEventSchema } from "#gen/sluice/chat/v1/gateway_event_pb";
import { GatewayError } from "../chat/error.ts";
import { stateKey } from "../chat/state.ts";
import { eventOf } from "../chat/stream.ts";
import { streamOf } from "../chat/stream-of.ts";
import { unfold } from "../chat/unfold.ts";
import { chunksOf, everyPiece } from "../testing/chunking.ts";
import { runPipeline } from "../testing/harness.ts";
import { PipelineBuilder } from "./builder.ts";
import type { Middleware } from "./middleware.ts";
import type { ResponseText } from "./response-text.ts";

function reply(content: string): ChatCompletionResponse {
  return create(ChatCompletionResponseSchema, {
    id: "r1",
    created: 7,
    model: "up",
    choices: [{ index: 0, message: { role: Role.ASSISTANT, content }, finishReason: FinishReason.STOP }],
    usage: { promptTokens: 3, completionTokens: 2, totalTokens: 5 },
  });
}

/** A model that says `content` in pieces of `size`, one a batch. */
const says =
  (content: string, size = 1) =>
  () => ({ batches: chunksOf(reply(content), everyPiece(size)).map((chunk) => [chunk]) });

/** A level-2 middleware that puts a mark around what it sees. */
const marks = (name: string, log: string[] = []): Middleware => ({
  name,
  reads: "nothing",
  beforeLlm() {
    log.push(`>${name}`);
    return undefined;
  },
  afterLlm() {
    log.push(`<${name}`);
    return undefined;
  },
  processChunks: () => ({
    chunk(chunk) {
      const [choice] = chunk.choices;
      if (choice?.delta?.content === undefined) return undefined;
      return { ...chunk, choices: [{ ...choice, delta: { ...choice.delta, content: `${choice.delta.content}${name}` } }] };
    },
  }),
});

const textOf = (chunks: readonly { choices: ChatCompletionChunk["choices"] | readonly unknown[] }[]) =>
  (chunks as readonly ChatCompletionChunk[]).map((chunk) => chunk.choices[0]?.delta?.content ?? "").join("");

describe("the onion", () => {
  it("runs beforeLlm in order, chunks and afterLlm in reverse", async () => {
    const log: string[] = [];
    const { chunks, error } = await runPipeline({
      middleware: [marks("a", log), marks("b", log), marks("c", log)],
      script: says("x"),
    });
    expect(error).toBeUndefined();
    expect(log).toEqual([">a", ">b", ">c", "<c", "<b", "<a"]);
    expect(textOf(chunks)).toBe("xcba");
  });

  it("ends every stream with one chunk of usage and route", async () => {
    const { chunks } = await runPipeline({ middleware: [], script: says("hello") });
    const last = chunks.at(-1);
    expect(last?.choices).toEqual([]);
    expect(last?.usage?.totalTokens).toBe(5);
    expect(last?.route?.callId).toMatch(/^[0-9a-f-]{36}$/);
    expect(last).toMatchObject({ id: "r1", created: 7, model: "test/model" });
    expect(chunks.filter((chunk) => chunk.route !== undefined)).toHaveLength(1);
  });

  it("sends a short-circuit through every output stage, also those inside, and asks no model", async () => {
    const log: string[] = [];
    const shortcut: Middleware = { name: "shortcut", beforeLlm: () => reply("s") };
    const around: Middleware = { name: "around", aroundLlm: (ctx, next) => next(ctx) };
    const { chunks, asked } = await runPipeline({
      middleware: [marks("a", log), shortcut, marks("b", log), around, marks("c", log)],
      script: says("never"),
    });
    expect(asked).toEqual([]);
    expect(textOf(chunks)).toBe("scba");
    expect(log).toEqual([">a", "<a"]);
  });

  it("lets out exactly the entered when a beforeLlm fails", async () => {
    const log: string[] = [];
    const failing: Middleware = {
      name: "failing",
      beforeLlm() {
        throw new GatewayError("permission_denied", "no");
      },
      afterLlm(ctx) {
        log.push(`<failing ${ctx.error?.code}`);
        return undefined;
      },
    };
    const { error, chunks } = await runPipeline({ middleware: [marks("a", log), failing, marks("b", log)], script: says("x") });
    expect(error?.code).toBe("permission_denied");
    expect(chunks).toEqual([]);
    expect(log).toEqual([">a", "<failing permission_denied", "<a"]);
  });

  it("turns an afterLlm's throw into the terminal error, and still lets the others out", async () => {
    const log: string[] = [];
    const failing: Middleware = {
      name: "failing",
      reads: "nothing",
      afterLlm() {
        throw new Error("secret detail");
      },
    };
    const { error, chunks } = await runPipeline({ middleware: [marks("a", log), failing], script: says("x") });
    expect(error?.code).toBe("internal");
    expect(error?.message).toBe("middleware failing failed");
    expect(log).toEqual([">a", "<a"]);
    expect(chunks.at(-1)?.route).toBeDefined();
  });

  it("skips a failing middleware only when told to", async () => {
    const failing = (onError: "fail" | "skip"): Middleware => ({
      name: "failing",
      onError,
      beforeLlm() {
        throw new Error("x");
      },
      processChunks: () => ({
        chunk() {
          throw new Error("y");
        },
      }),
    });
    expect((await runPipeline({ middleware: [failing("fail")], script: says("x") })).error?.code).toBe("internal");
    const skipped = await runPipeline({ middleware: [failing("skip")], script: says("xyz") });
    expect(skipped.error).toBeUndefined();
    expect(textOf(skipped.chunks)).toBe("xyz");
  });

  it("gives middleware typed state, edits and metadata", async () => {
    const key = stateKey<number>("n");
    const seen: unknown[] = [];
    const first: Middleware = {
      name: "first",
      beforeLlm(ctx) {
        ctx.state.set(key, 42);
        const before = ctx.request;
        ctx.edit((draft) => {
          draft.temperature = 0.5;
        });
        seen.push(before.temperature, ctx.request.messages === before.messages, ctx.wire);
        return undefined;
      },
    };
    const second: Middleware = {
      name: "second",
      beforeLlm(ctx) {
        seen.push(ctx.state.get(key), ctx.metadata);
        return undefined;
      },
    };
    const { asked } = await runPipeline({
      middleware: [first, second],
      script: says("x"),
      headers: { "x-sluice-metadata": "user_id=u1,team=acme%20inc" },
      request: { model: "test/model", messages: [{ role: Role.USER, content: "hi" }], metadata: { team: "body" } },
    });
    expect(seen).toEqual([undefined, true, undefined, 42, { user_id: "u1", team: "body" }]);
    expect(asked[0]?.temperature).toBe(0.5);
  });

  it("folds the reply for those who read it, capped", async () => {
    const seen: unknown[] = [];
    const reader: Middleware = {
      name: "reader",
      afterLlm(ctx) {
        seen.push(ctx.response?.choices[0]?.message?.content, ctx.responseTruncated, ctx.usage?.totalTokens);
        return undefined;
      },
    };
    await runPipeline({ middleware: [reader], script: says("hello") });
    expect(seen).toEqual(["hello", false, 5]);
  });

  it("carries a notice on the next chunk", async () => {
    const noticing: Middleware = {
      name: "noticing",
      processChunks(ctx) {
        let first = true;
        return {
          chunk() {
            if (first)
              ctx.notify(create(GatewayEventSchema, { event: { case: "notice", value: { middleware: "noticing", code: "c" } } }));
            first = false;
            return undefined;
          },
        };
      },
    };
    const { chunks } = await runPipeline({ middleware: [noticing], script: says("abc") });
    expect(chunks.flatMap((chunk) => chunk.events.map((event) => event.event.case))).toEqual(["notice"]);
  });
});

describe("level 1", () => {
  const watcher = (updates: { text: string; added: string; final: boolean }[], halt?: string, hold = false): Middleware => ({
    name: "watcher",
    hold,
    onResponseUpdate(ctx, update: ResponseText) {
      const [window] = update.windows;
      updates.push({ text: update.text(), added: window?.added ?? "", final: update.final });
      if (halt !== undefined && update.text().includes(halt)) ctx.haltWithError(new GatewayError("guardrail_blocked", "halted"));
      return undefined;
    },
  });

  it("looks every N chunks and at the end", async () => {
    const updates: { text: string; added: string; final: boolean }[] = [];
    await runPipeline({ middleware: [watcher(updates)], script: says("abcdefg"), monitoringInterval: 3 });
    // The role chunk counts, and the chunk of the finish reason, and the usage chunk.
    expect(updates.map((update) => update.added)).toEqual(["ab", "cde", "fg", ""]);
    expect(updates.at(-1)).toEqual({ text: "abcdefg", added: "", final: true });
  });

  it("slices large pieces so that every character is seen with half a window before it", async () => {
    const updates: { text: string; added: string; final: boolean }[] = [];
    const text = Array.from({ length: 100 }, (_, i) => String.fromCharCode(97 + (i % 26))).join("");
    await runPipeline({
      middleware: [watcher(updates)],
      script: says(text, 100),
      monitoringWindow: 10,
      monitoringInterval: 1000,
    });
    expect(updates.map((update) => update.added).join("")).toBe(text);
    expect(Math.max(...updates.map((update) => update.text.length))).toBe(10);
    expect(Math.max(...updates.map((update) => update.added.length))).toBe(5);
  });

  it("halts the stream: what was released stays, nothing follows", async () => {
    const updates: { text: string; added: string; final: boolean }[] = [];
    const { chunks, error, openLeases } = await runPipeline({
      middleware: [watcher(updates, "cd")],
      script: says("abcdefghij"),
      monitoringInterval: 2,
    });
    expect(error?.code).toBe("guardrail_blocked");
    expect("abcdefghij".startsWith(textOf(chunks))).toBe(true);
    expect(textOf(chunks)).not.toContain("e");
    expect(openLeases).toBe(0);
  });

  it("with hold, releases nothing newer than the last passed update", async () => {
    const updates: { text: string; added: string; final: boolean }[] = [];
    const { chunks, error } = await runPipeline({
      middleware: [watcher(updates, "cd", true)],
      script: says("abcdefghij"),
      monitoringInterval: 3,
    });
    expect(error?.code).toBe("guardrail_blocked");
    expect(textOf(chunks)).toBe("ab");
  });
});

describe("level 3", () => {
  const retrying: Middleware = {
    name: "retrying",
    async aroundLlm(ctx, next) {
      try {
        const stream = await next(ctx);
        const iterator = stream[Symbol.asyncIterator]();
        const first = await iterator.next();
        const rest = { next: () => iterator.next() };
        let given = false;
        return {
          cancel: (reason) => stream.cancel(reason),
          [Symbol.asyncIterator]: () => ({
            next() {
              if (given) return rest.next();
              given = true;
              return Promise.resolve(first);
            },
          }),
        };
      } catch {
        const fork = ctx.fork("attempt");
        const stream = await next(fork);
        ctx.adopt(fork);
        return stream;
      }
    },
  };
  const dies = (attempt: number) =>
    attempt === 0 ? { batches: [], error: new GatewayError("upstream_error", "no") } : says("second")();

  it("retries with a fork: inner hooks per attempt, outer once, state of the winner, no error left", async () => {
    const log: string[] = [];
    const key = stateKey<number>("attempt");
    const errors: unknown[] = [];
    const outer: Middleware = {
      name: "outer",
      afterLlm(ctx) {
        errors.push(ctx.error, ctx.state.get(key));
        return undefined;
      },
    };
    let n = 0;
    const inner: Middleware = {
      name: "inner",
      beforeLlm(ctx) {
        ctx.state.set(key, ++n);
        return undefined;
      },
    };
    const { chunks, error, openLeases } = await runPipeline({
      middleware: [outer, marks("a", log), retrying, inner, marks("b", log)],
      script: dies,
    });
    expect(error).toBeUndefined();
    expect(textOf(chunks)).toContain("s");
    expect(log).toEqual([">a", ">b", "<b", ">b", "<b", "<a"]);
    expect(errors).toEqual([undefined, 2]);
    expect(openLeases).toBe(0);
  });

  it.each<[string, number, string, NonNullable<Middleware["aroundLlm"]>]>([
    ["the call's own", 1, "called next twice with one context", (ctx, next) => next(ctx).then(() => next(ctx))],
    [
      "the call's own, at once",
      1,
      "called next twice with one context",
      (ctx, next) => Promise.all([next(ctx), next(ctx)]).then(([one]) => one),
    ],
    [
      "the call's own, after its reply has begun",
      1,
      "called next twice with one context",
      (ctx, next) =>
        next(ctx)
          .then((stream) => stream[Symbol.asyncIterator]().next())
          .then(() => next(ctx)),
    ],
    [
      "a fork",
      2,
      "called next twice with one context",
      async (ctx, next) => {
        await next(ctx);
        const fork = ctx.fork("again");
        await next(fork);
        return next(fork);
      },
    ],
    ["a copy", 0, "next takes the context or a fork of it", (ctx, next) => next({ ...ctx })],
  ])("refuses a second next with one context: %s", async (_, asks, message, aroundLlm) => {
    const log: string[] = [];
    const result = await runPipeline({ middleware: [{ name: "greedy", aroundLlm }, marks("a", log)], script: says("x") });
    expect(result.error?.code).toBe("internal");
    expect(result.error?.message).toContain(message);
    expect(result.asked).toHaveLength(asks);
    expect(log).toEqual([...Array(asks).fill(">a"), ...Array(asks).fill("<a")]);
    expect(result.openLeases).toBe(0);
    expect(result.chunks).toEqual([]);
  });

  it("bills the usage of every attempt", async () => {
    const twice: Middleware = {
      name: "twice",
      async aroundLlm(ctx, next) {
        for await (const _ of await next(ctx));
        const fork = ctx.fork("attempt");
        const stream = await next(fork);
        ctx.adopt(fork);
        return stream;
      },
    };
    const { chunks } = await runPipeline({ middleware: [twice], script: says("x") });
    expect(chunks.at(-1)?.usage?.totalTokens).toBe(10);
  });

  it("answers by itself through the stages inside it and outside it", async () => {
    const log: string[] = [];
    const answering: Middleware = {
      name: "answering",
      aroundLlm: (ctx) => ctx.answer(streamOf([unfold(reply("r")).map(eventOf)])),
    };
    const { chunks, asked } = await runPipeline({
      middleware: [marks("a", log), answering, marks("b", log)],
      script: says("never"),
    });
    expect(asked).toEqual([]);
    expect(textOf(chunks)).toBe("rba");
    expect(log).toEqual([">a", "<a"]);
  });
});

describe("build", () => {
  it.each<[string, Middleware, string]>([
    [
      "level 2 off chat",
      { name: "m", operations: ["models"], processChunks: () => ({ chunk: () => undefined }) },
      "work on chat only",
    ],
    ["hold without level 1", { name: "m", hold: true }, "hold needs onResponseUpdate"],
    [
      "a skipped guard",
      {
        name: "m",
        onError: "skip",
        guardText: () => ({ channels: [], feed: () => ({ spans: [], safeTo: 0 }), finish: () => ({ spans: [], safeTo: 0 }) }),
      },
      "cannot be skipped",
    ],
    ["no name", { name: "" }, "needs a name"],
  ])("refuses %s", (_, middleware, reason) => {
    expect(() => new PipelineBuilder().use(middleware).build()).toThrow(reason);
  });

  it("refuses monitoring that cannot work", () => {
    expect(() => new PipelineBuilder().monitoringInterval(0)).toThrow(RangeError);
    expect(() => new PipelineBuilder().monitoringWindow(1)).toThrow(RangeError);
  });

  it("prints itself, with a warning where added text is unguarded", () => {
    const guard: Middleware = {
      name: "guard",
      guardText: () => ({ channels: [], feed: () => ({ spans: [], safeTo: 0 }), finish: () => ({ spans: [], safeTo: 0 }) }),
    };
    const pipeline = new PipelineBuilder()
      .use({ name: "log", operations: ["chat", "models"], afterLlm: () => undefined })
      .useIf(false, { name: "off" })
      .use(marks("shout"))
      .use(guard)
      .build();
    expect(pipeline.describe().split("\n")).toEqual([
      "  1. log: level 0; serves chat, models",
      "  2. shout: level 2; serves chat; reads every chunk",
      "  3. guard: level 2; serves chat; exact: holds only what could still become a match",
      "warning: what shout adds to a reply is not seen by guard, which is inside it",
    ]);
  });
});
