import { randomUUID } from "node:crypto";
import {
  create,
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  fromBinary,
  type Message,
  toBinary,
} from "@bufbuild/protobuf";
import { ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { GatewayError } from "../../src/chat/error.ts";
import { silentLog } from "../../src/chat/ports/log.ts";
import { type ChatStream, eventOf } from "../../src/chat/stream.ts";
import { logging } from "../../src/middleware/logging.ts";
import { requestMetadata } from "../../src/middleware/request-metadata.ts";
import { responseValidator } from "../../src/middleware/response-validator.ts";
import { ActiveCalls } from "../../src/pipeline/active-calls.ts";
import { PipelineBuilder } from "../../src/pipeline/builder.ts";
import type { RequestContext } from "../../src/pipeline/context.ts";
import { ByteBudget } from "../../src/protocols/byte-budget.ts";
import { toConnectError } from "../../src/protocols/connect/error-details.ts";
import { type Method, serverStreaming, unary } from "../../src/protocols/connect/method.ts";
import { routeCalls } from "../../src/protocols/connect/route-calls.ts";
import { cancelled, type RpcCall } from "../../src/protocols/connect/rpc-call.ts";
import { serveCall } from "../../src/protocols/connect/serve-call.ts";
import { streamingHandlers } from "../../src/protocols/connect/streaming-handlers.ts";
import { dispatch } from "../../src/protocols/dispatch.ts";
import { ConnectionCount } from "../../src/protocols/listener/connection-count.ts";
import { type Listener, listen, type TcpAddress } from "../../src/protocols/listener/listener.ts";
import { Rest } from "../../src/protocols/openai/rest.ts";
import { systemClock } from "../../src/transport/system-clock.ts";

/** What answers a method of one request: first its headers and trailers, then the rest, from within the pipeline. */
interface Answer<Reply> {
  /** Sets headers and trailers of the reply. */
  begin?(request: Message, call: RpcCall): void;
  /** May throw a ConnectError, which clients get as it is. */
  reply(request: Message, ctx: RequestContext): Reply;
}

/** Methods of tests, by what serves them. */
export interface TestMethods {
  readonly unary: readonly (readonly [DescMethodUnary, Answer<Promise<Message>>])[];
  readonly serverStreaming: readonly (readonly [DescMethodServerStreaming, Answer<AsyncIterable<Message>>])[];
  /** Methods that stream their requests. */
  readonly router: ConnectRouter;
}

/**
 * Opens the gateway's own listener, with everything it has, and methods of a test behind it. Those of one request run as Sluice's own
 * do: a unary one as the operation `models`, a stream as a chat, each message a chunk's content.
 */
export function mount(at: TcpAddress, methods: TestMethods, maxBytes: number): Promise<Listener> {
  const running = new Map<unknown, (ctx: RequestContext) => unknown>();
  const run = (key: unknown, ctx: RequestContext): unknown => running.get(key)?.(ctx);
  const pipeline = new PipelineBuilder().use(logging()).use(requestMetadata()).use(responseValidator()).build();
  const calls = new ActiveCalls(
    pipeline.bind({
      log: silentLog,
      clock: systemClock,
      chat: async (ctx) => chatOf(run(ctx.model, ctx) as AsyncIterable<Uint8Array>),
      operations: { models: (ctx) => run(ctx.message, ctx) as Promise<Message> },
    }),
  );

  const own: Method[] = [
    ...methods.unary.map(([desc, { begin, reply }]) =>
      unary(desc, "models", async (request, call) => {
        begin?.(request, call);
        running.set(request, (ctx) =>
          reply(request, ctx).catch((thrown: unknown) => {
            throw carried(thrown);
          }),
        );
        try {
          return await call.admitted.unary("models", request);
        } finally {
          running.delete(request);
        }
      }),
    ),
    ...methods.serverStreaming.map(([desc, { begin, reply }]) =>
      serverStreaming(desc, "chat", async (request, call, send) => {
        begin?.(request, call);
        await send([]);
        const key = randomUUID();
        running.set(key, (ctx) => encoded(desc.output, reply(request, ctx)));
        try {
          const decode = () => create(ChatCompletionRequestSchema, { model: key });
          const stream = await call.admitted.chat({ model: key, streamed: true, metadata: {}, decode });
          call.onGone(() => stream.cancel(cancelled()));
          for await (const batch of stream) {
            const contents = batch.flatMap((event) => event.chunk().choices.map(({ delta }) => delta?.content ?? ""));
            if (contents.length > 0)
              await send(contents.map((content) => fromBinary(desc.output, Buffer.from(content, "base64"))));
          }
        } finally {
          running.delete(key);
        }
      }),
    ),
  ];

  const services = new Set([...methods.unary, ...methods.serverStreaming].map(([desc]) => desc.parent));
  const requests = { calls, body: { maxBytes, timeoutMs: 60_000 }, inFlight: new ByteBudget(512 * 1024 * 1024), describe };
  const handlers = new Map(streamingHandlers(methods.router));
  for (const method of own) handlers.set(method.path, (request, response) => void serveCall(request, response, method, requests));
  const handler = dispatch({
    rest: new Rest(requests),
    rpc: routeCalls(handlers, [...services], describe),
    readiness: () => ({ ready: true, reasons: [] }),
    browser: () => ({ allowedHosts: [], origins: [] }),
  });
  return listen({ at, connections: new ConnectionCount(10_000) }, handler);
}

/** Errors as the tests expect them: a status that was asked for as it is, the gateway's own without its typed details. */
function describe(error: GatewayError): ConnectError {
  if (error.cause instanceof ConnectError) return error.cause;
  const described = toConnectError(error);
  described.details = [];
  return described;
}

/** What an answer throws, as the pipeline lets it pass. */
function carried(thrown: unknown): unknown {
  return thrown instanceof ConnectError ? new GatewayError("internal", "asked for", { cause: thrown }) : thrown;
}

async function* encoded(desc: DescMessage, messages: AsyncIterable<Message>): AsyncIterable<Uint8Array> {
  try {
    for await (const message of messages) yield toBinary(desc, message);
  } catch (thrown) {
    throw carried(thrown);
  }
}

function chatOf(messages: AsyncIterable<Uint8Array>): ChatStream {
  const iterator = messages[Symbol.asyncIterator]();
  return {
    cancel: () => undefined, // who waits in it watches the call's signal
    [Symbol.asyncIterator]: () => ({
      async next() {
        const { done, value } = await iterator.next();
        if (done === true) return { done, value: undefined };
        const content = Buffer.from(value).toString("base64");
        const chunk = create(ChatCompletionChunkSchema, { choices: [{ index: 0, delta: { content } }] });
        return { done: false, value: [eventOf(chunk)] };
      },
    }),
  };
}
