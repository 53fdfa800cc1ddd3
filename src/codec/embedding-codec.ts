import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import type { CreateEmbeddingRequest, Embedding } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import type { Immutable } from "../chat/immutable.ts";
import type { ParamPolicy } from "./left-out-params.ts";

/** A vendor's embeddings API: its JSON to messages and back, pure and synchronous. A provider adds where it is and how to authenticate. */
export interface EmbeddingCodec {
  /** How many inputs one request to a model may have. */
  mostInputs(model: string): number;
  /**
   * A request, of so many inputs at the most, as the vendor's body.
   * @throws GatewayError `invalid_request` for what makes no sense there, `unsupported_parameter` where the policy is to reject.
   */
  encodeRequest(request: Immutable<CreateEmbeddingRequest>, options: EmbeddingEncodeOptions): EncodedEmbeddingRequest;
  /**
   * A reply: one vector per input, in their order.
   * @throws GatewayError `upstream_error` when it is none; no upstream text is in its message.
   */
  decodeResponse(body: string, options: EmbeddingDecodeOptions): DecodedEmbeddings;
}

/** How a vendor's body differs from the client's request. */
export interface EmbeddingEncodeOptions {
  /** The upstream's own name of the model. */
  readonly model: string;
  /** What to do with parameters that the vendor does not take. */
  readonly unsupported: ParamPolicy;
  /** Vendor options (`extensions.{vendor}`) that may pass: names of members at the top of the body. */
  readonly allowedOptions: ReadonlySet<string>;
}

/** A vendor's body. */
export interface EncodedEmbeddingRequest {
  readonly body: string;
  /** Names of the request's parameters that it does not have. */
  readonly dropped: readonly string[];
}

/** What was asked, and what came beside the body. */
export interface EmbeddingDecodeOptions {
  /** The upstream's own name of the model. */
  readonly model: string;
  /** How many inputs there were. */
  readonly inputs: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** What a reply says. */
export interface DecodedEmbeddings {
  /** Of every input in its order, `index` included. */
  readonly data: Embedding[];
  /** Undefined: the vendor does not tell. */
  readonly usage?: Usage | undefined;
  /** The upstream's own name of the model. */
  readonly upstreamModel?: string | undefined;
  /** Members of the reply that the contract does not model: exact JSON text of one object. */
  readonly unknownFieldsJson?: string | undefined;
}
