import type { ChatCodec } from "../chat-codec.ts";
import { decodeError } from "./decode-error.ts";
import { decodeResponse } from "./decode-response.ts";
import { BedrockStream } from "./decode-stream.ts";
import { encodeRequest } from "./encode-request.ts";

export { bedrockOptions } from "./encode-request.ts";

/** Amazon Bedrock's Converse API (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). */
export const bedrockCodec: ChatCodec = {
  encodeRequest,
  decodeResponse,
  decodeStream: (options) => new BedrockStream(options),
  decodeError,
};
