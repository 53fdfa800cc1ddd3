import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { CreateEmbeddingRequest, CreateEmbeddingResponse } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import type { WireRequest } from "../chat/chat-request.ts";
import type { Immutable } from "../chat/immutable.ts";
import type { Lease } from "../chat/lease.ts";
import type { ChatStream } from "../chat/stream.ts";
import type { ParamPolicy } from "../codec/left-out-params.ts";

/** What every upstream attempt has. */
export interface UpstreamAttempt {
  /** The gateway's id of the call. */
  readonly callId: string;
  /** The upstream's own name of the model. */
  readonly model: string;
  /** The name the client asked for: what the reply's `model` says. */
  readonly requestedModel: string;
  /** Ends with the attempt. Its signal aborts the upstream request; closing it is the provider's duty at the end of the reply. */
  readonly lease: Lease;
  /** Filled by the provider for RouteInfo. */
  readonly notes: UpstreamNotes;
  /** Headers, by lower-case name, that go upstream for the client: `via`, and those that the configuration forwards. */
  readonly headers: Readonly<Record<string, string>>;
  /** What to do with parameters that the vendor does not take; undefined: what the provider is set to. */
  readonly unsupportedParams?: ParamPolicy | undefined;
}

/** One upstream attempt at a chat completion. */
export interface UpstreamCall extends UpstreamAttempt {
  /** Whether the reply is wanted in chunks. */
  readonly streamed: boolean;
  /** The client's own bytes, when nothing has changed the request. */
  readonly wire: WireRequest | undefined;
  /** Whether the client speaks the wire's protocol, so that events may carry the upstream's bytes. */
  readonly forwardsWire: boolean;
  /** The request as a message. Decodes it on first use: a provider that forwards `wire` does not call it. */
  request(): Immutable<ChatCompletionRequest>;
  /** The metadata to send upstream; undefined: none. */
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

/** One upstream attempt at embeddings. */
export interface EmbeddingCall extends UpstreamAttempt {
  readonly request: Immutable<CreateEmbeddingRequest>;
}

/** One upstream attempt at counting a prompt's tokens. */
export interface CountCall extends UpstreamAttempt {
  readonly request: Immutable<ChatCompletionRequest>;
}

/** How many tokens a prompt has. */
export interface TokenCount {
  readonly tokens: number;
  /** How they were counted: `vendor`, or a provider's own way. */
  readonly method: string;
}

/** What a provider tells about an attempt. */
export interface UpstreamNotes {
  /** The vendor's request id. */
  upstreamRequestId?: string;
  /** The upstream's own name of the model, from its reply. */
  upstreamModel?: string;
  /** Request parameters that were left out. */
  droppedParams?: string[];
}

/** A model a provider offers. */
export interface OfferedModel {
  /** The provider's own name of the model. */
  readonly id: string;
  /** Unix time in seconds; 0 when unknown. */
  readonly created: number;
}

/** A model vendor, or anything that answers like one. */
export interface Provider {
  /** Its name in the configuration: the part before the slash in `provider/model`. */
  readonly name: string;
  /** The vendor's name among a request's extensions; undefined: it takes none. */
  readonly vendor?: string | undefined;
  /**
   * Asks the upstream. Resolves when the reply has begun (headers); errors before that reject, later ones throw from the stream.
   * Chunks have the upstream's model name replaced by `requestedModel`. The stream ends normally only after a complete reply.
   * @throws GatewayError of the `upstream_*` codes, or the vendor's own 400, 404, 413 and 422 translated.
   */
  chat(call: UpstreamCall): Promise<ChatStream>;
  /**
   * Makes vectors of every input, in their order; `usage` is estimated when the vendor does not tell. Undefined: it has none.
   * @throws GatewayError as `chat`.
   */
  embed?(call: EmbeddingCall): Promise<CreateEmbeddingResponse>;
  /**
   * Asks the vendor how many tokens a prompt has; undefined from it: not for this model. Undefined: it cannot be asked.
   * @throws GatewayError as `chat`.
   */
  countTokens?(call: CountCall): Promise<TokenCount | undefined>;
  /**
   * Asks the vendor for the models it offers. Undefined: it cannot be asked.
   * @throws GatewayError as `chat`.
   */
  listModels?(lease: Lease): Promise<readonly OfferedModel[]>;
  /** The models it is known to offer, without asking the network. */
  models(): readonly OfferedModel[];
  /** Frees connections. */
  close(): Promise<void>;
}
