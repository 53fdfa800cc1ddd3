import type { JsonReader } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { unknownMembers } from "./unknown-members.ts";

/**
 * Takes `cache_control` (Anthropic's `{"type":"ephemeral","ttl":"1h"}`, which OpenAI-style clients put beside a part, a message or a
 * tool) out of what the contract does not model, and gives the block that says the same to Bedrock: what is before it is cached
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html).
 */
export function cachePoint(
  json: string | undefined,
  at: string,
  left: LeftOutParams,
  taken: Readonly<Record<string, (reader: JsonReader) => void>> = {},
): string | undefined {
  let point: string | undefined;
  unknownMembers(json, at, left, {
    ...taken,
    cache_control(reader) {
      if (reader.takeNull()) return;
      let ttl = "";
      reader.object((key) => {
        if (key === "ttl") ttl = `,"ttl":${JSON.stringify(reader.string())}`;
        else reader.skip();
      });
      point = `{"cachePoint":{"type":"default"${ttl}}}`;
    },
  });
  return point;
}
