import { create, type Message } from "@bufbuild/protobuf";
import { ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { RouteInfoSchema } from "#gen/sluice/chat/v1/route_info_pb";
import type { IncomingChatRequest } from "../../src/chat/chat-request.ts";
import { GatewayError } from "../../src/chat/error.ts";
import type { Admitted, Calls } from "../../src/chat/ports/calls.ts";
import type { RequestHead } from "../../src/chat/request-head.ts";
import { type ChatStream, eventOf, type StreamEvent } from "../../src/chat/stream.ts";
import { streamOf } from "../../src/chat/stream-of.ts";
import { scanReply } from "../../src/codec/openai/scan-chunk.ts";
import { WireEvent } from "../../src/codec/openai/wire-event.ts";

/** A call that a test can look at. */
export class ScriptedCall implements Admitted {
  readonly head: RequestHead;
  readonly route = create(RouteInfoSchema, { provider: "vendor", model: "vendor-model", attempts: 1 });
  readonly #calls: ScriptedCalls;
  request: IncomingChatRequest | undefined;
  /** With what it was closed, in order. */
  readonly closings: (GatewayError | undefined)[] = [];
  /** The first closing. */
  readonly closed: Promise<GatewayError | undefined>;
  #close: (error: GatewayError | undefined) => void = () => undefined;

  constructor(calls: ScriptedCalls, head: RequestHead) {
    this.#calls = calls;
    this.head = head;
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  async chat(request: IncomingChatRequest): Promise<ChatStream> {
    this.request = request;
    return this.#calls.chat(this);
  }

  async unary(_operation: string, request: Message): Promise<Message> {
    return this.#calls.unary(request);
  }

  close(error?: GatewayError): void {
    this.closings.push(error);
    this.#close(error);
  }
}

/** Calls whose every answer a test writes. Without a script: "Hello", as one chunk after the other. */
export class ScriptedCalls implements Calls {
  readonly admitted: ScriptedCall[] = [];
  readonly #waiting: ((call: ScriptedCall) => void)[] = [];

  refusal: GatewayError | undefined;
  chat: (call: ScriptedCall) => ChatStream | Promise<ChatStream> = () => streamOf([[piece("Hel")], [piece("lo")], ending()]);
  unary: (request: Message) => Message = () => {
    throw new GatewayError("not_found", "no such operation");
  };

  admit(head: RequestHead): Admitted {
    if (this.refusal !== undefined) throw this.refusal;
    const call = new ScriptedCall(this, head);
    this.admitted.push(call);
    for (const resolve of this.#waiting.splice(0)) resolve(call);
    return call;
  }

  /** The next call that is admitted. */
  next(): Promise<ScriptedCall> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The last call that was admitted. */
  get last(): ScriptedCall {
    const call = this.admitted.at(-1);
    if (call === undefined) throw new Error("no call was admitted");
    return call;
  }
}

/** A stream that a test feeds while it is read. */
export class FedStream implements ChatStream, AsyncIterator<readonly StreamEvent[]> {
  readonly #ready: (IteratorResult<readonly StreamEvent[]> | GatewayError)[] = [];
  #waiting: { resolve(read: IteratorResult<readonly StreamEvent[]>): void; reject(error: GatewayError): void } | undefined;
  /** What it was cancelled with. */
  readonly cancelled: Promise<GatewayError>;
  #cancel: (reason: GatewayError) => void = () => undefined;
  /** How often it was read. */
  pulls = 0;

  constructor() {
    this.cancelled = new Promise((resolve) => {
      this.#cancel = resolve;
    });
  }

  /** Gives a batch. */
  push(...events: readonly StreamEvent[]): void {
    this.#give({ done: false, value: events });
  }

  /** Ends well, or with an error. */
  end(error?: GatewayError): void {
    this.#give(error ?? { done: true, value: undefined });
  }

  cancel(reason: GatewayError): void {
    this.#cancel(reason);
    this.#give(reason);
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly StreamEvent[]> {
    return this;
  }

  next(): Promise<IteratorResult<readonly StreamEvent[]>> {
    this.pulls++;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#serve();
    });
  }

  #give(read: IteratorResult<readonly StreamEvent[]> | GatewayError): void {
    this.#ready.push(read);
    this.#serve();
  }

  #serve(): void {
    const read = this.#waiting === undefined ? undefined : this.#ready.shift();
    if (read === undefined) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (read instanceof GatewayError) waiting?.reject(read);
    else waiting?.resolve(read);
  }
}

/** A piece of text as an event. */
export function piece(content: string): StreamEvent {
  return eventOf(
    create(ChatCompletionChunkSchema, {
      id: "c1",
      created: 7,
      model: "m",
      choices: [{ index: 0, delta: { role: Role.ASSISTANT, content } }],
    }),
  );
}

/** The finish reason, and the final chunk with usage and route. */
export function ending(): StreamEvent[] {
  const finish = create(ChatCompletionChunkSchema, {
    id: "c1",
    created: 7,
    model: "m",
    choices: [{ index: 0, delta: {}, finishReason: FinishReason.STOP }],
  });
  return [eventOf(finish), finalEvent()];
}

/** The chunk that the runner ends every stream with. */
export function finalEvent(
  route = create(RouteInfoSchema, { provider: "vendor", model: "vendor-model", attempts: 1 }),
): StreamEvent {
  const usage = { promptTokens: 3, completionTokens: 2, totalTokens: 5 };
  const chunk = create(ChatCompletionChunkSchema, { id: "c1", created: 7, model: "m", usage, route });
  return { route, chunk: () => chunk };
}

/** An upstream's own JSON as an event. */
export function wireEvent(kind: "chunk" | "completion", json: string): WireEvent {
  const text = Buffer.from(json).toString("latin1");
  return new WireEvent(kind, text, 0, text.length, scanReply(text), 0, "m");
}
