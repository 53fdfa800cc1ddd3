import { GatewayError } from "../../chat/error.ts";
import type { MaybePromise } from "../../chat/maybe-promise.ts";
import type { Clock } from "../../chat/ports/clock.ts";
import type { ChatStream, StreamEvent } from "../../chat/stream.ts";
import { streamOf } from "../../chat/stream-of.ts";
import type { UpstreamFailure } from "../../codec/failure/upstream-failure.ts";
import type { HttpBody } from "../../transport/http-body.ts";
import { HttpClient, type HttpReply } from "../../transport/http-client.ts";
import type { OfferedModel, Provider, UpstreamCall } from "../provider.ts";
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
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The headers that authenticate a request. */
  readonly authenticate: (request: OutgoingRequest) => MaybePromise<Readonly<Record<string, string>>>;
  readonly api: VendorApi;
  readonly models: readonly string[];
  readonly clock: Clock;
}

const maxErrorBytes = 64 * 1024;
const maxReplyBytes = 32 * 1024 * 1024;

/** Headers under which vendors give a request's id. */
const requestIdHeaders = ["x-request-id", "request-id", "x-amzn-requestid", "x-goog-request-id", "apim-request-id"];

/** Makes a provider that asks a vendor over HTTP. */
export function httpProvider(options: HttpProviderOptions): Provider {
  const { name, api, authenticate, clock } = options;
  const url = new URL(options.baseUrl);
  const client = new HttpClient({ origin: url.origin, provider: name, clock });
  const basePath = url.pathname.replace(/\/+$/, "");
  const common = { "content-type": "application/json", "user-agent": "sluice", ...options.headers };
  const offered: readonly OfferedModel[] = options.models.map((id) => ({ id, created: 0 }));

  const pathOf = (path: string): string => {
    const joined = `${basePath}${path}`;
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
        headers: { ...common, accept, ...headers },
      } as const;
      const proof = authenticate(outgoing);
      const authenticated = proof instanceof Promise ? await proof : proof;
      if (lease.error !== undefined) throw lease.error;
      const reply = await client.send({ ...outgoing, headers: { ...outgoing.headers, ...authenticated }, lease });
      noteRequestId(reply, call);
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

function contentType(reply: HttpReply): string {
  return String(reply.headers["content-type"] ?? "").toLowerCase();
}

function noteRequestId({ headers }: HttpReply, { notes }: UpstreamCall): void {
  const id = requestIdHeaders.map((name) => headers[name]).find((value) => typeof value === "string");
  if (typeof id === "string") notes.upstreamRequestId = id.slice(0, 200);
}
