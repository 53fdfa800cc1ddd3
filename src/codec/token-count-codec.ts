import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { Immutable } from "../chat/immutable.ts";

/** A vendor's way to count a prompt's tokens: its JSON to messages and back, pure and synchronous. */
export interface TokenCountCodec {
  /**
   * The body that asks; undefined: the vendor does not count for this request.
   * @param model the upstream's own name of the model.
   * @throws GatewayError `invalid_request` for what makes no sense there.
   */
  encodeRequest(request: Immutable<ChatCompletionRequest>, model: string): string | undefined;
  /**
   * The count of a reply.
   * @throws GatewayError `upstream_error` when it is none.
   */
  decodeResponse(body: string): number;
}
