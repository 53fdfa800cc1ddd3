import type { VendorQuirks } from "../../codec/openai/vendor-quirks.ts";

/**
 * What OpenAI refuses of requests that were made for other vendors (https://platform.openai.com/docs/api-reference/chat/create): it
 * answers 400 to fields that it does not know.
 */
export const openAiQuirks: VendorQuirks = { developer: true, refusedInParts: ["cache_control"] };
