import { GatewayError } from "../../chat/error.ts";
import type { MaybePromise } from "../../chat/maybe-promise.ts";
import type { Secret } from "../../chat/secret.ts";
import type { ChatStream, StreamEvent } from "../../chat/stream.ts";
import { streamOf } from "../../chat/stream-of.ts";
import type { UpstreamFailure } from "../../codec/failure/upstream-failure.ts";
import type { HttpBody } from "../../transport/http-body.ts";
import { HttpClient } from "../../transport/http-client.ts";
import type { HttpReply } from "../../transport/reply-handler.ts";
import type { OfferedModel, Provider, UpstreamCall } from "../provider.ts";
import type { ProviderDeps } from "../provider-deps.ts";
import { checkedPath } from "./checked-path.ts";
import { upstreamFailure } from "./upstream-failure.ts";

/** A request to a vendor, before it is authenticated. */
export interface VendorRequest {
  /** Path and query, below the provider's base URL; begins with a slash. */
  readonly path: string;
  readonly body: Uint8Array;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** How a vendor's API is spoken: what is asked, and what its answers mean. */
export interface VendorApi {
  /** The request for a call; notes what it leaves out. */
  request(call: UpstreamCall): VendorRequest;
  /** Whether a reply with this content type (in lower case) comes in pieces. */
  isStream(contentType: string): boolean;
  /** A reply that comes in pieces. */
  stream(body: HttpBody, call: UpstreamCall): ChatStream;
  /** A whole reply, JSON. */
  whole(bytes: Buffer, call: UpstreamCall): StreamEvent;
  /** The error for an error status. */
  refusal(failure: UpstreamFailure): GatewayError;
}

/** What authentication may depend on. */
export interface OutgoingRequest extends VendorRequest {
  readonly method: "POST";
  /** The path with the base URL's own. */
  readonly path: string;
  /** The base URL's host, with its port. */
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A vendor that is asked over HTTP. */
export interface HttpProviderOptions {
  /** The provider's name in the configuration. */
  readonly name: string;
  /** The vendor's name among a request's extensions. */
  readonly vendor?: string | undefined;
  readonly baseUrl: string;
  /** Headers of every request, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The headers that authenticate a request, by lower-case name. */
  readonly authenticate: (request: OutgoingRequest) => MaybePromise<Readonly<Record<string, string>>>;
  readonly api: VendorApi;
  readonly models: readonly string[];
  readonly deps: ProviderDeps;
}

const maxErrorBytes = 64 * 1024;
const maxReplyBytes = 32 * 1024 * 1024;

/** Headers under which vendors give a request's id. */
const requestIdHeaders = ["x-request-id", "request-id", "x-amzn-requestid", "x-goog-request-id", "apim-request-id"];

/**
 * Makes a provider that asks a vendor over HTTP.
 * @throws Error when its upstream cannot be reached as it is configured.
 */
export function httpProvider(options: HttpProviderOptions): Provider {
  const { name, api, authenticate } = options;
  const { clock, upstream } = options.deps;
  const url = new URL(options.baseUrl);
  const client = new HttpClient({ origin: url.origin, provider: name, clock, settings: upstream });
  const basePath = url.pathname.replace(/\/+$/, "");
  const common: Readonly<Record<string, string>> = {
    "content-type": "application/json",
    "user-agent": "sluice",
    ...options.headers,
  };
  const added = addedHeaders(upstream?.headers ?? {}, common);
  const offered: readonly OfferedModel[] = options.models.map((id) => ({ id, created: 0 }));

  const pathOf = (path: string): string => {
    const joined = checkedPath(`${basePath}${path}`, basePath);
    return url.search === "" ? joined : `${joined}${joined.includes("?") ? "&" : "?"}${url.search.slice(1)}`;
  };

  async function chat(call: UpstreamCall): Promise<ChatStream> {
    const { lease, streamed } = call;
    try {
      const { path, body, headers } = api.request(call);
      const accept = streamed ? "text/event-stream" : "application/json";
      const outgoing = {
        method: "POST",
        path: pathOf(path),
        host: url.host,
        body,
        headers: { ...call.headers, ...added, ...common, accept, ...headers }, // a provider's own win
      } as const;
      const proof = authenticate(outgoing);
      const authenticated = proof instanceof Promise ? await proof : proof;
      if (lease.error !== undefined) throw lease.error;
      const reply = await client.send({ ...outgoing, headers: { ...outgoing.headers, ...authenticated }, lease });
      noteRequestId(reply, call);
      if (reply.status >= 300 && reply.status < 400)
        throw new GatewayError("upstream_error", "the upstream redirects, which is not followed");
      if (reply.status === 508)
        throw new GatewayError("loop_detected", "the upstream found that it asks itself", { provider: name });
      if (reply.status < 200 || reply.status > 299) throw await refusal(reply);
      const type = contentType(reply);
      if (api.isStream(type)) return api.stream(reply.body, call);
      return await whole(reply, type, call);
    } catch (error) {
      const failure = upstreamFailure(error, name);
      lease.close(failure);
      throw failure;
    }
  }

  async function refusal(reply: HttpReply): Promise<GatewayError> {
    let body = "";
    try {
      body = (await reply.body.all(maxErrorBytes)).toString("utf8");
    } catch {
      // The status alone says enough.
    }
    return api.refusal({ status: reply.status, headers: reply.headers, body, provider: name });
  }

  /** An unstreamed reply, also where chunks were asked for: some servers cannot stream. */
  async function whole(reply: HttpReply, type: string, call: UpstreamCall): Promise<ChatStream> {
    if (!type.startsWith("application/json")) throw new GatewayError("upstream_error", "the upstream's reply is not JSON");
    const event = api.whole(await reply.body.all(maxReplyBytes), call);
    call.lease.close();
    return streamOf([[event]]);
  }

  return { name, vendor: options.vendor, chat, models: () => offered, close: () => client.close() };
}

/** @throws Error when one of them is the provider's own. */
function addedHeaders(secret: Readonly<Record<string, Secret>>, own: Readonly<Record<string, string>>): Record<string, string> {
  const taken = Object.keys(secret).find((name) => Object.hasOwn(own, name));
  if (taken !== undefined) throw new Error(`headers.${taken}: this type of provider sends its own`);
  return Object.fromEntries(Object.entries(secret).map(([name, value]) => [name, value.reveal()]));
}

function contentType(reply: HttpReply): string {
  return String(reply.headers["content-type"] ?? "").toLowerCase();
}

function noteRequestId({ headers }: HttpReply, { notes }: UpstreamCall): void {
  const id = requestIdHeaders.map((name) => headers[name]).find((value) => typeof value === "string");
  if (typeof id === "string") notes.upstreamRequestId = id.slice(0, 200);
}
