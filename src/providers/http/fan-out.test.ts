import { describe, expect, it } from "vitest";
import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { readReply, upstreamCall } from "../../../test/support/upstream-call.ts";
import { GatewayError } from "../../chat/error.ts";
import { Fold } from "../../chat/fold.ts";
import { type ChatStream, eventOf } from "../../chat/stream.ts";
import { emptyDelta } from "../../codec/anthropic/streamed-blocks.ts";
import type { Provider, UpstreamCall } from "../provider.ts";
import { fanOut } from "./fan-out.ts";

/** A vendor that waits until the test answers each request, one read at a time. */
class Vendor {
  readonly calls: UpstreamCall[] = [];
  readonly begun: PromiseWithResolvers<void>[] = [];
  /** How often each reply was read. */
  readonly pulls: number[] = [];
  readonly #reads: PromiseWithResolvers<ChatCompletionChunk | undefined>[] = [];
  readonly provider: Provider;

  constructor() {
    this.provider = fanOut({
      name: "vendor",
      models: () => [{ id: "m", created: 0 }],
      close: () => Promise.resolve(),
      chat: (call) => this.#chat(call, this.calls.push(call) - 1),
    });
  }

  /** Answers the read that a request waits for; undefined ends its reply. */
  give(at: number, chunk: ChatCompletionChunk | undefined): void {
    this.#read(at).resolve(chunk);
  }

  fail(at: number, error: GatewayError): void {
    this.calls[at]?.lease.close(error);
    this.#read(at).reject(error);
  }

  #read(at: number): PromiseWithResolvers<ChatCompletionChunk | undefined> {
    this.#reads[at] ??= Promise.withResolvers();
    return this.#reads[at];
  }

  async #chat(call: UpstreamCall, at: number): Promise<ChatStream> {
    call.notes.upstreamModel = `model ${at}`;
    const begun = Promise.withResolvers<void>();
    this.begun[at] = begun;
    call.lease.onClose((error) => {
      if (error === undefined) return;
      begun.reject(error);
      this.#read(at).reject(error);
    });
    this.#read(at).promise.catch(() => undefined);
    await begun.promise;
    const next = async (): Promise<IteratorResult<readonly ReturnType<typeof eventOf>[], undefined>> => {
      this.pulls[at] = (this.pulls[at] ?? 0) + 1;
      const chunk = await this.#read(at).promise;
      this.#reads[at] = Promise.withResolvers();
      if (chunk !== undefined) return { done: false, value: [eventOf(chunk)] };
      call.lease.close();
      return { done: true, value: undefined };
    };
    return { cancel: (reason) => call.lease.close(reason), [Symbol.asyncIterator]: () => ({ next }) };
  }
}

const usage = {
  $typeName: "sluice.chat.v1.Usage",
  promptTokens: 7,
  completionTokens: 2,
  totalTokens: 9,
  estimated: false,
} as const;

function chunk(id: string, content: string, last = false): ChatCompletionChunk {
  const finishReason = last ? FinishReason.STOP : FinishReason.UNSPECIFIED;
  return {
    $typeName: "sluice.chat.v1.ChatCompletionChunk",
    id,
    created: 1,
    model: "vendor/asked",
    choices: [
      {
        $typeName: "sluice.chat.v1.ChunkChoice",
        index: 0,
        finishReason,
        delta: { ...emptyDelta(), role: Role.ASSISTANT, content },
      },
    ],
    metadata: {},
    events: [],
    ...(last && { usage }),
  };
}

const call = (n: number): UpstreamCall => upstreamCall({ body: { n } });
const failure = new GatewayError("upstream_error", "the upstream failed");

async function begin(vendor: Vendor, asked: UpstreamCall): Promise<ChatStream> {
  const chat = vendor.provider.chat(asked);
  for (const begun of vendor.begun) begun.resolve();
  return chat;
}

it("leaves what else the provider can as it is", () => {
  const vendor = new Vendor().provider;
  const embed = () => Promise.reject(failure);
  const countTokens = () => Promise.resolve(undefined);
  const listModels = () => Promise.resolve([]);
  expect(fanOut({ ...vendor, embed, countTokens, listModels })).toMatchObject({ embed, countTokens, listModels });
  expect(Object.keys(fanOut(vendor))).toEqual(Object.keys(vendor));
});

describe("n choices of a vendor that gives one", () => {
  it("asks once for one, with the call itself", async () => {
    const vendor = new Vendor();
    const asked = call(1);
    await begin(vendor, asked);
    expect(vendor.calls).toEqual([asked]);
    expect(vendor.provider.models()).toEqual([{ id: "m", created: 0 }]);
  });

  it("counts the choices through, in whatever order they come, and sums the usage once", async () => {
    const vendor = new Vendor();
    const asked = call(3);
    const reply = readReply(await begin(vendor, asked));
    for (const [at, given] of [
      [2, chunk("c", "C")],
      [0, chunk("a", "A1")],
      [1, chunk("b", "B", true)],
    ] as const) {
      vendor.give(at, given);
      await new Promise(setImmediate);
    }
    vendor.give(1, undefined);
    vendor.give(0, chunk("a", "A2", true));
    vendor.give(2, chunk("c", "!", true));
    await new Promise(setImmediate);
    vendor.give(0, undefined);
    vendor.give(2, undefined);
    const { batches, error } = await reply;
    expect(error).toBeUndefined();
    const chunks = batches.flat().map((event) => event.chunk());
    const fold = new Fold();
    for (const each of chunks) fold.add(each);
    const { choices } = fold.response();
    expect(choices.map(({ index, message }) => [index, message?.content])).toEqual([
      [0, "A1A2"],
      [1, "B"],
      [2, "C!"],
    ]);
    expect(new Set(chunks.map(({ id }) => id))).toEqual(new Set(["c"]));
    expect(chunks.filter((each) => each.usage !== undefined)).toHaveLength(1);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { promptTokens: 21, completionTokens: 6, totalTokens: 27 } });
    expect(asked.lease).toMatchObject({ closed: true, error: undefined });
    expect(asked.notes).toEqual({ upstreamModel: "model 0" });
  });

  it("fails with the first that cannot begin, and ends the others", async () => {
    const vendor = new Vendor();
    const asked = call(3);
    const chat = vendor.provider.chat(asked);
    vendor.begun[0]?.resolve();
    vendor.begun[1]?.reject(failure);
    await expect(chat).rejects.toBe(failure);
    expect(vendor.calls.map(({ lease }) => lease.error)).toEqual([failure, failure, failure]);
    expect(asked.lease.error).toBe(failure);
  });

  it("fails with the first that breaks off, after the usage so far", async () => {
    const vendor = new Vendor();
    const asked = call(2);
    const reply = readReply(await begin(vendor, asked));
    vendor.give(0, chunk("a", "A", true));
    await new Promise(setImmediate);
    vendor.fail(1, failure);
    const { batches, error } = await reply;
    expect(error).toBe(failure);
    expect(batches.flat().at(-1)?.chunk()).toMatchObject({ choices: [], usage: { promptTokens: 7 } });
    expect(vendor.calls.map(({ lease }) => lease.closed)).toEqual([true, true]);
    expect(asked.lease.error).toBe(failure);
  });

  it.each(["before", "while"])("ends all when it is cancelled %s it is read", async (when) => {
    const vendor = new Vendor();
    const asked = call(2);
    const stream = await begin(vendor, asked);
    const reason = new GatewayError("cancelled", "the client has gone");
    const reply = when === "while" ? readReply(stream) : undefined;
    await new Promise(setImmediate);
    stream.cancel(reason);
    expect((await (reply ?? readReply(stream))).error).toBe(reason);
    expect(vendor.calls.map(({ lease }) => lease.error)).toEqual([reason, reason]);
  });

  it("reads a reply on only when its last batch is taken", async () => {
    const vendor = new Vendor();
    const iterator = (await begin(vendor, call(2)))[Symbol.asyncIterator]();
    const first = iterator.next();
    vendor.give(0, chunk("a", "A"));
    await first;
    expect(vendor.pulls).toEqual([2, 1]);
    vendor.give(0, chunk("a", "B"));
    vendor.give(1, chunk("b", "C"));
    await new Promise(setImmediate);
    expect(vendor.pulls).toEqual([2, 1]);
    await iterator.next();
    await iterator.next();
    expect(vendor.pulls).toEqual([3, 2]);
  });
});
