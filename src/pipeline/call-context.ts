import { create, isMessage, type Message } from "@bufbuild/protobuf";
import { produce, setAutoFreeze } from "immer";
import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { ChatCompletionResponse } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import type { Cost } from "#gen/sluice/chat/v1/cost_pb";
import type { GatewayEvent } from "#gen/sluice/chat/v1/gateway_event_pb";
import { type RouteInfo, RouteInfoSchema } from "#gen/sluice/chat/v1/route_info_pb";
import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import { type CreateEmbeddingRequest, CreateEmbeddingRequestSchema } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import type { IncomingChatRequest, WireRequest } from "../chat/chat-request.ts";
import { type Charge, costOf } from "../chat/cost.ts";
import { GatewayError } from "../chat/error.ts";
import type { Immutable } from "../chat/immutable.ts";
import type { Lease } from "../chat/lease.ts";
import type { Operation } from "../chat/operation.ts";
import type { Clock } from "../chat/ports/clock.ts";
import type { Log } from "../chat/ports/log.ts";
import type { Prices } from "../chat/ports/prices.ts";
import type { Identity, RequestHead } from "../chat/request-head.ts";
import type { CallState } from "../chat/state.ts";
import type { ChatStream } from "../chat/stream.ts";
import { addUsage } from "../chat/usage.ts";
import type { RequestContext } from "./context.ts";
import type { SegmentRun } from "./segment-run.ts";

setAutoFreeze(false); // messages are shared read-only by type; freezing walks them all

/** How long the work of `afterLlm` after an abort may take, in milliseconds. */
const cleanupMs = 2000;

/** What a call's contexts share: everything that a fork does not have of its own. */
export interface CallEnvironment {
  readonly head: RequestHead;
  readonly log: Log;
  readonly clock: Clock;
  readonly prices: Prices;
}

/** The one {@link RequestContext}: of a call, or (as a fork) of one attempt. */
export class CallContext implements RequestContext {
  readonly #environment: CallEnvironment;
  readonly #parent: CallContext | undefined;
  readonly #forks: CallContext[] = [];
  readonly state: CallState;
  readonly lease: Lease;
  readonly log: Log;
  readonly route: RouteInfo;
  message: Immutable<Message> | undefined;
  metadata: Readonly<Record<string, string>> = {};
  response: Immutable<ChatCompletionResponse> | undefined;
  responseTruncated = false;
  error: GatewayError | undefined;
  firstEventAt: number | undefined;
  deadline: number | undefined;
  /** The attempt's own usage: what its upstream said last. */
  ownUsage: Immutable<Usage> | undefined;
  #asked: { readonly provider: string; readonly model: string } | undefined;
  /** Events that wait for a chunk to ride on. */
  readonly pendingEvents: GatewayEvent[] = [];
  /** The call's way through its outermost segment; undefined before, and on forks. */
  run: SegmentRun | undefined;
  /** Sends a reply through the output stages inside the level-3 middleware that is running. */
  answerInside: ((stream: ChatStream) => Promise<ChatStream>) | undefined;
  #incoming: IncomingChatRequest | undefined;
  #edited: ChatCompletionRequest | undefined;
  #halted: GatewayError | undefined;
  #cleanup: AbortController | undefined;
  #letOut: Promise<void> | undefined;

  constructor(environment: CallEnvironment, parent?: CallContext) {
    this.#environment = environment;
    this.#parent = parent;
    this.log = environment.log;
    if (parent === undefined) {
      this.lease = environment.head.lease;
      this.state = environment.head.state;
      this.route = create(RouteInfoSchema, { callId: environment.head.callId });
      return;
    }
    this.lease = parent.lease.child();
    this.state = parent.state.fork();
    this.route = parent.route;
    this.message = parent.message;
    this.metadata = parent.metadata;
    this.deadline = parent.deadline;
    this.answerInside = parent.answerInside;
    this.#incoming = parent.#incoming;
    this.#edited = parent.#edited;
  }

  get head(): RequestHead {
    return this.#environment.head;
  }

  get callId(): string {
    return this.head.callId;
  }

  get requestId(): string {
    return this.head.requestId;
  }

  get operation(): Operation {
    return this.head.operation;
  }

  get identity(): Identity {
    return this.head.identity;
  }

  /** Takes the request, once the body is there. */
  receive(incoming: IncomingChatRequest): void {
    this.#incoming = incoming;
  }

  get model(): string {
    return this.#edited?.model ?? this.#incoming?.model ?? this.embeddingRequest?.model ?? "";
  }

  get streamed(): boolean {
    return this.#incoming?.streamed ?? false;
  }

  get request(): Immutable<ChatCompletionRequest> {
    return this.#edited ?? this.#source.decode();
  }

  get wire(): WireRequest | undefined {
    return this.#edited === undefined ? this.#incoming?.wire : undefined;
  }

  get #source(): IncomingChatRequest {
    if (this.#incoming === undefined) throw new GatewayError("internal", "this call has no chat request");
    return this.#incoming;
  }

  edit(recipe: (draft: ChatCompletionRequest) => void): void {
    this.#edited = produce(this.#edited ?? this.#source.decode(), (draft: ChatCompletionRequest) => {
      recipe(draft);
    });
  }

  /** The request of the operation `embeddings`. */
  get embeddingRequest(): Immutable<CreateEmbeddingRequest> | undefined {
    const { message } = this;
    return isMessage(message, CreateEmbeddingRequestSchema) ? message : undefined;
  }

  /** Changes the request of the operation `embeddings`, as `edit` does with a chat request. */
  editEmbedding(recipe: (draft: CreateEmbeddingRequest) => void): void {
    const { embeddingRequest } = this;
    if (embeddingRequest === undefined) throw new GatewayError("internal", "this call has no embedding request");
    this.message = produce(embeddingRequest as CreateEmbeddingRequest, (draft: CreateEmbeddingRequest) => {
      recipe(draft);
    });
  }

  asks(provider: string, model: string): void {
    this.#asked = { provider, model };
  }

  spent(usage: Immutable<Usage>): void {
    this.ownUsage = usage;
  }

  get cost(): Cost | undefined {
    const charges: Charge[] = [];
    return this.#charge(charges) && charges.length > 0 ? costOf(charges) : undefined;
  }

  /** Adds what this context and its forks have to pay for; gives whether every price is known. */
  #charge(charges: Charge[]): boolean {
    const { ownUsage: usage } = this;
    if (usage !== undefined) {
      const price = this.#asked && this.#environment.prices.of(this.#asked.provider, this.#asked.model);
      if (price === undefined) return false;
      charges.push({ usage, price });
    }
    return this.#forks.every((fork) => fork.#charge(charges));
  }

  /** Tokens of this context's own attempt and of its forks'. */
  get usage(): Immutable<Usage> | undefined {
    let total = this.ownUsage;
    for (const fork of this.#forks) {
      const usage = fork.usage;
      if (usage !== undefined) total = total === undefined ? usage : addUsage(total, usage);
    }
    return total;
  }

  get signal(): AbortSignal {
    return this.lease.signal;
  }

  get cleanupSignal(): AbortSignal {
    if (this.#cleanup === undefined) {
      const controller = new AbortController();
      this.#cleanup = controller;
      const late = new GatewayError("deadline_exceeded", "the work after the reply took too long");
      this.#environment.clock.after(cleanupMs, () => controller.abort(late));
    }
    return this.#cleanup.signal;
  }

  haltWithError(error: GatewayError): void {
    this.#halted ??= error;
  }

  /** Throws what a middleware halted the call with. */
  throwIfHalted(): void {
    const halted = this.#halted ?? this.#parent?.halted;
    if (halted !== undefined) throw halted;
  }

  /** What a middleware halted the call with. */
  get halted(): GatewayError | undefined {
    return this.#halted ?? this.#parent?.halted;
  }

  notify(event: GatewayEvent): void {
    this.root.pendingEvents.push(event);
  }

  /** The call's own context. */
  get root(): CallContext {
    return this.#parent?.root ?? this;
  }

  /**
   * Lets out whoever was entered and is still in, innermost first: for a call that ended from outside. Never rejects, and gives
   * hooks that ignore `cleanupSignal` no more than its time.
   */
  letOut(error: GatewayError): Promise<void> {
    this.#letOut ??= new Promise((resolve) => {
      const cancel = this.#environment.clock.after(cleanupMs, resolve);
      const left = () => {
        cancel();
        resolve();
      };
      (this.run?.finish(error) ?? Promise.resolve()).then(left, left); // a throw is told by the run's own stream
    });
    return this.#letOut;
  }

  answer(stream: ChatStream): Promise<ChatStream> {
    if (this.answerInside === undefined) {
      throw new GatewayError("internal", "ctx.answer is for level 3: return the response from beforeLlm instead");
    }
    return this.answerInside(stream);
  }

  fork(_name: string): CallContext {
    const fork = new CallContext(this.#environment, this);
    this.#forks.push(fork);
    return fork;
  }

  adopt(fork: RequestContext): void {
    if (!(fork instanceof CallContext) || fork.#parent !== this) {
      throw new GatewayError("internal", "adopt takes a fork of this very context");
    }
    this.state.merge(fork.state);
    this.#edited = fork.#edited;
  }
}
