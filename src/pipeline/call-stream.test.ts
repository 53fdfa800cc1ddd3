import { describe, expect, it } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { GatewayError } from "../chat/error.ts";
import { silentLog } from "../chat/ports/log.ts";
import { RequestHead } from "../chat/request-head.ts";
import { type ChatStream, eventOf, type StreamEvent } from "../chat/stream.ts";
import { PipelineBuilder } from "./builder.ts";

const gone = new GatewayError("cancelled", "the client closed the connection");

/** A model that says one piece, is silent then and does not hear that it is cancelled. */
function deafStream(pieces: number): ChatStream {
  let left = pieces;
  const event = eventOf({
    $typeName: "sluice.chat.v1.ChatCompletionChunk",
    id: "r1",
    choices: [],
    created: 7,
    model: "m",
    metadata: {},
    events: [],
  });
  const next = () =>
    left-- > 0
      ? Promise.resolve({ done: false as const, value: [event] as readonly StreamEvent[] })
      : new Promise<IteratorResult<readonly StreamEvent[]>>(() => undefined);
  return { [Symbol.asyncIterator]: () => ({ next }), cancel: () => undefined };
}

async function begin(pieces: number) {
  const calls = new PipelineBuilder()
    .build()
    .bind({ log: silentLog, clock: new FakeClock(), chat: async () => deafStream(pieces), operations: {} });
  const head = new RequestHead({ operation: "chat", protocol: "rest", headers: {}, peer: { address: "", tls: false } });
  const call = await calls.admit(head);
  const decode = () => {
    throw new Error("nobody reads the request");
  };
  const stream = await call.chat({ model: "m", streamed: true, metadata: {}, decode });
  return { call, iterator: stream[Symbol.asyncIterator]() };
}

describe("CallStream, when the call is ended from outside and its source stays silent", () => {
  it("fails the read that waits, before anything was said", async () => {
    const { call, iterator } = await begin(0);
    const read = iterator.next();
    call.close(gone);
    await expect(read).rejects.toBe(gone);
    expect((await iterator.next()).done).toBe(true);
  });

  it("gives the read that waits the final chunk, and the next one the error", async () => {
    const { call, iterator } = await begin(1);
    await iterator.next();
    const read = iterator.next();
    call.close(gone);
    expect((await read).value?.[0]?.chunk().route).toBeDefined();
    await expect(iterator.next()).rejects.toBe(gone);
  });

  it("does the same for reads that come after", async () => {
    const { call, iterator } = await begin(1);
    await iterator.next();
    call.close(gone);
    await new Promise(setImmediate);
    expect((await iterator.next()).value?.[0]?.chunk().route).toBeDefined();
    await expect(iterator.next()).rejects.toBe(gone);
  });
});
