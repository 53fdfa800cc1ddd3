import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { Immutable } from "../chat/immutable.ts";
import type { EncodedRequest, EncodeOptions } from "./chat-codec.ts";

/** How a request is counted: as its chat would be sent. */
export type CountOptions = Pick<EncodeOptions, "model" | "unsupported" | "allowedOptions">;

/** A vendor's way to count a prompt's tokens: its JSON to messages and back, pure and synchronous. */
export interface TokenCountCodec {
  /**
   * The body that asks; undefined: the vendor does not count for this request.
   * @throws GatewayError as the chat codec's: `invalid_request`, `unsupported_parameter`.
   */
  encodeRequest(request: Immutable<ChatCompletionRequest>, options: CountOptions): EncodedRequest | undefined;
  /**
   * The count of a reply.
   * @throws GatewayError `upstream_error` when it is none.
   */
  decodeResponse(body: string): number;
}
