import { GatewayError } from "../chat/error.ts";
import type { GuardAction, Replacement, Span } from "../chat/guard.ts";
import { CandidateInText } from "./candidate-in-text.ts";
import type { CharacterFold } from "./character-fold.ts";
import type { FoldedText } from "./folded-text.ts";
import { PatternAutomaton } from "./pattern-automaton.ts";
import { PatternMatcher } from "./pattern-matcher.ts";
import { parsePattern } from "./pattern-parser.ts";
import { PatternProgram } from "./pattern-program.ts";
import type { Candidate, Recognizer, RecognizerPattern } from "./recognizer.ts";
import type { TextMatch, TextMatcher, TextSearch } from "./text-search.ts";

/** An entity to look for, and what is done to it. */
export interface EntityRule {
  readonly recognizer: Recognizer;
  readonly action: GuardAction;
  /** The confidence from which a candidate counts, 0 to 1. Default {@link defaultThreshold}. */
  readonly threshold?: number | undefined;
  /** What stands in a found text's place. Default `[ENTITY]`. */
  readonly replacement?: Replacement | undefined;
}

export const defaultThreshold = 0.5;

/** A pattern of a rule. */
interface RulePattern extends RecognizerPattern {
  readonly rule: EntityRule;
}

/**
 * Entities that are looked for together, compiled once: of overlapping ones the first and longest is found. Those of different
 * actions belong into different sets, since a finding that is only watched must not hide one that is blocked.
 */
export class EntitySet implements TextSearch {
  readonly #automaton: PatternAutomaton;
  readonly #patterns: readonly RulePattern[];
  readonly #allowed: ReadonlySet<string>;

  /**
   * `allowed` are texts that are found and left alone.
   * @throws GatewayError `internal` for a pattern that cannot be matched.
   */
  constructor(rules: readonly EntityRule[], fold: CharacterFold | undefined, allowed: ReadonlySet<string> = new Set()) {
    this.#patterns = rules.flatMap((rule) => rule.recognizer.patterns.map((pattern) => ({ ...pattern, rule })));
    if (this.#patterns.length === 0) throw new GatewayError("internal", "a guard needs something to look for");
    this.#allowed = allowed;
    this.#automaton = new PatternAutomaton(
      new PatternProgram(
        this.#patterns.map(({ pattern, maxSpan, atMaxSpan }) => {
          return { node: parsePattern(pattern, { fold }), source: pattern, maxSpan, atMaxSpan };
        }),
      ),
    );
  }

  newMatcher(text: FoldedText): TextMatcher {
    const candidate = new CandidateInText(text);
    return new PatternMatcher(this.#automaton, (pattern, start, end) => this.#confirms(pattern, candidate.moveTo(start, end)));
  }

  finding({ pattern, start, end }: TextMatch, text: FoldedText): Omit<Span, "start" | "end"> | undefined {
    const { rule } = this.#patterns[pattern] as RulePattern; // one per pattern
    const { recognizer, action, replacement = `[${recognizer.entity}]` } = rule;
    if (this.#allowed.size > 0 && this.#allowed.has(text.slice(start, end).toLowerCase())) return undefined;
    return { entity: recognizer.entity, action, replacement };
  }

  /** Whether what a pattern has matched is the entity: {@link Recognizer} says how it is decided. */
  #confirms(pattern: number, candidate: Candidate): boolean {
    const { rule, check, score, scoreInContext } = this.#patterns[pattern] as RulePattern; // one per pattern
    const { threshold = defaultThreshold } = rule;
    if (check === undefined && score >= threshold) return true;
    if (check === undefined && (scoreInContext ?? score) < threshold) return false;
    const verdict = check?.(candidate);
    if (verdict !== undefined) return verdict;
    return (
      score >= threshold || ((scoreInContext ?? score) >= threshold && rule.recognizer.inContext?.(candidate.before) === true)
    );
  }
}
