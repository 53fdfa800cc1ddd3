import { canonicalName, recognizedEntities } from "./entity-name.ts";
import type { LabelledSpan, LabelledText } from "./labelled-text.ts";

/** How well an entity is found. */
export interface EntityScore {
  /** Labelled spans that are covered to nine tenths, and those that are not. */
  readonly found: number;
  readonly missed: number;
  /** Spans found of which less than nine tenths are labelled so, and how many there are in a million characters of text. */
  readonly alarms: number;
  readonly alarmsPerMillion: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly f2: number;
}

/** The share of a span that has to be covered. */
const enough = 0.9;

/** Labels within which a postal code is part of what is labelled: neither right nor a false alarm. */
const addresses = /ADDRESS$|^(?:LOCATION|GPE|STREET)/;

/**
 * Scores spans that were found in labelled texts, one list per text, per entity and over all that there are recognizers for
 * (`micro`). Labels of other entities (people, places, organisations, street addresses) are not asked for, and something found in
 * them is a false alarm like any other, but for a postal code in an address.
 */
export function scoreSpans(
  texts: readonly LabelledText[],
  found: readonly (readonly LabelledSpan[])[],
): { entities: Record<string, EntityScore>; micro: EntityScore } {
  const counts = new Map<string, { found: number; missed: number; right: number; alarms: number }>();
  const of = (entity: string) => {
    const count = counts.get(entity) ?? { found: 0, missed: 0, right: 0, alarms: 0 };
    counts.set(entity, count);
    return count;
  };
  const characters = texts.reduce((sum, { text }) => sum + text.length, 0);
  texts.forEach(({ spans }, i) => {
    const labelled = spans.map((span) => ({ ...span, entity: canonicalName(span.entity) }));
    const predicted = (found[i] ?? []).map((span) => ({ ...span, entity: canonicalName(span.entity) }));
    for (const label of labelled) {
      if (!recognizedEntities.has(label.entity)) continue;
      const same = predicted.filter(({ entity }) => entity === label.entity);
      if (coverage(label, same) >= enough) of(label.entity).found++;
      else of(label.entity).missed++;
    }
    for (const span of predicted) {
      const same = labelled.filter(({ entity }) => entity === span.entity);
      if (coverage(span, same) >= enough) of(span.entity).right++;
      else if (
        span.entity !== "ZIP_CODE" ||
        coverage(
          span,
          labelled.filter(({ entity }) => addresses.test(entity)),
        ) < enough
      ) {
        of(span.entity).alarms++;
      }
    }
  });
  const all = { found: 0, missed: 0, right: 0, alarms: 0 };
  for (const count of counts.values()) {
    for (const key of ["found", "missed", "right", "alarms"] as const) all[key] += count[key];
  }
  const entities = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([entity, count]) => [entity, score(count, characters)] as const);
  return { entities: Object.fromEntries(entities), micro: score(all, characters) };
}

/** The share of a span that others cover. */
function coverage(span: LabelledSpan, others: readonly LabelledSpan[]): number {
  let covered = 0;
  for (const { start, end } of others) covered += Math.max(0, Math.min(end, span.end) - Math.max(start, span.start));
  return covered / (span.end - span.start);
}

function score(count: { found: number; missed: number; right: number; alarms: number }, characters: number): EntityScore {
  const { found, missed, right, alarms } = count;
  const precision = right + alarms === 0 ? 1 : right / (right + alarms);
  const recall = found + missed === 0 ? 1 : found / (found + missed);
  const f = (beta: number) => {
    const weight = beta * beta;
    return precision + recall === 0 ? 0 : ((1 + weight) * precision * recall) / (weight * precision + recall);
  };
  return { found, missed, alarms, alarmsPerMillion: (alarms / characters) * 1e6, precision, recall, f1: f(1), f2: f(2) };
}
