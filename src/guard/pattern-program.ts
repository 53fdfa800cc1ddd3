import { GatewayError } from "../chat/error.ts";
import { lengthsOf, type PatternNode } from "./pattern-syntax.ts";
import { UnitSet } from "./unit-set.ts";

/** One step of a {@link PatternProgram}; states are named by their index. */
export type ProgramState =
  /** Reads a unit of the set. */
  | { readonly kind: "unit"; readonly set: UnitSet; readonly next: number }
  | { readonly kind: "fork"; readonly next: readonly number[] }
  | { readonly kind: "before" | "after"; readonly set: UnitSet; readonly edge: boolean; readonly next: number }
  /** A match that ended `ahead` units ago. */
  | { readonly kind: "match"; readonly pattern: number; readonly ahead: number };

/** A pattern, and the longest match that counts. */
export interface BoundedPattern {
  readonly node: PatternNode;
  /** For error messages. */
  readonly source: string;
  /** UTF-16 code units; needed where the pattern has no bound of its own. */
  readonly maxSpan?: number | undefined;
  /** What becomes of a text that is still in a match when that has got as long as `maxSpan`. Default `drop`: it is none. */
  readonly atMaxSpan?: "drop" | "match" | undefined;
}

/** States that several patterns may make together. */
const maxStates = 200_000;
const unbounded = 0x3fffffff;

/**
 * Patterns as one nondeterministic automaton (Thompson, "Regular expression search algorithm", 1968): states that read a unit, fork,
 * look to a neighbour, or end a match.
 */
export class PatternProgram {
  readonly states: readonly ProgramState[];
  /** Where the patterns begin, in order. */
  readonly starts: readonly number[];
  /** Per pattern, the longest match that counts. UTF-16 code units. */
  readonly maxSpans: readonly number[];
  /** Per pattern, whether a text that reaches the bound is a match. */
  readonly matchesAtMaxSpan: readonly boolean[];
  /** Per state: which pattern it is of. */
  readonly patternOf: readonly number[];
  /** Per state: the length that a thread in it may have at the most, so that it can still become a match that counts. */
  readonly limits: readonly number[];
  /** Per state: where the last match that may come of it ends, from where a thread in it is; 1 for anything further. */
  readonly reaches: readonly number[];

  /** @throws GatewayError `internal` for a pattern without a bound, and for one that matches nothing but nothing. */
  constructor(patterns: readonly BoundedPattern[]) {
    const states: (ProgramState | undefined)[] = [];
    const patternOf: number[] = [];
    this.starts = patterns.map(({ node, source }, pattern) => {
      const start = new Assembler(states, patternOf, pattern, source).assemble(node);
      return start;
    });
    this.maxSpans = patterns.map(({ node, source, maxSpan }) => {
      const { least, most } = lengthsOf(node);
      if (least === 0) throw new GatewayError("internal", `pattern ${source} matches the empty text`);
      if (most === Number.POSITIVE_INFINITY && maxSpan === undefined) {
        throw new GatewayError("internal", `pattern ${source} has no bound: count its repeats, or give it a maxSpan`);
      }
      if (maxSpan !== undefined && maxSpan < least) {
        throw new GatewayError("internal", `pattern ${source} matches ${least} characters at the least, more than its maxSpan`);
      }
      return Math.min(most, maxSpan ?? most);
    });
    this.matchesAtMaxSpan = patterns.map(({ atMaxSpan }) => atMaxSpan === "match");
    this.states = states as ProgramState[]; // every state that was reserved has been filled
    this.patternOf = patternOf;
    this.limits = this.#toMatch(Math.min, unbounded).map((least, i) => {
      const pattern = patternOf[i] as number; // there is one per state
      const maxSpan = this.maxSpans[pattern] as number;
      return this.matchesAtMaxSpan[pattern] === true ? maxSpan : maxSpan - least;
    });
    this.reaches = this.#toMatch((...ends) => Math.min(1, Math.max(...ends)), -unbounded);
  }

  /** Per state, the best of the ways to a match: what is still read of the text, less what that only looks at. */
  #toMatch(best: (...ends: number[]) => number, none: number): number[] {
    const ends = new Array<number>(this.states.length).fill(none);
    for (let changed = true; changed; ) {
      changed = false;
      for (let i = 0; i < this.states.length; i++) {
        const end = best(ends[i] as number, this.#endAfter(this.states[i] as ProgramState, ends, best)); // i is within bounds
        changed ||= !Object.is(end, ends[i]);
        ends[i] = end;
      }
    }
    return ends;
  }

  #endAfter(state: ProgramState, ends: readonly number[], best: (...ends: number[]) => number): number {
    if (state.kind === "match") return -state.ahead;
    if (state.kind === "fork") return best(...state.next.map((next) => ends[next] as number));
    return (ends[state.next] as number) + (state.kind === "unit" ? 1 : 0);
  }
}

/** Writes one pattern's states behind those that are there. */
class Assembler {
  readonly #states: (ProgramState | undefined)[];
  readonly #patternOf: number[];
  readonly #pattern: number;
  readonly #source: string;

  constructor(states: (ProgramState | undefined)[], patternOf: number[], pattern: number, source: string) {
    this.#states = states;
    this.#patternOf = patternOf;
    this.#pattern = pattern;
    this.#source = source;
  }

  /** Returns where the pattern begins. */
  assemble(node: PatternNode): number {
    return this.#write(node, this.#add({ kind: "match", pattern: this.#pattern, ahead: 0 }), true);
  }

  /** Writes a node that goes on at `next`, from back to front; `last` when nothing but the match comes after it. */
  #write(node: PatternNode, next: number, last: boolean): number {
    switch (node.kind) {
      case "unit":
        return this.#add({ kind: "unit", set: node.set, next });
      case "before":
      case "after":
        return this.#add({ kind: node.kind, set: node.set, edge: node.edge, next });
      case "sequence":
        return node.nodes.reduceRight((after, each, i) => this.#write(each, after, last && i === node.nodes.length - 1), next);
      case "choice":
        return this.#add({ kind: "fork", next: node.nodes.map((each) => this.#write(each, next, last)) });
      case "repeat":
        return this.#repeat(node, next);
      case "ahead":
        if (!last) this.#fail("what looks more than one character ahead stands at the end");
        return this.#add({ kind: "fork", next: node.ways.map((way) => this.#ahead(way.sets, way.edge)) });
    }
  }

  #repeat({ node, least, most }: Extract<PatternNode, { kind: "repeat" }>, next: number): number {
    let at = next;
    if (most === Number.POSITIVE_INFINITY) {
      if (lengthsOf(node).least === 0) this.#fail("what is repeated without a bound must not match the empty text");
      const loop = this.#states.length;
      this.#add(undefined);
      this.#states[loop] = { kind: "fork", next: [this.#write(node, loop, false), next] };
      at = loop;
    } else {
      for (let i = least; i < most; i++) at = this.#add({ kind: "fork", next: [this.#write(node, at, false), next] });
    }
    for (let i = 0; i < least; i++) at = this.#write(node, at, false);
    return at;
  }

  #ahead(sets: readonly UnitSet[], edge: boolean): number {
    const match = this.#add({ kind: "match", pattern: this.#pattern, ahead: sets.length });
    const end = edge ? this.#add({ kind: "after", set: UnitSet.empty, edge: true, next: match }) : match;
    return sets.reduceRight((next, set) => this.#add({ kind: "unit", set, next }), end);
  }

  #add(state: ProgramState | undefined): number {
    if (this.#states.length >= maxStates) this.#fail(`the patterns take more than ${maxStates} states`);
    this.#patternOf.push(this.#pattern);
    return this.#states.push(state) - 1;
  }

  #fail(reason: string): never {
    throw new GatewayError("internal", `pattern ${this.#source}: ${reason}`);
  }
}
