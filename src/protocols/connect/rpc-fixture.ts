import { once } from "node:events";
import { createServer as createHttp1Server, type Server } from "node:http";
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Session } from "node:http2";
import { create, isMessage, type Message } from "@bufbuild/protobuf";
import { type ChatCompletionChunk, ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { GetModelResponseSchema, ListModelsRequestSchema, ListModelsResponseSchema } from "#gen/sluice/chat/v1/model_service_pb";
import { RouteInfoSchema } from "#gen/sluice/chat/v1/route_info_pb";
import type { IncomingChatRequest } from "../../chat/chat-request.ts";
import { GatewayError } from "../../chat/error.ts";
import type { Admitted, Calls } from "../../chat/ports/calls.ts";
import type { RequestHead } from "../../chat/request-head.ts";
import { type ChatStream, eventOf, type StreamEvent } from "../../chat/stream.ts";
import { type HttpHandler, pathOf } from "../exchange.ts";
import { createRpc, type Rpc, type RpcOptions } from "./index.ts";

/** What the model behind a test says: batches, then a good end, an error, or silence until the call is closed. */
export interface Script {
  readonly batches: readonly (readonly ChatCompletionChunk[])[];
  readonly end?: GatewayError | "silence";
}

/** A chunk with a piece of text. */
export function piece(content: string): ChatCompletionChunk {
  return create(ChatCompletionChunkSchema, {
    id: "c1",
    created: 7,
    model: "m",
    choices: [{ index: 0, delta: { role: Role.ASSISTANT, content } }],
  });
}

/** The finish reason, and the final chunk with usage, cost and route. */
export function ending(): ChatCompletionChunk[] {
  return [
    create(ChatCompletionChunkSchema, { id: "c1", choices: [{ index: 0, finishReason: FinishReason.STOP }] }),
    create(ChatCompletionChunkSchema, {
      id: "c1",
      usage: { promptTokens: 3, completionTokens: 2, totalTokens: 5 },
      cost: { totalNanoUsd: 1234n },
      route: { provider: "fake", model: "fake-1", attempts: 1 },
    }),
  ];
}

/** A call that a test can look at. */
export class FakeCall implements Admitted {
  readonly head: RequestHead;
  readonly route = create(RouteInfoSchema, { provider: "so-far" });
  readonly #script: Script;
  request: IncomingChatRequest | undefined;
  cancelledWith: GatewayError | undefined;
  /** How many batches were asked for. */
  pulls = 0;
  /** How the call was closed, once. */
  readonly closed: Promise<GatewayError | undefined>;
  #close: (error: GatewayError | undefined) => void = () => undefined;

  constructor(head: RequestHead, script: Script) {
    this.head = head;
    this.#script = script;
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  chat(request: IncomingChatRequest): Promise<ChatStream> {
    this.request = request;
    const { batches, end } = this.#script;
    const next = async (): Promise<IteratorResult<readonly StreamEvent[]>> => {
      const batch = batches[this.pulls++];
      if (batch !== undefined) return { done: false, value: batch.map(eventOf) };
      if (end === "silence") throw (await this.closed) ?? new GatewayError("internal", "closed well in the middle");
      if (end !== undefined) throw end;
      return { done: true, value: undefined };
    };
    const cancel = (reason: GatewayError) => {
      this.cancelledWith ??= reason;
    };
    return Promise.resolve({ cancel, [Symbol.asyncIterator]: () => ({ next }) });
  }

  unary(_operation: string, request: Message): Promise<Message> {
    const model = { id: "m", ownedBy: "fake" };
    if (isMessage(request, ListModelsRequestSchema))
      return Promise.resolve(create(ListModelsResponseSchema, { models: [model] }));
    return Promise.resolve(create(GetModelResponseSchema, { model }));
  }

  close(error?: GatewayError): void {
    this.head.lease.close(error);
    this.#close(error);
  }
}

/** Calls by script. */
export class FakeCalls implements Calls {
  script: Script = { batches: [[piece("Hel"), piece("lo")], ending()] };
  refusal: GatewayError | undefined;
  readonly admitted: FakeCall[] = [];
  #waiting: ((call: FakeCall) => void)[] = [];

  admit(head: RequestHead): Promise<Admitted> {
    if (this.refusal !== undefined) return Promise.reject(this.refusal);
    const call = new FakeCall(head, this.script);
    this.admitted.push(call);
    for (const resolve of this.#waiting.splice(0)) resolve(call);
    return Promise.resolve(call);
  }

  /** The next call that is let in. */
  next(): Promise<FakeCall> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The last call that was let in. */
  get last(): FakeCall {
    const call = this.admitted.at(-1);
    if (call === undefined) throw new Error("no call was let in");
    return call;
  }
}

/** A server of the RPC protocols on both HTTP versions. */
export interface RpcServer {
  readonly calls: FakeCalls;
  readonly rpc: Rpc;
  /** Base URLs by HTTP version. */
  readonly url: { readonly "1.1": string; readonly "2": string };
  close(): Promise<void>;
}

/** Starts a server on loopback ports. */
export async function startRpc(options: Partial<RpcOptions> = {}): Promise<RpcServer> {
  const calls = new FakeCalls();
  const rpc = createRpc({ calls, body: { maxBytes: 64 * 1024 }, readiness: () => ({ ready: true }), ...options });
  const handler: HttpHandler = (request, response) => {
    response.on("error", () => undefined);
    const path = pathOf(request);
    if (rpc.match(request, path)) rpc.handle(request, response, path);
    else {
      response.statusCode = 404;
      response.end();
    }
  };
  const http1 = createHttp1Server(handler);
  const http2 = createHttp2Server(handler);
  const sessions = new Set<ServerHttp2Session>();
  http2.on("session", (session) => sessions.add(session));
  return {
    calls,
    rpc,
    url: { "1.1": await listening(http1), "2": await listening(http2) },
    async close() {
      rpc.close();
      for (const session of sessions) session.destroy();
      http1.closeAllConnections();
      await Promise.all([new Promise((resolve) => http1.close(resolve)), new Promise((resolve) => http2.close(resolve))]);
    },
  };
}

async function listening(server: Server | Http2Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}
