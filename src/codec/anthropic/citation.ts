import type { Annotation } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { exactMembers, objectOf } from "./exact-members.ts";

/**
 * A citation of the text from `start` to `end` (UTF-16 units of the content) as an annotation: one of the web as OpenAI's `url_citation`,
 * one of a document under the vendor's own type; what has no field is kept beside
 * (https://platform.claude.com/docs/en/build-with-claude/citations).
 * @throws JsonProblem when the text is no object.
 */
export function annotationOf(citation: string, start: number, end: number): Annotation {
  const members = exactMembers(citation);
  const take = (name: string): string | undefined => {
    const value: unknown = JSON.parse(members.get(name) ?? "null");
    if (typeof value === "string") members.delete(name);
    return typeof value === "string" ? value : undefined;
  };
  const type = take("type") ?? "citation";
  if (!members.get("url")?.startsWith('"')) {
    members.set("start_index", String(start));
    members.set("end_index", String(end));
    return { $typeName: "sluice.chat.v1.Annotation", type, unknownFieldsJson: objectOf(members) ?? "{}" };
  }
  const url = take("url") ?? "";
  const title = take("title") ?? "";
  members.set("type", JSON.stringify(type));
  const unknownFieldsJson = objectOf(members) ?? "{}";
  return {
    $typeName: "sluice.chat.v1.Annotation",
    type: "url_citation",
    urlCitation: { $typeName: "sluice.chat.v1.UrlCitation", startIndex: start, endIndex: end, url, title, unknownFieldsJson },
  };
}
