import type { Span } from "../../src/chat/guard.ts";
import { CharacterFold } from "../../src/guard/character-fold.ts";
import { EntitySet } from "../../src/guard/entity-set.ts";
import { literalSearch } from "../../src/guard/literal-guard.ts";
import { PatternAutomaton } from "../../src/guard/pattern-automaton.ts";
import { PatternMatcher } from "../../src/guard/pattern-matcher.ts";
import { parsePattern } from "../../src/guard/pattern-parser.ts";
import { PatternProgram } from "../../src/guard/pattern-program.ts";
import { recognizers } from "../../src/guard/recognizers/index.ts";
import { pieceUnits, ScannedText } from "../../src/guard/scanned-text.ts";
import { secretRecognizers } from "../../src/guard/secrets/index.ts";
import type { TextSearch } from "../../src/guard/text-search.ts";
import { cpuTime } from "./cpu-time.ts";
import { names } from "./guards.ts";
import { piecesOf, type TextName, texts } from "./texts.ts";

/** How fast something is looked for in a text, on one core. */
export interface MatcherFigure {
  readonly search: string;
  readonly text: TextName;
  /** Million UTF-16 code units a second, in long pieces. */
  readonly perSecond: number;
  /** The same in pieces of twelve. */
  readonly perSecondInChunks: number;
  /** Steps of all threads for a character. */
  readonly steps: number;
}

/** What a list of literals costs before anything is searched. */
export interface CompileFigure {
  readonly literals: number;
  readonly compileMs: number;
  readonly bytes: number;
}

/** The automaton of all recognizers. */
export interface AutomatonFigure {
  readonly patterns: number;
  /** States of the nondeterministic one. */
  readonly programStates: number;
  /** Classes of code units. */
  readonly classes: number;
  readonly compileMs: number;
  /** Per text, deterministic states once it has been read, one text after the other. */
  readonly states: Readonly<Record<TextName, number>>;
}

const fold = CharacterFold.with();
const caseless = CharacterFold.with({ case: true });

const all = [...secretRecognizers, ...recognizers];

/** All recognizers in one automaton. */
function everything(): EntitySet {
  return new EntitySet(
    all.map((recognizer) => ({ recognizer, action: "redact" })),
    fold,
  );
}

function list(count: number): TextSearch {
  return literalSearch({ literals: names(count), wholeWords: true, fold: caseless, action: "redact" });
}

/** Measures every search on every text. */
export function matcherFigures(): MatcherFigure[] {
  const searches = [
    ["all recognizers", everything(), fold],
    ["5,000 literals", list(5000), caseless],
    ["100,000 literals", list(100_000), caseless],
  ] as const;
  return searches.flatMap(([search, compiled, folded]) =>
    Object.entries(texts).map(([name, text]) => {
      const rate = (units: number) => {
        const pieces = piecesOf(text, units);
        return text.length / cpuTime(() => scan(pieces, compiled, folded));
      };
      return {
        search,
        text: name as TextName,
        perSecond: rate(pieceUnits),
        perSecondInChunks: rate(12),
        steps: scan([text], compiled, folded) / text.length,
      };
    }),
  );
}

/** Measures the compiling of lists. `settle` collects garbage. */
export async function compileFigures(settle: () => Promise<void>): Promise<CompileFigure[]> {
  const figures: CompileFigure[] = [];
  for (const literals of [5000, 100_000]) {
    await settle();
    const before = process.memoryUsage();
    const kept = list(literals);
    await settle();
    const after = process.memoryUsage();
    scan(["kept until here"], kept, caseless);
    const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    figures.push({ literals, compileMs: cpuTime(() => list(literals), 3) / 1000, bytes });
  }
  return figures;
}

/** Compiles all recognizers and reads every text once. */
export function automatonFigure(): AutomatonFigure {
  const patterns = all.flatMap((recognizer) => recognizer.patterns);
  const program = new PatternProgram(
    patterns.map(({ pattern, ...bounds }) => ({ ...bounds, node: parsePattern(pattern, { fold }), source: pattern })),
  );
  const automaton = new PatternAutomaton(program);
  const search: TextSearch = { newMatcher: () => new PatternMatcher(automaton, () => false), finding: () => undefined };
  const states = Object.entries(texts).map(([name, text]) => {
    scan([text], search, fold);
    return [name, automaton.cache.size];
  });
  return {
    patterns: patterns.length,
    programStates: program.states.length,
    classes: automaton.classes.count,
    compileMs: cpuTime(everything, 3) / 1000,
    states: Object.fromEntries(states) as Record<TextName, number>,
  };
}

/** Searches a text; returns the steps that it took. */
function scan(pieces: readonly string[], search: TextSearch, folded: CharacterFold): number {
  const scanned = new ScannedText([search], folded);
  const spans: Span[] = [];
  for (const piece of pieces) scanned.feed(piece, spans);
  scanned.finish(spans);
  return scanned.steps;
}
