import type { ChatCodec } from "../chat-codec.ts";
import { decodeError } from "./decode-error.ts";
import { decodeResponse } from "./decode-response.ts";
import { decodeStream } from "./decode-stream.ts";
import { encodeRequest } from "./encode-request.ts";

export { anthropicOptions } from "./anthropic-options.ts";

/** Anthropic's Messages API (https://platform.claude.com/docs/en/api/messages). */
export const anthropicCodec: ChatCodec = { encodeRequest, decodeResponse, decodeStream, decodeError };
