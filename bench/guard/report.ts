import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { table } from "../table.ts";
import type { AutomatonFigure, CompileFigure, MatcherFigure } from "./matchers.ts";
import type { PresidioFigure } from "./presidio.ts";
import type { Re2Figure } from "./re2.ts";
import { chunkUnits, type StreamFigure } from "./stream.ts";
import type { TextName } from "./texts.ts";

/** Everything a run measured. */
export interface GuardFigures {
  /** The machine's load average when the run began. */
  readonly load: number;
  readonly streams: readonly StreamFigure[];
  readonly matchers: readonly MatcherFigure[];
  readonly automaton: AutomatonFigure;
  readonly compile: readonly CompileFigure[];
  readonly re2: Re2Figure;
  readonly presidio: PresidioFigure;
}

/** The figures as docs/guard-benchmarks.md. */
export function report(figures: GuardFigures): string {
  const { streams, matchers, automaton, compile } = figures;
  const [processor] = cpus();
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  return `# Guard benchmarks

Written by \`npm run bench:guard\`; do not edit. Everything is measured in one process on one core, as CPU time of the process and not
as time that passes; figures are the least of several rounds, which whatever else ran disturbed least. The texts: prose is the decision records of \`docs/adr\`; logs and numbers is what the tests
count false alarms on; of personal data every sentence has some, or a secret.

Machine: ${cpus().length} × ${processor?.model.trim()}, ${mebibytes(totalmem())}, load average ${figures.load.toFixed(1)} at the start; Node ${process.version}; commit ${commit}.

## Targets

${table(["what", "target", "measured", ""], targets(figures))}

## A stream under guards

\`pii\`, \`secrets\` and a \`denyList\` of 5,000 entries, all redacting, over chunks of ${chunkUnits} characters, one a read. A chunk's cost is that of
the whole guard stage; of it, the second column is what the stage costs under a guard that does nothing. Streams that begin at each
word of the texts: how many show their first characters with their first chunk, and how many chunks the others wait for.

${table(
  ["text", "a chunk, µs", "without searching, µs", "shown at once", "wait, p99, chunks"],
  streams.map(({ text, chunkUs, stageUs, atOnce, waitP99 }) => [
    text,
    chunkUs.toFixed(2),
    stageUs.toFixed(2),
    `${(atOnce * 100).toFixed(1)} %`,
    String(waitP99),
  ]),
)}

## Matchers

Million UTF-16 code units a second, which for ASCII are MB/s: folded, searched, checked. A step is one thread's way over one character.

${table(
  ["search", "text", "in pieces of 4096", "in pieces of 12", "steps a character"],
  matchers.map(({ search, text, perSecond, perSecondInChunks, steps }) => [
    search,
    text,
    perSecond.toFixed(1),
    perSecondInChunks.toFixed(1),
    steps.toFixed(2),
  ]),
)}

The automaton of all recognizers: ${automaton.patterns} patterns, ${automaton.programStates} states and ${automaton.classes} classes of code units, compiled in ${automaton.compileMs.toFixed(0)} ms.
Deterministic states after reading ${Object.entries(automaton.states)
    .map(([text, states]) => `${text}: ${states}`)
    .join(", then ")}.

${table(
  ["literals", "compiled in, ms", "memory, MiB"],
  compile.map(({ literals, compileMs, bytes }) => [String(literals), compileMs.toFixed(0), (bytes / 2 ** 20).toFixed(1)]),
)}

## What else one could take

Microseconds of CPU for a KiB of text that is there as a whole. ${aboutOthers(figures)}

${table(["", ...Object.keys(figures.re2.usPerKib)], others(figures))}
`;
}

function aboutOthers({ re2, presidio }: GuardFigures): string {
  const ofRe2 = `re2js ${re2.version} gets the union of the same patterns without what they look at before and behind, which it does not know (${re2.taken} of ${re2.patterns}), and checks nothing.`;
  return "missing" in presidio
    ? `${ofRe2} presidio-analyzer could not be installed: ${presidio.missing}.`
    : `${ofRe2} Of presidio-analyzer ${presidio.version} the ${presidio.recognizers} pattern recognizers for English are called directly, without an NLP engine.`;
}

function others({ matchers, re2, presidio }: GuardFigures): string[][] {
  const row = (name: string, usOf: (text: TextName) => number) => [
    name,
    ...Object.keys(re2.usPerKib).map((text) => usOf(text as TextName).toFixed(0)),
  ];
  const own = (text: TextName) => matchers.find(({ search, text: of }) => search === "all recognizers" && of === text)?.perSecond;
  return [
    row("Sluice, all recognizers", (text) => 1024 / (own(text) ?? Number.NaN)),
    row("re2js", (text) => re2.usPerKib[text]),
    ...("missing" in presidio ? [] : [row("presidio-analyzer", (text) => presidio.usPerKib[text])]),
  ];
}

/** What the benchmark is there to watch. */
function targets({ streams, matchers }: GuardFigures): string[][] {
  return [
    ...streams.map(({ text, chunkUs }) => most(`${text}: CPU of a chunk`, 3, chunkUs, "µs")),
    ...matchers
      .filter(({ search, text }) => search !== "all recognizers" || text === "prose")
      .map(({ search, text, perSecond }) =>
        least(`${search}, ${text}`, search === "all recognizers" ? 10 : 50, perSecond, "MB/s"),
      ),
  ];
}

function most(what: string, target: number, measured: number, unit: string): string[] {
  return [what, `≤ ${target} ${unit}`, `${measured.toFixed(2)} ${unit}`, measured <= target ? "met" : "missed"];
}

function least(what: string, target: number, measured: number, unit: string): string[] {
  return [what, `≥ ${target} ${unit}`, `${measured.toFixed(1)} ${unit}`, measured >= target ? "met" : "missed"];
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}
