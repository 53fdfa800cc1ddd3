import { exact, type JsonCodec, JsonObject, list, looseCount, member, text } from "../json/json-object.ts";
import { JsonReader } from "../json/json-reader.ts";
import { compactJson } from "./compact-json.ts";

/** Spans of an answer that come from the web. */
export interface CitedSpans {
  readonly spans: readonly CitedSpan[];
  /** What the vendor said, whole: JSON text. */
  readonly raw: string;
}

/** A span of one part's text, `start` to `end` (exclusive) in bytes of UTF-8, and where it comes from. */
export interface CitedSpan {
  readonly start: number;
  readonly end: number;
  readonly partIndex: number;
  readonly url: string;
  readonly title: string;
}

interface Span {
  startIndex: number;
  endIndex: number;
  partIndex: number;
  uri?: string;
  title?: string;
}

const span = new JsonObject<Span>(
  () => ({ startIndex: 0, endIndex: 0, partIndex: 0 }),
  [
    member("startIndex", "startIndex", looseCount),
    member("endIndex", "endIndex", looseCount),
    member("partIndex", "partIndex", looseCount),
    member("uri", "uri", text),
    member("title", "title", text),
  ],
  "drop",
);

const source = new JsonObject<{ uri?: string; title?: string }>(
  () => ({}),
  [member("uri", "uri", text), member("title", "title", text)],
  "drop",
);
const chunk = new JsonObject<{ web?: { uri?: string; title?: string } }>(() => ({}), [member("web", "web", source)], "drop");
const support = new JsonObject<{ segment?: Span; sources?: number[] }>(
  () => ({}),
  [member("segment", "segment", span), member("groundingChunkIndices", "sources", list(looseCount))],
  "drop",
);
const grounding = new JsonObject<{ chunks?: ReturnType<typeof chunk.read>[]; supports?: ReturnType<typeof support.read>[] }>(
  () => ({}),
  [member("groundingChunks", "chunks", list(chunk)), member("groundingSupports", "supports", list(support))],
  "drop",
);

/** groundingMetadata: a search's results, and which spans they support (https://ai.google.dev/api/generate-content#GroundingMetadata). */
export const groundingJson: JsonCodec<CitedSpans> = {
  read(reader) {
    const raw = exact.read(reader);
    const { chunks = [], supports = [] } = grounding.read(new JsonReader(raw));
    const spans = supports.flatMap(({ segment, sources = [] }) =>
      segment === undefined ? [] : sources.flatMap((index) => citedSpan(segment, chunks[index]?.web)),
    );
    return { spans, raw: compactJson(raw) };
  },
  write: ({ raw }) => raw,
};

/** `citationSources` at the Gemini API, `citations` at Vertex AI. */
const citations = new JsonObject<{ sources?: Span[] }>(
  () => ({}),
  [member("citationSources", "sources", list(span)), member("citations", "sources", list(span))],
  "drop",
);

/** citationMetadata: what the answer quotes (https://ai.google.dev/api/generate-content#citationmetadata). */
export const citationsJson: JsonCodec<CitedSpans> = {
  read(reader) {
    const raw = exact.read(reader);
    const { sources = [] } = citations.read(new JsonReader(raw));
    return { spans: sources.flatMap((cited) => citedSpan(cited, cited)), raw: compactJson(raw) };
  },
  write: ({ raw }) => raw,
};

function citedSpan(at: Span, from: { uri?: string; title?: string } | undefined): readonly CitedSpan[] {
  if (from?.uri === undefined) return [];
  const { startIndex: start, endIndex: end, partIndex } = at;
  return [{ start, end, partIndex, url: from.uri, title: from.title ?? "" }];
}
