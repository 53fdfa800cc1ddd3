import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { ChatCompletionResponse } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import type { GatewayError } from "../chat/error.ts";
import type { Immutable } from "../chat/immutable.ts";
import type { UpstreamFailure } from "./failure/upstream-failure.ts";
import type { ParamPolicy } from "./left-out-params.ts";

/** A vendor's chat API: its JSON to messages and back, pure and synchronous. A provider adds where it is and how to authenticate. */
export interface ChatCodec {
  /**
   * A request as the vendor's body.
   * @throws GatewayError `invalid_request` for what makes no sense there, `unsupported_parameter` where the policy is to reject.
   */
  encodeRequest(request: Immutable<ChatCompletionRequest>, options: EncodeOptions): EncodedRequest;
  /**
   * A whole reply.
   * @throws GatewayError `upstream_error` when it is none; no upstream text is in its message.
   */
  decodeResponse(body: string, options: DecodeOptions): DecodedResponse;
  /** A decoder for one streamed reply. */
  decodeStream(options: DecodeOptions): ChunkDecoder;
  /** The error a client sees for an error status. */
  decodeError(failure: UpstreamFailure, now?: number): GatewayError;
}

/** How a vendor's body differs from the client's request. */
export interface EncodeOptions {
  /** The upstream's own name of the model. */
  readonly model: string;
  /** Whether the reply is wanted in chunks. */
  readonly streamed: boolean;
  /** The metadata to send; undefined: none. */
  readonly metadata: Readonly<Record<string, string>> | undefined;
  /** What to do with parameters that the vendor does not take. */
  readonly unsupported: ParamPolicy;
  /** Vendor options (`extensions.{vendor}`) that may pass: names of members at the top of the body. */
  readonly allowedOptions: ReadonlySet<string>;
}

/** A vendor's body. */
export interface EncodedRequest {
  readonly body: string;
  /** Names of the request's parameters that it does not have. */
  readonly dropped: readonly string[];
  /** Headers that this body needs, e.g. of a beta. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a reply is decoded. */
export interface DecodeOptions {
  /** What the reply's `model` says instead of the upstream's own name. */
  readonly model: string;
  /** Unix time in seconds, for vendors that do not say when the reply was made. */
  readonly created: number;
  /** The provider's name in the configuration, for errors. */
  readonly provider: string;
}

/** A whole reply, and who the vendor says has answered. */
export interface DecodedResponse {
  readonly response: ChatCompletionResponse;
  /** The upstream's own name of the model. */
  readonly upstreamModel?: string | undefined;
}

/** Decodes one streamed reply, event by event. */
export interface ChunkDecoder {
  /**
   * What an event adds; undefined: nothing.
   * @param data the event's payload, JSON text.
   * @param type the event's type, where the framing has one.
   * @throws GatewayError the vendor's own error inside the stream; `upstream_error` for what is no event of this vendor's.
   */
  next(data: string, type?: string): ChatCompletionChunk | undefined;
  /** Whether the reply is complete: the vendor has said so. */
  readonly complete: boolean;
  /** The upstream's own name of the model, once it is told. */
  readonly upstreamModel: string | undefined;
}
