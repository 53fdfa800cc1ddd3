import type { GuardAction, Replacement, Span, TextGuard } from "../chat/guard.ts";
import { LiteralAutomaton, type LiteralOptions } from "./literal-automaton.ts";
import { LiteralMatcher } from "./literal-matcher.ts";
import { SearchGuard, type SearchGuardOptions } from "./search-guard.ts";
import type { TextSearch } from "./text-search.ts";

/** What a literal guard looks for and does. */
export interface LiteralGuardOptions extends LiteralOptions, SearchGuardOptions {
  /** The texts to find. */
  readonly literals: readonly string[];
  readonly action: GuardAction;
  /** What stands in a found text's place. Default empty. */
  readonly replacement?: Replacement | undefined;
  /** What verdicts call a find. Default `LITERAL`. */
  readonly entity?: string | undefined;
}

/**
 * An exact guard over a list of literals, compiled once; the function it returns makes one guard per call.
 * @throws GatewayError `internal` for a list that cannot be searched for.
 * @example const noCodename = literalGuard({ literals: ["Project Heron"], action: "redact", replacement: "[internal]" });
 */
export function literalGuard(options: LiteralGuardOptions): () => TextGuard {
  const search = literalSearch(options);
  return () => new SearchGuard([search], options);
}

/**
 * The search of a literal guard.
 * @throws GatewayError `internal` for a list that cannot be searched for.
 */
export function literalSearch(options: LiteralGuardOptions): TextSearch {
  const automaton = new LiteralAutomaton(options.literals, options);
  const { action, replacement, entity = "LITERAL" } = options;
  const finding: Omit<Span, "start" | "end"> = replacement === undefined ? { entity, action } : { entity, action, replacement };
  return { newMatcher: () => new LiteralMatcher(automaton), finding: () => finding };
}
