import type { ChatCodec } from "../chat-codec.ts";
import { decodeError } from "./decode-error.ts";
import { decodeResponse, ReplyDecoder } from "./decode-reply.ts";
import { encodeRequest } from "./encode-request.ts";

export { geminiOptions } from "./encode-request.ts";

/** Gemini's API: generateContent and streamGenerateContent with `alt=sse` (https://ai.google.dev/api/generate-content). */
export const geminiCodec: ChatCodec = {
  encodeRequest,
  decodeResponse,
  decodeStream: (options) => new ReplyDecoder(options),
  decodeError,
};
