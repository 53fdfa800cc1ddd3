/** A place in a text that a pattern matches, put before a recognizer's own check. */
export interface Candidate {
  /** What was matched, as the folded view of the text has it: compatible forms and confusable letters unified, case kept. */
  readonly text: string;
  /** The folded text to the left of it, at most {@link contextUnits} UTF-16 units; a line break that is written out (`\n`) is one. */
  readonly before: string;
}

/** How far to the left of a candidate context is looked for. UTF-16 code units of the folded text. */
export const contextUnits = 96;

/** One form that an entity is written in. */
export interface RecognizerPattern {
  /** In the syntax of pattern-parser.ts, a subset of JavaScript's. */
  readonly pattern: string;
  /** Confidence, 0 to 1, in a candidate that nothing before it makes likelier and no check has decided. */
  readonly score: number;
  /** Confidence when what stands before it makes it likelier. Default `score`. */
  readonly scoreInContext?: number | undefined;
  /** Bounds a match of a pattern that has no bound of its own. UTF-16 code units of the folded text. */
  readonly maxSpan?: number | undefined;
  /** What becomes of a text that is still in a match when that has got as long as `maxSpan`. Default `drop`: it is none. */
  readonly atMaxSpan?: "drop" | "match" | undefined;
  /** A check of the candidate: `false` rejects it, `true` is certainty (1), `undefined` leaves the score as it is. Pure. */
  readonly check?: ((candidate: Candidate) => boolean | undefined) | undefined;
}

/** What one entity looks like. */
export interface Recognizer {
  /** Presidio's name where it has one, e.g. `EMAIL_ADDRESS`. */
  readonly entity: string;
  readonly patterns: readonly RecognizerPattern[];
  /** Whether the text before a candidate, {@link Candidate.before}, makes it likelier. Default: none does. Pure. */
  readonly inContext?: ((before: string) => boolean) | undefined;
}
