import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { spansFound } from "../test/support/pii/found-spans.ts";
import { parsePresidioTexts } from "../test/support/pii/labelled-text.ts";
import { type EntityScore, scoreSpans } from "../test/support/pii/score-spans.ts";
import { SeededRandom } from "../test/support/pii/seeded-random.ts";

/**
 * Says how well the recognizers find what is labelled in a file of Presidio's format, and whether they find the same when the texts
 * arrive in random pieces: `npm run eval:pii -- FILE [--json] [--seed NUMBER]`. Ends with 1 if they do not.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false }, seed: { type: "string", default: "1" } },
});
const [file] = positionals;
if (file === undefined) {
  console.error("Usage: npm run eval:pii -- FILE [--json] [--seed NUMBER]");
  process.exit(2);
}

const texts = parsePresidioTexts(JSON.parse(readFileSync(file, "utf8")));
const found = texts.map(({ text }) => spansFound([text]));
const random = new SeededRandom(Number(values.seed));
let pieces = 0;
const differing = texts.filter(({ text }, i) => JSON.stringify(spansFound(cut(text))) !== JSON.stringify(found[i]));

const report = {
  file,
  texts: texts.length,
  characters: texts.reduce((sum, { text }) => sum + text.length, 0),
  ...scoreSpans(texts, found),
  streamed: { seed: Number(values.seed), pieces, identical: differing.length === 0, differingTexts: differing.length },
};

if (values.json) console.log(JSON.stringify(report, undefined, 2));
else print();
if (differing.length > 0) process.exitCode = 1;

/** A text in pieces of 1 to 16 code units. */
function* cut(text: string): Generator<string> {
  for (let at = 0; at < text.length; pieces++) {
    const size = random.between(1, 16);
    yield text.slice(at, at + size);
    at += size;
  }
}

function print(): void {
  console.log(`${report.texts} texts, ${report.characters} characters`);
  console.log(row("entity", "found", "missed", "alarms", "precision", "recall", "F1", "F2", "per million"));
  for (const [entity, score] of Object.entries(report.entities)) console.log(scoreRow(entity, score));
  console.log(scoreRow("all of them", report.micro));
  const { identical, seed, differingTexts } = report.streamed;
  const outcome = identical ? "the same spans" : `other spans in ${differingTexts} texts`;
  console.log(`In ${pieces} random pieces (seed ${seed}): ${outcome}.`);
}

function scoreRow(name: string, score: EntityScore): string {
  const { found, missed, alarms, precision, recall, f1, f2, alarmsPerMillion } = score;
  const shares = [precision, recall, f1, f2].map((share) => share.toFixed(3));
  return row(name, ...[found, missed, alarms].map(String), ...shares, alarmsPerMillion.toFixed(1));
}

function row(name: string, ...cells: readonly string[]): string {
  return name.padEnd(28) + cells.map((cell) => cell.padStart(12)).join("");
}
