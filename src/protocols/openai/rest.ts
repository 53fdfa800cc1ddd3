import { GatewayError } from "../../chat/error.ts";
import type { Operation } from "../../chat/operation.ts";
import type { Admitted, Calls } from "../../chat/ports/calls.ts";
import { RequestHead } from "../../chat/request-head.ts";
import type { ByteBudget } from "../byte-budget.ts";
import { type HttpIncoming, type HttpOutgoing, isGone, mediaTypeOf, peerOf } from "../exchange.ts";
import type { Heartbeat } from "../heartbeat.ts";
import { type BodyLimits, readBody } from "../read-body.ts";
import { refuse } from "../refuse.ts";
import { chatCompletions } from "./chat-completions.ts";
import { embeddings } from "./embeddings.ts";
import { models } from "./models.ts";
import { setCallHeaders, setRouteHeaders } from "./reply-headers.ts";

/** What the REST API is served with. */
export interface RestOptions {
  readonly calls: Calls;
  /** What a request's body may take, inflated. */
  readonly body: BodyLimits;
  /** What the bodies of all requests may take together. Default anything. */
  readonly inFlight?: ByteBudget | undefined;
  /** Has signs of life sent to those who wait for a stream. Default none are. */
  readonly heartbeat?: Heartbeat | undefined;
}

/** Answers a request whose path is of OpenAI's API. */
type Route = (request: HttpIncoming, response: HttpOutgoing, call: Admitted) => Promise<GatewayError | undefined>;

interface Target {
  readonly method: "GET" | "POST";
  readonly operation: Operation;
  readonly run: Route;
}

/** OpenAI's REST API: the paths it has, and how they are answered. */
export class Rest {
  readonly #calls: Calls;
  readonly #chat: Target;
  readonly #embeddings: Target;
  readonly #models = modelsTarget(undefined);

  constructor({ calls, body, inFlight, heartbeat }: RestOptions) {
    this.#calls = calls;
    this.#chat = {
      method: "POST",
      operation: "chat",
      async run(request, response, call) {
        const bytes = await readBody(request, body, inFlight?.open(response));
        return chatCompletions(request, response, call, bytes, heartbeat);
      },
    };
    this.#embeddings = {
      method: "POST",
      operation: "embeddings",
      async run(request, response, call) {
        await embeddings(request, response, call, await readBody(request, body, inFlight?.open(response)));
        return undefined;
      },
    };
  }

  /** What answers a path; undefined: it is not of this API. */
  match(path: string): Target | undefined {
    if (path === "/v1/chat/completions") return this.#chat;
    if (path === "/v1/embeddings") return this.#embeddings;
    if (path === "/v1/models") return this.#models;
    if (path.startsWith("/v1/models/") && path.length > 11) return modelsTarget(decoded(path.slice(11)));
    return undefined;
  }

  /** Answers a request, from admission to the end of the call. Never rejects. */
  async handle(request: HttpIncoming, response: HttpOutgoing, target: Target): Promise<void> {
    let call: Admitted | undefined;
    let over = false;
    response.once("close", () => {
      if (!over) call?.close(clientGone());
    });
    try {
      const head = new RequestHead({
        operation: target.operation,
        protocol: "rest",
        headers: request.headers,
        peer: peerOf(request),
        timeoutMs: timeoutOf(request),
      });
      setCallHeaders(response, head);
      check(request, response, target);
      call = await this.#calls.admit(head);
      if (isGone(response)) throw clientGone();
      const failure = await target.run(request, response, call);
      if (!response.writableEnded) throw clientGone();
      over = true;
      call.close(failure);
    } catch (thrown) {
      over = true;
      const error = GatewayError.from(thrown);
      call?.close(error);
      if (call !== undefined && !response.headersSent) setRouteHeaders(response, call.route);
      refuse(request, response, error);
    }
  }
}

function clientGone(): GatewayError {
  return new GatewayError("cancelled", "the client closed the connection");
}

function check(request: HttpIncoming, response: HttpOutgoing, { method }: Target): void {
  if (request.method !== method) {
    response.setHeader("allow", method);
    throw new GatewayError("method_not_allowed", `this path takes ${method} only`);
  }
  if (method === "POST" && mediaTypeOf(request) !== "application/json") {
    throw new GatewayError("unsupported_media_type", "content-type must be application/json");
  }
}

function modelsTarget(id: string | undefined): Target {
  return {
    method: "GET",
    operation: "models",
    async run(request, response, call) {
      await models(request, response, call, id);
      return undefined;
    },
  };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

const longestTimeoutMs = 24 * 3600 * 1000;

/** The client's time limit; a day at the most, because timers cannot wait for more than 24 of them. */
function timeoutOf(request: HttpIncoming): number | undefined {
  const value = request.headers["x-request-timeout-ms"];
  if (value === undefined) return undefined;
  const ms = Number(value);
  if (!/^\d{1,15}$/.test(String(value)) || ms === 0) {
    throw new GatewayError("invalid_request", "x-request-timeout-ms: must be a positive number of milliseconds", {
      param: "x-request-timeout-ms",
    });
  }
  return Math.min(ms, longestTimeoutMs);
}
