import type { Message } from "@bufbuild/protobuf";
import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { ChatCompletionResponse } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import type { Cost } from "#gen/sluice/chat/v1/cost_pb";
import type { GatewayEvent } from "#gen/sluice/chat/v1/gateway_event_pb";
import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import type { WireRequest } from "../chat/chat-request.ts";
import type { GatewayError } from "../chat/error.ts";
import type { Immutable } from "../chat/immutable.ts";
import type { Lease } from "../chat/lease.ts";
import type { Operation } from "../chat/operation.ts";
import type { Log } from "../chat/ports/log.ts";
import type { Identity, RequestHead } from "../chat/request-head.ts";
import type { CallState } from "../chat/state.ts";
import type { ChatStream } from "../chat/stream.ts";

/** One call, as every hook of the pipeline sees it. A fork of it is one attempt of a level-3 middleware. */
export interface RequestContext {
  /** Ours (UUIDv7): keys reservations, settlement and the ledger. */
  readonly callId: string;
  /** The client's label of the call, else the call id. */
  readonly requestId: string;
  readonly operation: Operation;
  readonly head: RequestHead;
  readonly identity: Identity;
  /** What the client said about itself: `x-sluice-metadata`, and over it the body's `metadata`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What middleware tell each other, under typed keys. */
  readonly state: CallState;
  /** Holds what must be freed when the call, or this attempt, ends. */
  readonly lease: Lease;
  readonly log: Log;

  /** The model the client asked for. Known without decoding the request. */
  readonly model: string;
  /** Whether the client wants chunks. Known without decoding the request. */
  readonly streamed: boolean;
  /**
   * The chat request, decoded and validated on first use; also of the operation `countTokens`, whose request is one.
   * @throws GatewayError `invalid_request`; on other operations, `internal`.
   */
  readonly request: Immutable<ChatCompletionRequest>;
  /** The request of an operation that has no chat request. */
  readonly message: Immutable<Message> | undefined;
  /** Changes the request: the recipe mutates a draft, of which only the touched paths are copied. */
  edit(recipe: (draft: ChatCompletionRequest) => void): void;
  /** The client's own bytes while nothing has changed the request; only a provider of the same protocol uses them. */
  readonly wire: WireRequest | undefined;

  /** The reply so far, released text only; whole in `afterLlm` and `onSettled`. Undefined while nothing is folded. */
  readonly response: Immutable<ChatCompletionResponse> | undefined;
  /** True when the reply outgrew `maxFoldedBytes`, so that `response` is only its beginning. */
  readonly responseTruncated: boolean;
  /** Tokens used so far, over all attempts. Undefined until an upstream said. */
  readonly usage: Immutable<Usage> | undefined;
  /** What they cost. Undefined while the price of any attempt is not known. */
  readonly cost: Cost | undefined;
  /** What ended the call badly; undefined while it runs and after a good end. */
  readonly error: GatewayError | undefined;
  /** `performance.now()` at the first batch of the reply; undefined before. */
  readonly firstEventAt: number | undefined;
  /** Where the call went; filled on the way. A middleware may add verdicts and dropped fields. */
  readonly route: RouteInfo;

  /** Aborts when the call, or this attempt, ends badly: client gone, deadline, halt. */
  readonly signal: AbortSignal;
  /** Aborts two seconds after it was first asked for: for the work of `afterLlm` and `onSettled`. */
  readonly cleanupSignal: AbortSignal;
  /** When the call must be over, in `performance.now()` milliseconds; undefined: never. */
  readonly deadline: number | undefined;

  /** Innermost handlers: says whom this attempt asks, by the provider's name in the configuration and its own of the model. */
  asks(provider: string, model: string): void;
  /** Innermost handlers of operations without a stream: says what this attempt has used. */
  spent(usage: Immutable<Usage>): void;
  /** Ends the call with this error at the next step: before the model the model is not asked, in a stream it is cut. */
  haltWithError(error: GatewayError): void;
  /** Tells the client something: it rides on the next chunk, and on the last one at the latest. */
  notify(event: GatewayEvent): void;
  /** Level 3: a reply of the middleware's own. It passes every output stage inside the middleware, like the model's would. */
  answer(stream: ChatStream): Promise<ChatStream>;
  /** Level 3: a context for one more attempt: own request, usage, lease, signal and state writes. */
  fork(name: string): RequestContext;
  /** Level 3: names the fork whose reply is returned; its state writes are merged. */
  adopt(fork: RequestContext): void;
}
