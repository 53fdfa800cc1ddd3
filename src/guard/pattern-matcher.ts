import { beginsCharacter, endsCharacter, type FoldedText } from "./folded-text.ts";
import { deadState, type PatternAutomaton, type PatternEnd, type StateCache } from "./pattern-automaton.ts";
import type { TextMatch, TextMatcher } from "./text-search.ts";
import { backslash, lineBreak, standsForSpace } from "./written-out-space.ts";

/** Whether a candidate is a match. Pure: it may look at the text from the candidate's end back, and at nothing after it. */
export type CandidateCheck = (pattern: number, start: number, end: number) => boolean;

/**
 * Finds patterns in one text that arrives in pieces: at each place the longest candidate that passes its check, of equals that of
 * the first pattern, from left to right, none overlapping another. What it finds does not depend on the pieces. A match is reported
 * as soon as nothing longer can begin where it begins, and {@link decided} is as far as a correct matcher can say so. A thread per
 * place at which a match may still begin goes through the automaton, so a candidate that fails hides none that begins within it.
 * What looks back from where a match begins sees a line break for one that is written out (`\n`), as JSON within text has it.
 * Memory: O(longest match); time: O(units × places that are open at once).
 */
export class PatternMatcher implements TextMatcher {
  steps = 0;
  decided = 0;
  readonly #automaton: PatternAutomaton;
  readonly #check: CandidateCheck;
  #cache: StateCache;
  #previous: number;
  #length = 0;
  #behindBackslash = false;
  /** The open places, from left to right: where each is, its thread's state, and the longest match found there (end 0: none). */
  readonly #starts: number[] = [];
  readonly #states: number[] = [];
  readonly #ends: number[] = [];
  readonly #patterns: number[] = [];
  #open = 0;
  /** What begins before it lies in a match, or will. */
  #covered = 0;

  constructor(automaton: PatternAutomaton, check: CandidateCheck) {
    this.#automaton = automaton;
    this.#check = check;
    this.#cache = automaton.cache;
    this.#previous = automaton.classes.edge;
  }

  feed(text: FoldedText, out: TextMatch[]): void {
    if (this.#cache !== this.#automaton.cache) this.#moveToNewCache();
    const classOf = this.#automaton.classes.of;
    const { units, marks, base, length } = text;
    for (let at = this.#length; at < length; at++) {
      if (!this.#behindBackslash && (this.#open === 0 || (this.#open === 1 && this.#ends[0] === 0))) {
        at = this.#readOn(text, at);
        if (at === length) break;
      }
      const unit = units[at - base] as number; // within the text, and there is a class for every unit
      const read = classOf[unit] as number;
      if (this.#open > 0) this.#stepAll(text, read, at, out);
      if (at >= this.#covered && ((marks[at - base] as number) & beginsCharacter) !== 0) this.#begin(text, read, at, out);
      this.#previous = this.#behindBackslash && standsForSpace(unit) ? (classOf[lineBreak] as number) : read;
      this.#behindBackslash = unit === backslash;
      if (this.#open === 0) this.decided = at + 1;
    }
    this.#length = length;
  }

  finish(text: FoldedText, out: TextMatch[]): void {
    if (this.#cache !== this.#automaton.cache) this.#moveToNewCache();
    this.#stepAll(text, this.#automaton.classes.edge, this.#length, out);
    this.decided = this.#length;
  }

  /**
   * Reads on from an index as long as that is all there is to do, as it mostly is: there is no thread or one that has found nothing,
   * no match ends, no thread begins, and there is no backslash. Returns where that ends.
   */
  #readOn(text: FoldedText, from: number): number {
    const { of: classOf, count: width } = this.#automaton.classes;
    const { table, starts, quiet } = this.#cache;
    const { units, marks, base, length } = text;
    const wasOpen = this.#open === 1;
    const begun = wasOpen ? (this.#starts[0] as number) : from;
    let state = wasOpen ? (this.#states[0] as number) : deadState;
    let previous = this.#previous;
    let at = from;
    let stepped = from;
    for (; at < length; at++) {
      const unit = units[at - base] as number; // within the text, and there is a class for every unit
      if (unit === backslash) break;
      const read = classOf[unit] as number;
      const first = starts[previous] as number; // there is one per class
      if (first < 0) break;
      if (table[first * width + read] !== deadState && ((marks[at - base] as number) & beginsCharacter) !== 0) break;
      if (state !== deadState) {
        const value = table[state * width + read] as number; // within the table
        if ((value & 1) === 1) break; // a match ends, or nobody has asked
        if (value !== deadState && at + 1 - begun > (quiet[value >> 1] as number)) break;
        state = value >> 1;
        stepped = at + 1;
      }
      previous = read;
    }
    this.#previous = previous;
    this.steps += stepped - from;
    this.#states[0] = state;
    this.#open = state === deadState ? 0 : 1;
    if (state === deadState) this.decided = at;
    return at;
  }

  /** Begins a thread at a unit, if anything can come of it. */
  #begin(text: FoldedText, read: number, at: number, out: TextMatch[]): void {
    let state = this.#cache.starts[this.#previous] as number; // there is one per class
    if (state < 0) state = this.#startSlowly();
    let value = this.#cache.table[state * this.#automaton.classes.count + read] as number; // within the table
    if (value < 0) value = this.#stepSlowly(this.#open, state, read);
    if (value < 2) return;
    const place = this.#open++;
    this.#starts[place] = at;
    this.#ends[place] = 0;
    this.#patterns[place] = 0;
    const arrived = this.#arrive(text, place, value >> 1, at + 1);
    this.#states[place] = arrived;
    if (arrived !== deadState) return;
    const end = this.#ends[place] as number;
    if (end > 0 && place > 0) return;
    if (end > 0) out.push({ pattern: this.#patterns[place] as number, start: at, end });
    this.#open--;
  }

  /** Moves every thread on by a unit, or to the text's end, and decides what can be. */
  #stepAll(text: FoldedText, read: number, at: number, out: TextMatch[]): void {
    const starts = this.#starts;
    const states = this.#states;
    const ends = this.#ends;
    const patterns = this.#patterns;
    const width = this.#automaton.classes.count;
    const open = this.#open;
    this.steps += open;
    let kept = 0;
    let covered = this.#covered;
    for (let place = 0; place < open; place++) {
      const start = starts[place] as number; // places are within bounds here and below
      if (place > 0 && start < covered) continue;
      let value = this.#cache.table[(states[place] as number) * width + read] as number;
      if (value < 0) value = this.#stepSlowly(place, states[place] as number, read);
      if ((value & 1) === 1) {
        const found = this.#cache.endsBefore.get((states[place] as number) * width + read);
        if (found !== undefined) this.#accept(text, place, found, at);
      }
      const state = value < 2 ? deadState : this.#arrive(text, place, value >> 1, at + 1);
      const end = ends[place] as number;
      if (state === deadState) {
        if (end === 0) continue;
        if (kept === 0) {
          out.push({ pattern: patterns[place] as number, start, end });
          covered = end;
          continue;
        }
      } else if (kept === 0) covered = Math.max(covered, end); // this place matches to there at the least
      starts[kept] = start;
      states[kept] = state;
      ends[kept] = end;
      patterns[kept] = patterns[place] as number;
      kept++;
    }
    this.#open = kept;
    this.#covered = covered;
    this.decided = kept > 0 ? (starts[0] as number) : at;
  }

  /** Takes a thread to a state: takes down what ends there. Returns the state, or the dead one when nothing can come of it any more. */
  #arrive(text: FoldedText, place: number, state: number, at: number): number {
    const cache = this.#cache;
    const found = cache.ends[state];
    if (found !== undefined) this.#accept(text, place, found, at);
    const length = at - (this.#starts[place] as number);
    const capped = cache.capped[state];
    if (capped !== undefined) this.#cap(place, capped, at, length);
    if (length > (cache.limits[state] as number)) return deadState;
    const gain = at + (cache.reaches[state] as number) - (this.#ends[place] as number);
    if (gain > 0) return state;
    return gain === 0 && (cache.reachedBy[state] as number) < (this.#patterns[place] as number) ? state : deadState;
  }

  /** Takes down the longest of the matches that passes its check. */
  #accept(text: FoldedText, place: number, found: readonly PatternEnd[], at: number): void {
    const start = this.#starts[place] as number;
    const { maxSpans } = this.#automaton.program;
    for (const { pattern, ahead } of found) {
      const end = at - ahead;
      const best = this.#ends[place] as number;
      if (end < best || (end === best && pattern >= (this.#patterns[place] as number))) continue;
      if (end - start > (maxSpans[pattern] as number)) continue;
      if (((text.marks[end - 1 - text.base] as number) & endsCharacter) === 0) continue;
      if (!this.#check(pattern, start, end)) continue;
      this.#ends[place] = end;
      this.#patterns[place] = pattern;
    }
  }

  /** A text that has reached the bound of a pattern that is strict about it is a match. */
  #cap(place: number, patterns: readonly number[], at: number, length: number): void {
    for (const pattern of patterns) {
      if (length !== this.#automaton.program.maxSpans[pattern] || (this.#ends[place] as number) >= at) continue;
      this.#ends[place] = at;
      this.#patterns[place] = pattern;
    }
  }

  #startSlowly(): number {
    for (;;) {
      const state = this.#automaton.start(this.#previous);
      if (this.#cache !== this.#automaton.cache) this.#moveToNewCache();
      if (state !== undefined) return state;
    }
  }

  /** Asks the automaton for a step that nobody has taken yet. `place` holds the thread, or is the next free one. */
  #stepSlowly(place: number, state: number, read: number): number {
    this.#states[place] = state;
    for (;;) {
      const value = this.#automaton.step(this.#states[place] as number, read);
      if (value !== undefined) return value;
      this.#moveToNewCache(Math.max(this.#open, place + 1));
    }
  }

  /** The automaton has begun a new cache: finds the threads' states in it. */
  #moveToNewCache(threads = this.#open): void {
    for (let place = 0; place < threads; place++) {
      this.#states[place] = this.#automaton.adopt(this.#cache, this.#states[place] as number);
    }
    this.#cache = this.#automaton.cache;
  }
}
