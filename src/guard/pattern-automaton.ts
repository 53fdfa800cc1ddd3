import type { PatternProgram, ProgramState } from "./pattern-program.ts";
import { UnitClasses } from "./unit-classes.ts";
import type { UnitSet } from "./unit-set.ts";

/** The end of a match of a pattern, `ahead` units back. */
export interface PatternEnd {
  readonly pattern: number;
  readonly ahead: number;
}

/** The state that no match can come of. */
export const deadState = 0;

const noClasses = new Uint8Array(0);

/** Numbers that the table of one {@link StateCache} may hold: 8 MiB. */
const defaultMaxCells = 2 ** 21;

/**
 * The states that texts have led to so far, numbered. `table[state * width + class]` is where a unit of that class leads: twice the
 * next state, and 1 more when a match ends before the unit; negative while nobody has asked.
 */
export class StateCache {
  table: Int32Array;
  /** Per state, the program's states that read a unit, ordered. */
  readonly units: (readonly number[])[] = [];
  /** Per state, the program's states that wait for the next unit to look at it. */
  readonly pending: (readonly number[])[] = [];
  /** Per state, the class of the unit before it where that may still be asked for, else -1. */
  readonly previous: number[] = [];
  /** Per state, the matches that end there, whatever follows. */
  readonly ends: (readonly PatternEnd[] | undefined)[] = [];
  /** Per state, how long a thread in it may be: beyond that nothing can come of it. UTF-16 code units. */
  readonly limits: number[] = [];
  /** Per state, how long a thread may be that has found nothing and just goes on there; -1 where more is to be looked at. */
  readonly quiet: number[] = [];
  /** Per state, where the last match that may come of it ends, from the place it is at; 1 for anything further. */
  readonly reaches: number[] = [];
  /** Per state, the first pattern whose match may end there. */
  readonly reachedBy: number[] = [];
  /** Per state, the patterns of which it is a match when the thread is as long as they allow. */
  readonly capped: (readonly number[] | undefined)[] = [];
  readonly ids = new Map<string, number>();
  /** Per class of the unit before, the state in which a match begins; negative while nobody has asked. */
  readonly starts: Int32Array;
  /** Matches that end before a unit, by the index of its cell in the table. */
  readonly endsBefore = new Map<number, readonly PatternEnd[]>();

  constructor(width: number) {
    this.table = new Int32Array(64 * width).fill(-1);
    this.table.fill(deadState, 0, width);
    this.starts = new Int32Array(width).fill(-1);
    this.units.push([]);
    this.pending.push([]);
    this.previous.push(-1);
    this.ends.push(undefined);
    this.limits.push(-1);
    this.quiet.push(-1);
    this.reaches.push(-1);
    this.reachedBy.push(-1);
    this.capped.push(undefined);
  }

  get size(): number {
    return this.units.length;
  }
}

/**
 * A {@link PatternProgram} made deterministic as texts ask for it (the lazy subset construction of Thompson 1968 and of RE2). A thread
 * through it begins at one place of a text and tells every match that begins there. It knows its neighbours: what looks back is
 * settled when a state is made, what looks ahead when the next unit is there. The cache of its states is bounded: when it is full, a
 * new one is begun.
 */
export class PatternAutomaton {
  readonly classes: UnitClasses;
  readonly program: PatternProgram;
  cache: StateCache;
  /** Per state, the classes it reads or looks at. */
  readonly #members: readonly Uint8Array[];
  /** Per state that reads a unit, the one after it. */
  readonly #next: Int32Array;
  readonly #looksBack: Uint8Array;
  /** Per state of the program, the search that met it last. */
  readonly #met: Int32Array;
  readonly #maxCells: number;
  #search = 0;
  /** The cache has been begun for a state that is still to come: that one is taken, however many threads have moved there. */
  #begunAnew = false;

  /** `maxCells` bounds the cache: a state takes as many as there are classes. */
  constructor(program: PatternProgram, maxCells = defaultMaxCells) {
    this.#maxCells = maxCells;
    this.program = program;
    const sets = program.states.flatMap((state): UnitSet[] => ("set" in state ? [state.set] : []));
    this.classes = new UnitClasses(sets);
    this.#members = program.states.map((state) => ("set" in state ? this.classes.membersOf(state.set) : noClasses));
    this.#next = Int32Array.from(program.states, (state) => (state.kind === "unit" ? state.next : 0));
    this.#met = new Int32Array(program.states.length);
    this.#looksBack = this.#findWhatLooksBack();
    this.cache = new StateCache(this.classes.count);
  }

  /** The state in which a match begins after a unit of a class. Undefined when the cache got full: there is a new one then. */
  start(previous: number): number | undefined {
    const known = this.cache.starts[previous] as number; // there is one per class
    if (known >= 0) return known;
    const { cache } = this;
    const state = this.#intern(this.program.starts, previous);
    if (state === undefined) return undefined;
    cache.starts[previous] = state;
    return state;
  }

  /** Fills a cell of the cache's table. Undefined when the cache got full: there is a new one then. */
  step(state: number, read: number): number | undefined {
    const { cache } = this;
    const ends: PatternEnd[] = [];
    const units = [...(cache.units[state] as readonly number[])]; // the state is one of the cache's
    this.#close(cache.pending[state] as readonly number[], cache.previous[state] as number, read, units, ends, []);
    const next: number[] = [];
    for (const each of units) if (this.#reads(each, read)) next.push(this.#next[each] as number); // there is one per state
    const id = next.length === 0 ? deadState : this.#intern(next, read);
    if (id === undefined) return undefined;
    const cell = state * this.classes.count + read;
    if (ends.length > 0) cache.endsBefore.set(cell, ends.sort(byPattern));
    const value = id * 2 + (ends.length > 0 ? 1 : 0);
    cache.table[cell] = value;
    return value;
  }

  /** The state of the present cache that is the same as one of an earlier. */
  adopt(earlier: StateCache, state: number): number {
    const units = earlier.units[state] as readonly number[]; // the state is one of the earlier cache's
    const pending = earlier.pending[state] as readonly number[];
    return this.#number(units, pending, earlier.previous[state] as number, earlier.ends[state] ?? []);
  }

  #intern(from: readonly number[], previous: number): number | undefined {
    const units: number[] = [];
    const ends: PatternEnd[] = [];
    const pending: number[] = [];
    this.#close(from, previous, undefined, units, ends, pending);
    const remembers = pending.some((each) => this.#looksBack[each] === 1);
    if (this.cache.size * this.classes.count > this.#maxCells && !this.#begunAnew) {
      this.cache = new StateCache(this.classes.count);
      this.#begunAnew = true;
      return undefined;
    }
    this.#begunAnew = false;
    return this.#number(units.sort(ascending), pending.sort(ascending), remembers ? previous : -1, ends.sort(byPattern));
  }

  #number(units: readonly number[], pending: readonly number[], previous: number, ends: readonly PatternEnd[]): number {
    if (units.length === 0 && pending.length === 0 && ends.length === 0) return deadState;
    const { cache, program } = this;
    const key = `${units}|${pending}|${previous}|${ends.map(({ pattern, ahead }) => `${pattern}-${ahead}`)}`;
    const known = cache.ids.get(key);
    if (known !== undefined) return known;
    const width = this.classes.count;
    const id = cache.size;
    if ((id + 1) * width > cache.table.length) {
      const table = new Int32Array(cache.table.length * 2).fill(-1, cache.table.length);
      table.set(cache.table);
      cache.table = table;
    }
    const waiting = [...units, ...pending];
    const capped = new Set<number>();
    for (const each of waiting) {
      const pattern = program.patternOf[each] as number; // there is one per state
      if (program.matchesAtMaxSpan[pattern] === true) capped.add(pattern);
    }
    cache.units.push(units);
    cache.pending.push(pending);
    cache.previous.push(previous);
    cache.ends.push(ends.length > 0 ? ends : undefined);
    const limit = waiting.reduce((most, each) => Math.max(most, program.limits[each] as number), -1);
    cache.limits.push(limit);
    cache.quiet.push(ends.length > 0 || capped.size > 0 ? -1 : limit);
    const reach = waiting.reduce((most, each) => Math.max(most, program.reaches[each] as number), Number.NEGATIVE_INFINITY);
    const furthest = waiting.filter((each) => program.reaches[each] === reach);
    cache.reaches.push(reach);
    cache.reachedBy.push(Math.min(...furthest.map((each) => program.patternOf[each] as number)));
    cache.capped.push(capped.size > 0 ? [...capped].sort(ascending) : undefined);
    cache.ids.set(key, id);
    return id;
  }

  /**
   * Follows every step that reads nothing. What looks back is tried on the class before; what looks ahead on the class to come, or,
   * while that is unknown, put into `pending`.
   */
  #close(
    from: readonly number[],
    previous: number,
    coming: number | undefined,
    units: number[],
    ends: PatternEnd[],
    pending: number[],
  ): void {
    const search = ++this.#search;
    const met = this.#met;
    for (const each of units) met[each] = search;
    const open = [...from];
    const { edge } = this.classes;
    for (let each = open.pop(); each !== undefined; each = open.pop()) {
      if (met[each] === search) continue;
      met[each] = search;
      const state = this.program.states[each] as ProgramState; // states lead to states
      switch (state.kind) {
        case "unit":
          if (!state.set.isEmpty) units.push(each);
          break;
        case "fork":
          open.push(...state.next);
          break;
        case "match":
          ends.push({ pattern: state.pattern, ahead: state.ahead });
          break;
        case "before":
          if (previous === edge ? state.edge : this.#reads(each, previous)) open.push(state.next);
          break;
        case "after":
          if (coming === undefined) {
            if (state.edge || !state.set.isEmpty) pending.push(each);
          } else if (coming === edge ? state.edge : this.#reads(each, coming)) open.push(state.next);
      }
    }
  }

  #reads(state: number, read: number): boolean {
    return (this.#members[state] as Uint8Array)[read] === 1; // there is one per state
  }

  /** Marks the states from which one that looks back is reached without reading. */
  #findWhatLooksBack(): Uint8Array {
    const { states } = this.program;
    const marks = new Uint8Array(states.length);
    for (let changed = true; changed; ) {
      changed = false;
      states.forEach((state, i) => {
        if (marks[i] === 1 || state.kind === "unit" || state.kind === "match") return;
        const next = state.kind === "fork" ? state.next : [state.next];
        if (state.kind !== "before" && !next.some((each) => marks[each] === 1)) return;
        marks[i] = 1;
        changed = true;
      });
    }
    return marks;
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}

function byPattern(a: PatternEnd, b: PatternEnd): number {
  return a.pattern - b.pattern || a.ahead - b.ahead;
}
