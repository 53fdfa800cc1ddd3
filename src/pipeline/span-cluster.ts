import { type GuardAction, guardActions, type Span } from "../chat/guard.ts";

/** A span, and the middleware whose guard found it. */
export interface FoundSpan extends Span {
  readonly middleware: string;
}

/** Overlapping spans that change text, as one: what stands in their place is the leading span's. */
export interface SpanCluster {
  readonly start: number;
  readonly end: number;
  readonly leader: FoundSpan;
}

const rank = Object.fromEntries(guardActions.map((action, index) => [action, index])) as Readonly<Record<GuardAction, number>>; // one each

/** Whether an action changes text. */
export function changesText(action: GuardAction): boolean {
  return rank[action] <= rank.restore;
}

/** The order of spans in a text. Total, so that it does not depend on the order of the guards. */
export function bySpan(a: FoundSpan, b: FoundSpan): number {
  return a.start - b.start || b.end - a.end || rank[a.action] - rank[b.action] || byName(a, b);
}

function byName(a: FoundSpan, b: FoundSpan): number {
  const [one, other] = [a, b].map(
    (span) => `${span.entity}\0${typeof span.replacement === "string" ? span.replacement : ""}\0${span.middleware}`,
  );
  return one === other ? 0 : (one ?? "") < (other ?? "") ? -1 : 1;
}

/**
 * The first cluster among spans ordered by {@link bySpan}, from an index on; undefined when none changes text. Of overlapping spans
 * the one whose action comes first in {@link guardActions} leads; among equals the first.
 */
export function firstCluster(spans: readonly FoundSpan[], from: number): SpanCluster | undefined {
  let leader: FoundSpan | undefined;
  let start = 0;
  let end = 0;
  for (let i = from; i < spans.length; i++) {
    const span = spans[i];
    if (span === undefined || !changesText(span.action)) continue;
    if (leader === undefined) {
      leader = span;
      start = span.start;
      end = span.end;
    } else if (span.start >= end) break;
    else {
      end = Math.max(end, span.end);
      if (rank[span.action] < rank[leader.action]) leader = span;
    }
  }
  return leader === undefined ? undefined : { start, end, leader };
}
