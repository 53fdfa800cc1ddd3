import {
  type Channel,
  type ChannelKey,
  channels,
  type GuardAction,
  type GuardStep,
  type Span,
  type TextGuard,
} from "../chat/guard.ts";
import { LiteralAutomaton, type LiteralOptions } from "./literal-automaton.ts";
import { type LiteralMatch, LiteralMatcher } from "./literal-matcher.ts";

/** What a literal guard looks for and does. */
export interface LiteralGuardOptions extends LiteralOptions {
  /** The texts to find, as they stand. */
  readonly literals: readonly string[];
  readonly action: GuardAction;
  /** What stands in a found text's place. Default empty. */
  readonly replacement?: string | undefined;
  /** What verdicts call a find. Default `LITERAL`. */
  readonly entity?: string | undefined;
  /** Where to look. Default everywhere. */
  readonly channels?: readonly Channel[] | undefined;
}

/**
 * An exact guard over a list of literals, compiled once; the function it returns makes one guard per call.
 * @throws GatewayError `internal` for a list that cannot be searched for.
 * @example const noCodename = literalGuard({ literals: ["Project Heron"], action: "redact", replacement: "[internal]" });
 */
export function literalGuard(options: LiteralGuardOptions): () => TextGuard {
  const automaton = new LiteralAutomaton(options.literals, options);
  return () => new LiteralGuard(automaton, options);
}

class LiteralGuard implements TextGuard {
  readonly channels: readonly Channel[];
  readonly #automaton: LiteralAutomaton;
  readonly #finding: Omit<Span, "start" | "end">;
  readonly #texts = new Map<ChannelKey, LiteralMatcher>();

  constructor(automaton: LiteralAutomaton, options: LiteralGuardOptions) {
    const { action, replacement, entity = "LITERAL" } = options;
    this.channels = options.channels ?? channels;
    this.#automaton = automaton;
    this.#finding = replacement === undefined ? { entity, action } : { entity, action, replacement };
  }

  feed(key: ChannelKey, text: string): GuardStep {
    const matcher = this.#matcherOf(key);
    const matches: LiteralMatch[] = [];
    matcher.feed(text, matches);
    return this.#step(matcher, matches);
  }

  finish(key: ChannelKey, end: "eof" | "truncated"): GuardStep {
    const matcher = this.#matcherOf(key);
    const matches: LiteralMatch[] = [];
    if (end === "eof") matcher.finish(matches);
    this.#texts.delete(key);
    return this.#step(matcher, matches);
  }

  #step(matcher: LiteralMatcher, matches: readonly LiteralMatch[]): GuardStep {
    return { spans: matches.map((match) => ({ ...match, ...this.#finding })), safeTo: matcher.safeTo };
  }

  #matcherOf(key: ChannelKey): LiteralMatcher {
    let matcher = this.#texts.get(key);
    if (matcher === undefined) {
      matcher = new LiteralMatcher(this.#automaton);
      this.#texts.set(key, matcher);
    }
    return matcher;
  }
}
