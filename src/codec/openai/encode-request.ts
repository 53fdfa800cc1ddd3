import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { Immutable } from "../../chat/immutable.ts";
import { readingRequest } from "./decode-request.ts";
import { ownMembers, requestJson } from "./request-json.ts";

/** How an upstream's body differs from the client's request. */
export interface UpstreamBody {
  /** The upstream's own name of the model. */
  readonly model: string;
  /** Whether a streamed reply is asked to end with its usage. */
  readonly includeUsage: boolean;
  /** Whether the reply is wanted in chunks. */
  readonly streamed: boolean;
  /** The metadata to send; undefined: none. */
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

/**
 * A request as an OpenAI body. Exact JSON text and unknown fields go in as they are; Sluice's own fields stay out.
 * @throws GatewayError `invalid_request` when a field that holds JSON text does not.
 */
export function encodeRequest(request: Immutable<ChatCompletionRequest>, body: UpstreamBody): Buffer {
  const { stream: _, streamOptions, ...rest } = request as ChatCompletionRequest; // read, never written
  const outgoing: ChatCompletionRequest = { ...rest, model: body.model, metadata: { ...body.metadata } };
  if (body.streamed) {
    outgoing.stream = true;
    if (body.includeUsage || streamOptions !== undefined) {
      outgoing.streamOptions = { $typeName: "sluice.chat.v1.StreamOptions", ...streamOptions };
      if (body.includeUsage) outgoing.streamOptions.includeUsage = true;
    }
  }
  return readingRequest(() => Buffer.from(`{${requestJson.members(outgoing, ownMembers)}}`));
}
