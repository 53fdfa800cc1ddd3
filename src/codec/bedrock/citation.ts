import type { Annotation } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { JsonReader } from "../json/json-reader.ts";

/**
 * A citation (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Citation.html) as an annotation of the characters
 * `start` to `end` (exclusive) of the reply: of a web page OpenAI's `url_citation`, of anything else a `citation`. All that Bedrock says
 * of it stands under `citation`.
 */
export function annotationOf(citation: string, start: number, end: number): Annotation {
  let title = "";
  let url: string | undefined;
  const reader = new JsonReader(citation);
  reader.object((key) => {
    if (reader.takeNull()) return;
    if (key === "title" && reader.kind() === "string") title = reader.string();
    else if (key === "location" && reader.kind() === "object") url = webAddress(reader) ?? url;
    else reader.skip();
  });
  if (url === undefined) {
    const unknownFieldsJson = `{"start_index":${start},"end_index":${end},"citation":${citation}}`;
    return { $typeName: "sluice.chat.v1.Annotation", type: "citation", unknownFieldsJson };
  }
  return {
    $typeName: "sluice.chat.v1.Annotation",
    type: "url_citation",
    urlCitation: { $typeName: "sluice.chat.v1.UrlCitation", startIndex: start, endIndex: end, url, title },
    unknownFieldsJson: `{"citation":${citation}}`,
  };
}

/** The address in a `location`, if it is one on the web. */
function webAddress(reader: JsonReader): string | undefined {
  let url: string | undefined;
  reader.object((key) => {
    if (key !== "web" || reader.kind() !== "object") {
      reader.skip();
      return;
    }
    reader.object((inner) => {
      if (inner === "url" && reader.kind() === "string") url = reader.string();
      else reader.skip();
    });
  });
  return url;
}
