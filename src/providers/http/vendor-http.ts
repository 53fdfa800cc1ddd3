import { GatewayError } from "../../chat/error.ts";
import type { Lease } from "../../chat/lease.ts";
import type { MaybePromise } from "../../chat/maybe-promise.ts";
import type { Secret } from "../../chat/secret.ts";
import type { UpstreamFailure } from "../../codec/failure/upstream-failure.ts";
import { HttpClient } from "../../transport/http-client.ts";
import type { HttpReply } from "../../transport/reply-handler.ts";
import type { UpstreamNotes } from "../provider.ts";
import type { ProviderDeps } from "../provider-deps.ts";
import { checkedPath } from "./checked-path.ts";
import { whileHeld } from "./while-held.ts";

/** A request to a vendor, before it is authenticated. */
export interface VendorRequest {
  /** Path and query, below the provider's base URL; begins with a slash. */
  readonly path: string;
  /** Undefined: the request is a GET. */
  readonly body?: Uint8Array | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What authentication may depend on. */
export interface OutgoingRequest {
  readonly method: "GET" | "POST";
  /** The path with the base URL's own. */
  readonly path: string;
  /** The base URL's host, with its port. */
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for a GET. */
  readonly body: Uint8Array;
}

/** How requests to a vendor are authenticated. */
export interface VendorAuth {
  /** The headers that authenticate a request, by lower-case name. */
  readonly authenticate: (request: OutgoingRequest) => MaybePromise<Readonly<Record<string, string>>>;
  /** Is told of every error status, so that a credential which is no longer good is not used again. */
  readonly refused?: ((failure: UpstreamFailure) => void) | undefined;
}

/** Where a vendor is, and what its refusals mean. */
export interface VendorHttpOptions extends VendorAuth {
  /** The provider's name in the configuration. */
  readonly name: string;
  readonly baseUrl: string;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The error for an error status. */
  readonly refusal: (failure: UpstreamFailure) => GatewayError;
  readonly deps: ProviderDeps;
}

/** What a request is sent with. */
export interface SendOptions {
  readonly lease: Lease;
  /** What the reply should be. Default `application/json`. */
  readonly accept?: string;
  /** Headers, by lower-case name, that are sent for the client. The provider's own win. */
  readonly clientHeaders?: Readonly<Record<string, string>> | undefined;
  /** Is told the vendor's id of the request. */
  readonly notes?: UpstreamNotes | undefined;
}

const maxErrorBytes = 64 * 1024;
const none = new Uint8Array();

/** Headers under which vendors give a request's id. */
const requestIdHeaders = ["x-request-id", "request-id", "x-amzn-requestid", "x-goog-request-id", "apim-request-id"];

/** One vendor's API over HTTP, of whatever JSON: where it is, how requests are authenticated, what refusals mean. */
export class VendorHttp {
  readonly #options: VendorHttpOptions;
  readonly #url: URL;
  readonly #basePath: string;
  readonly #common: Readonly<Record<string, string>>;
  readonly #client: HttpClient;

  /** @throws Error when the upstream cannot be reached as it is configured. */
  constructor(options: VendorHttpOptions) {
    this.#options = options;
    this.#url = new URL(options.baseUrl);
    this.#basePath = this.#url.pathname.replace(/\/+$/, "");
    const { clock, upstream } = options.deps;
    const own = { "user-agent": "sluice", ...options.headers };
    this.#common = { ...addedHeaders(upstream?.headers ?? {}, own), ...own };
    this.#client = new HttpClient({ origin: this.#url.origin, provider: options.name, clock, settings: upstream });
  }

  /**
   * Sends a request and waits for the headers of a good reply.
   * @throws GatewayError for an error status; `upstream_error`, `upstream_timeout` or the lease's error.
   */
  async send(
    request: VendorRequest,
    { lease, accept = "application/json", clientHeaders, notes }: SendOptions,
  ): Promise<HttpReply> {
    const { body, headers } = request;
    const type: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
    const outgoing: OutgoingRequest = {
      method: body === undefined ? "GET" : "POST",
      path: this.#pathOf(request.path),
      host: this.#url.host,
      headers: { ...clientHeaders, ...this.#common, ...type, accept, ...headers },
      body: body ?? none,
    };
    const proof = this.#options.authenticate(outgoing);
    const authenticated = proof instanceof Promise ? await whileHeld(proof, lease) : proof;
    if (lease.error !== undefined) throw lease.error;
    const { method, path } = outgoing;
    const sent = body === undefined ? {} : { body };
    const reply = await this.#client.send({ method, path, headers: { ...outgoing.headers, ...authenticated }, ...sent, lease });
    if (notes !== undefined) noteRequestId(reply, notes);
    const { name } = this.#options;
    if (reply.status >= 300 && reply.status < 400)
      throw new GatewayError("upstream_error", "the upstream redirects, which is not followed");
    if (reply.status === 508)
      throw new GatewayError("loop_detected", "the upstream found that it asks itself", { provider: name });
    if (reply.status < 200 || reply.status > 299) throw await this.#refusal(reply);
    return reply;
  }

  /**
   * Sends a request and reads its whole reply, which has to be JSON by its content type and of so many bytes at the most.
   * @throws GatewayError as `send`.
   */
  async ask(request: VendorRequest, options: SendOptions, maxBytes: number): Promise<{ readonly text: string } & HttpReply> {
    const reply = await this.send(request, options);
    if (!contentType(reply).startsWith("application/json")) throw notJson();
    return { ...reply, text: (await reply.body.all(maxBytes)).toString("utf8") };
  }

  /** Closes every connection. */
  close(): Promise<void> {
    return this.#client.close();
  }

  #pathOf(path: string): string {
    const joined = checkedPath(`${this.#basePath}${path}`, this.#basePath);
    const { search } = this.#url;
    return search === "" ? joined : `${joined}${joined.includes("?") ? "&" : "?"}${search.slice(1)}`;
  }

  async #refusal(reply: HttpReply): Promise<GatewayError> {
    let body = "";
    try {
      body = (await reply.body.all(maxErrorBytes)).toString("utf8");
    } catch {
      // The status alone says enough.
    }
    const failure = { status: reply.status, headers: reply.headers, body, provider: this.#options.name };
    this.#options.refused?.(failure);
    return this.#options.refusal(failure);
  }
}

/** @throws Error when one of them is the provider's own. */
function addedHeaders(secret: Readonly<Record<string, Secret>>, own: Readonly<Record<string, string>>): Record<string, string> {
  const taken = Object.keys(secret).find((name) => name === "content-type" || Object.hasOwn(own, name));
  if (taken !== undefined) throw new Error(`headers.${taken}: this type of provider sends its own`);
  return Object.fromEntries(Object.entries(secret).map(([name, value]) => [name, value.reveal()]));
}

/** A reply's content type, in lower case. */
export function contentType(reply: HttpReply): string {
  return String(reply.headers["content-type"] ?? "").toLowerCase();
}

/** The error for a reply that is no JSON. */
export function notJson(): GatewayError {
  return new GatewayError("upstream_error", "the upstream's reply is not JSON");
}

function noteRequestId({ headers }: HttpReply, notes: UpstreamNotes): void {
  const id = requestIdHeaders.map((name) => headers[name]).find((value) => typeof value === "string");
  if (typeof id === "string") notes.upstreamRequestId = id.slice(0, 200);
}
