import type { Annotation } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import type { CitedSpan } from "./cited-spans-json.ts";
import { utf16Index } from "./utf16-index.ts";

/** Where the texts of the answer's parts begin in its whole text; undefined: that part is no text. */
export type PartStarts = readonly (number | undefined)[];

/**
 * Cited spans as annotations of an answer's text. A span of another part than the first counts from where that part begins; one whose
 * part is not known is passed over.
 */
export function annotationsOf(spans: readonly CitedSpan[], text: string, partStarts: PartStarts): Annotation[] {
  const annotations: Annotation[] = [];
  for (const { start, end, partIndex, url, title } of spans) {
    const base = partIndex === 0 ? 0 : partStarts[partIndex];
    if (base === undefined) continue;
    const partText = text.slice(base);
    const startIndex = base + utf16Index(partText, start);
    const lastIndex = base + utf16Index(partText, end) - 1;
    annotations.push({
      $typeName: "sluice.chat.v1.Annotation",
      type: "url_citation",
      urlCitation: {
        $typeName: "sluice.chat.v1.UrlCitation",
        startIndex,
        endIndex: Math.max(startIndex, lastIndex),
        url,
        title,
      },
    });
  }
  return annotations;
}
