import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { type ChatCompletionRequest, ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { ChatCompletionResponse } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import type { IncomingChatRequest } from "../chat/chat-request.ts";
import { GatewayError } from "../chat/error.ts";
import { Fold } from "../chat/fold.ts";
import type { Immutable } from "../chat/immutable.ts";
import type { Clock } from "../chat/ports/clock.ts";
import { silentLog } from "../chat/ports/log.ts";
import { type Protocol, RequestHead } from "../chat/request-head.ts";
import type { ChatStream } from "../chat/stream.ts";
import { PipelineBuilder } from "../pipeline/builder.ts";
import type { RequestContext } from "../pipeline/context.ts";
import type { Middleware } from "../pipeline/middleware.ts";
import { type Script, ScriptedStream } from "./scripted-stream.ts";

/** One run of middleware over a scripted model. */
export interface HarnessOptions {
  /** The pipeline's middleware, outermost first. */
  readonly middleware: readonly Middleware[];
  /** What the model answers; called once per attempt with the attempt's number from 0. */
  readonly script: (attempt: number) => Script;
  /** The request. Default a user's `hi` to `test/model`. */
  readonly request?: MessageInitShape<typeof ChatCompletionRequestSchema>;
  /** Whether the client wants chunks. Default true. */
  readonly streamed?: boolean;
  readonly protocol?: Protocol;
  readonly headers?: Readonly<Record<string, string>>;
  /** The client goes after it has read this many batches. Default never. */
  readonly leaveAfter?: number;
  readonly monitoringInterval?: number;
  readonly monitoringWindow?: number;
  readonly clock?: Clock;
}

/** What came of a run. */
export interface HarnessResult {
  /** The chunks the client got, the final one included. */
  readonly chunks: readonly Immutable<ChatCompletionChunk>[];
  /** The chunks folded: what an unstreamed client gets when the call ended well. */
  readonly response: ChatCompletionResponse;
  /** What the call failed with, for the client. */
  readonly error: GatewayError | undefined;
  /** The requests the model got, one per attempt. */
  readonly asked: readonly Immutable<ChatCompletionRequest>[];
  /** How often the model's replies were read; an end counts as one. */
  readonly reads: number;
  /** How many attempts' leases are still open: 0 in a sound pipeline. */
  readonly openLeases: number;
  /** The final context, after `onSettled`. */
  readonly context: RequestContext | undefined;
}

/** A clock that stands still: nothing scheduled on it ever happens. */
export const stillClock: Clock = { now: () => 0, after: () => () => undefined };

/** Runs one call through a pipeline of the given middleware, and waits until it has settled. */
export async function runPipeline(options: HarnessOptions): Promise<HarnessResult> {
  const asked: Immutable<ChatCompletionRequest>[] = [];
  const attempts: ScriptedStream[] = [];
  let context: RequestContext | undefined;
  const settled = Promise.withResolvers<void>();
  const witness: Middleware = {
    name: "witness",
    reads: "nothing",
    onSettled(ctx) {
      context = ctx;
      settled.resolve();
      return undefined;
    },
  };
  const builder = new PipelineBuilder().use(witness);
  for (const middleware of options.middleware) builder.use(middleware);
  if (options.monitoringInterval !== undefined) builder.monitoringInterval(options.monitoringInterval);
  if (options.monitoringWindow !== undefined) builder.monitoringWindow(options.monitoringWindow);
  const calls = builder.build().bind({
    log: silentLog,
    clock: options.clock ?? stillClock,
    operations: {},
    chat: async (ctx) => {
      asked.push(ctx.request);
      const stream = new ScriptedStream(options.script(attempts.length), ctx.lease.child());
      attempts.push(stream);
      return stream;
    },
  });
  const head = new RequestHead({
    operation: "chat",
    protocol: options.protocol ?? "grpc",
    headers: options.headers ?? {},
    peer: { address: "127.0.0.1", tls: false },
  });
  const fold = new Fold();
  const chunks: Immutable<ChatCompletionChunk>[] = [];
  let error: GatewayError | undefined;
  try {
    const admitted = await calls.admit(head);
    try {
      await read(await admitted.chat(incoming(options)), options.leaveAfter, (chunk) => {
        chunks.push(chunk);
        fold.add(chunk);
      });
      if (options.leaveAfter !== undefined) admitted.close(new GatewayError("cancelled", "the client left"));
      else admitted.close();
    } catch (thrown) {
      error = GatewayError.from(thrown);
      admitted.close(error);
    }
  } catch (thrown) {
    error = GatewayError.from(thrown);
  }
  await settled.promise;
  const openLeases = attempts.filter((attempt) => !attempt.closed).length;
  const reads = attempts.reduce((sum, attempt) => sum + attempt.reads, 0);
  return { chunks, response: fold.response(), error, asked, reads, openLeases, context };
}

async function read(
  stream: ChatStream,
  leaveAfter: number | undefined,
  take: (chunk: Immutable<ChatCompletionChunk>) => void,
): Promise<void> {
  const iterator = stream[Symbol.asyncIterator]();
  for (let batches = 0; leaveAfter === undefined || batches < leaveAfter; batches++) {
    const next = await iterator.next();
    if (next.done === true) return;
    for (const event of next.value) take(event.chunk());
  }
}

function incoming(options: HarnessOptions): IncomingChatRequest {
  const request = create(ChatCompletionRequestSchema, {
    model: "test/model",
    messages: [{ role: Role.USER, content: "hi" }],
    ...options.request,
  });
  return { model: request.model, streamed: options.streamed ?? true, metadata: request.metadata, decode: () => request };
}
