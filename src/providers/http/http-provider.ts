import type { GatewayError } from "../../chat/error.ts";
import type { ChatStream, StreamEvent } from "../../chat/stream.ts";
import { streamOf } from "../../chat/stream-of.ts";
import type { UpstreamFailure } from "../../codec/failure/upstream-failure.ts";
import type { HttpBody } from "../../transport/http-body.ts";
import type { OfferedModel, Provider, UpstreamCall } from "../provider.ts";
import type { ProviderDeps } from "../provider-deps.ts";
import { type EmbeddingApi, embedder } from "./embedder.ts";
import { type ListingApi, modelLister } from "./model-lister.ts";
import { type CountingApi, tokenCounter } from "./token-counter.ts";
import { upstreamFailure } from "./upstream-failure.ts";
import { contentType, notJson, type VendorAuth, VendorHttp, type VendorRequest } from "./vendor-http.ts";

/** How a vendor's chat API is spoken: what is asked, and what its answers mean. */
export interface VendorApi {
  /** The request for a call; notes what it leaves out. */
  request(call: UpstreamCall): VendorRequest;
  /** Whether a reply with this content type (in lower case) comes in pieces. */
  isStream(contentType: string): boolean;
  /** A reply that comes in pieces. */
  stream(body: HttpBody, call: UpstreamCall): ChatStream;
  /** A whole reply, JSON. */
  whole(bytes: Buffer, call: UpstreamCall): StreamEvent;
  /** The error for an error status, of this and every other API of the vendor. */
  refusal(failure: UpstreamFailure): GatewayError;
}

/** A vendor that is asked over HTTP. */
export interface HttpProviderOptions extends VendorAuth {
  /** The provider's name in the configuration. */
  readonly name: string;
  /** The vendor's name among a request's extensions. */
  readonly vendor?: string | undefined;
  readonly baseUrl: string;
  /** Headers of every request, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly api: VendorApi;
  /** Its embeddings, if it has any. */
  readonly embeddings?: EmbeddingApi | undefined;
  /** Its list of models, if it has one. */
  readonly listing?: ListingApi | undefined;
  /** Its way to count a prompt's tokens, if it has one. */
  readonly counting?: CountingApi | undefined;
  readonly models: readonly string[];
  readonly deps: ProviderDeps;
}

const maxReplyBytes = 32 * 1024 * 1024;

/**
 * Makes a provider that asks a vendor over HTTP.
 * @throws Error when its upstream cannot be reached as it is configured.
 */
export function httpProvider(options: HttpProviderOptions): Provider {
  const { name, api, embeddings, listing, counting } = options;
  const http = new VendorHttp({ ...options, refusal: (failure) => api.refusal(failure) });
  const offered: readonly OfferedModel[] = options.models.map((id) => ({ id, created: 0 }));

  async function chat(call: UpstreamCall): Promise<ChatStream> {
    const { lease, streamed, notes } = call;
    try {
      const accept = streamed ? "text/event-stream" : "application/json";
      const reply = await http.send(api.request(call), { lease, accept, notes, clientHeaders: call.headers });
      const type = contentType(reply);
      if (api.isStream(type)) return api.stream(reply.body, call);
      return await whole(reply.body, type, call);
    } catch (error) {
      const failure = upstreamFailure(error, name);
      lease.close(failure);
      throw failure;
    }
  }

  /** An unstreamed reply, also where chunks were asked for: some servers cannot stream. */
  async function whole(body: HttpBody, type: string, call: UpstreamCall): Promise<ChatStream> {
    if (!type.startsWith("application/json")) throw notJson();
    const event = api.whole(await body.all(maxReplyBytes), call);
    call.lease.close();
    return streamOf([[event]]);
  }

  return {
    name,
    vendor: options.vendor,
    chat,
    ...(embeddings === undefined ? {} : { embed: embedder(http, name, embeddings) }),
    ...(listing === undefined ? {} : { listModels: modelLister(http, name, listing) }),
    ...(counting === undefined ? {} : { countTokens: tokenCounter(http, name, counting) }),
    models: () => offered,
    close: () => http.close(),
  };
}
