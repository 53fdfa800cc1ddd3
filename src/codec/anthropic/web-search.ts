import type { WebSearchOptions } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { Immutable } from "../../chat/immutable.ts";
import { JsonProblem } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import type { EncodedTool } from "./encode-tools.ts";
import { exactMembers, objectOf } from "./exact-members.ts";
import { extraMembers } from "./extra-members.ts";

/** OpenAI's `web_search_options` as the vendor's search tool (https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool). */
export function webSearchTool(options: Immutable<WebSearchOptions>, left: LeftOutParams): EncodedTool {
  if (options.searchContextSize !== undefined && options.searchContextSize !== "medium") {
    left.leave("web_search_options.search_context_size");
  }
  extraMembers(options.unknownFieldsJson, "web_search_options", left, new Set());
  const place = options.userLocationJson === undefined ? undefined : placeOf(options.userLocationJson);
  const location = place === undefined ? "" : `,"user_location":${place}`;
  return { name: "web_search", json: `{"type":"web_search_20250305","name":"web_search"${location}}` };
}

/** OpenAI nests the place under `approximate`; the vendor has it beside `type`. */
function placeOf(json: string): string | undefined {
  try {
    const place = exactMembers(json).get("approximate");
    return place === undefined ? undefined : objectOf(new Map([["type", '"approximate"'], ...exactMembers(place)]));
  } catch (error) {
    throw JsonProblem.under("web_search_options", JsonProblem.under("user_location_json", error));
  }
}
