import { z } from "zod";

/** A text with the entities in it, by UTF-16 offsets. */
export interface LabelledText {
  readonly text: string;
  readonly spans: readonly LabelledSpan[];
}

export interface LabelledSpan {
  readonly entity: string;
  readonly start: number;
  readonly end: number;
}

const presidioTexts = z.array(
  z.object({
    full_text: z.string(),
    spans: z.array(
      z.object({
        entity_type: z.string(),
        entity_value: z.string().nullish(),
        start_position: z.int().min(0),
        end_position: z.int().min(0),
      }),
    ),
  }),
);

/**
 * Reads the format that Presidio's tools exchange labelled texts in. Its offsets count code points, as Python does; those of a span
 * whose `entity_value` stands where they say in UTF-16 only are taken for that.
 * @throws ZodError for other JSON.
 */
export function parsePresidioTexts(json: unknown): LabelledText[] {
  return presidioTexts.parse(json).map(({ full_text: text, spans }) => {
    const units = unitOffsets(text);
    return {
      text,
      spans: spans.map(({ entity_type: entity, entity_value: value, start_position, end_position }) => {
        const [start, end] = [units(start_position), units(end_position)];
        const counted =
          value !== undefined && text.slice(start, end) !== value && text.slice(start_position, end_position) === value;
        return counted ? { entity, start: start_position, end: end_position } : { entity, start, end };
      }),
    };
  });
}

/** Writes the same format. */
export function toPresidioTexts(texts: readonly LabelledText[]): unknown {
  return texts.map(({ text, spans }) => ({
    full_text: text,
    spans: spans.map(({ entity, start, end }) => ({
      entity_type: entity,
      entity_value: text.slice(start, end),
      start_position: Array.from(text.slice(0, start)).length,
      end_position: Array.from(text.slice(0, end)).length,
    })),
  }));
}

/** From offsets in code points to those in UTF-16 code units. */
function unitOffsets(text: string): (codePoints: number) => number {
  if (!/[\uD800-\uDBFF]/.test(text)) return (codePoints) => codePoints;
  const offsets: number[] = [];
  let unit = 0;
  for (const character of text) {
    offsets.push(unit);
    unit += character.length;
  }
  return (codePoints) => offsets[codePoints] ?? text.length;
}
