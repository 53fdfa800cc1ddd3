import { onlyMembers } from "../json/only-members.ts";
import type { TokenCountCodec } from "../token-count-codec.ts";
import { tokenCountIn } from "../token-count-in.ts";
import { encodeRequest } from "./encode-request.ts";

/** Members of a message's body that its count depends on; the endpoint refuses the others. */
const counted: ReadonlySet<string> = new Set([
  ...["model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "speed", "cache_control"],
  "context_management",
]);

/** Anthropic's count of a message's tokens: `/messages/count_tokens` (https://platform.claude.com/docs/en/api/messages/count_tokens). */
export const anthropicTokenCount: TokenCountCodec = {
  encodeRequest(request, options) {
    const encoded = encodeRequest(request, { ...options, streamed: false, metadata: undefined });
    return { ...encoded, body: onlyMembers(encoded.body, counted) };
  },
  decodeResponse: (body) => tokenCountIn(body, "input_tokens"),
};
