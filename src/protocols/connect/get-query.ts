import { GatewayError } from "../../chat/error.ts";
import type { HttpIncoming } from "../exchange.ts";

/** A call by GET, as its query tells it (https://connectrpc.com/docs/protocol#unary-get-request). */
export class GetQuery {
  readonly #parameters: URLSearchParams;

  constructor({ url = "" }: HttpIncoming) {
    const at = url.indexOf("?");
    this.#parameters = new URLSearchParams(at < 0 ? "" : url.slice(at));
  }

  /** The content type that a body would have; empty when the query names none of Connect's encodings. */
  get mediaType(): string {
    const encoding = this.#parameters.get("encoding");
    return encoding === "proto" || encoding === "json" ? `application/${encoding}` : "";
  }

  /** How the message is compressed, when it is. */
  get compression(): string | undefined {
    return this.#parameters.get("compression") ?? undefined;
  }

  /** @throws GatewayError `invalid_request` when there is none. */
  get message(): Buffer {
    const message = this.#parameters.get("message");
    if (message === null) throw new GatewayError("invalid_request", "message: missing in the query", { param: "message" });
    return Buffer.from(message, this.#parameters.get("base64") === "1" ? "base64url" : "utf8");
  }
}
