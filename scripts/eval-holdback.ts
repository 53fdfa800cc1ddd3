import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { CharacterFold } from "../src/guard/character-fold.ts";
import { EntitySet } from "../src/guard/entity-set.ts";
import type { Recognizer } from "../src/guard/recognizer.ts";
import { creditCard } from "../src/guard/recognizers/credit-card.ts";
import { email } from "../src/guard/recognizers/email.ts";
import { recognizers } from "../src/guard/recognizers/index.ts";
import { ipAddress } from "../src/guard/recognizers/ip.ts";
import { domain } from "../src/guard/recognizers/url.ts";
import { usSsn } from "../src/guard/recognizers/us-ssn.ts";
import { ScannedText } from "../src/guard/scanned-text.ts";
import { secretRecognizers } from "../src/guard/secrets/index.ts";
import { namedKey, providerKey } from "../src/guard/secrets/provider-key.ts";
import { HoldBackOracle } from "../test/support/hold-back-oracle.ts";
import { parsePresidioTexts } from "../test/support/pii/labelled-text.ts";

/**
 * Says how much of texts in Presidio's format is held back while they arrive character by character, and on a sample beside it the
 * least that any correct guard has to hold: `npm run eval:holdback -- FILE [--json] [--sample TEXTS]`. Ends with 1 if the two differ.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false }, sample: { type: "string", default: "40" } },
});
const [file] = positionals;
if (file === undefined) {
  console.error("Usage: npm run eval:holdback -- FILE [--json] [--sample TEXTS]");
  process.exit(2);
}

/** Held characters after each character of some texts. UTF-16 code units. */
interface HoldBack {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** Share of the places at which nothing is held. */
  readonly nothing: number;
}

/** What is looked for together, and the mean that it is to stay under. */
interface Policy {
  readonly name: string;
  readonly recognizers: readonly Recognizer[];
  readonly target?: number;
}

const all = [...secretRecognizers, ...recognizers];
const groups: readonly Policy[] = [
  { name: "all recognizers", recognizers: all, target: 4 },
  {
    name: "all but e-mail and URLs without a scheme",
    recognizers: all.filter((each) => each !== email && each !== domain),
    target: 1.5,
  },
  { name: "cards, SSN, IP, keys", recognizers: [creditCard, usSsn, ipAddress, providerKey, namedKey], target: 0.5 },
];
const singles = [...new Set(all.map(({ entity }) => entity))].map((name): Policy => {
  return { name, recognizers: all.filter(({ entity }) => entity === name) };
});

const fold = CharacterFold.with();
const texts = parsePresidioTexts(JSON.parse(readFileSync(file, "utf8"))).map(({ text }) => text);
/** Of longer texts the optimum takes long. */
const short = texts.filter((text) => text.length <= 500 && !text.includes("\\")); // the oracle knows no written-out line breaks
const every = Math.max(1, Math.floor(short.length / Number(values.sample)));
// The optimum is that of the folded text: folding twice is folding once.
const sample = short
  .filter((_, i) => i % every === 0)
  .map((text) => Array.from(text, (each) => fold.of(each.codePointAt(0) ?? 0)).join(""));

const results = [...groups, ...singles].map((policy) => {
  const set = new EntitySet(
    policy.recognizers.map((recognizer) => ({ recognizer, action: "redact" })),
    fold,
  );
  const own = sample.flatMap((text) => heldBy(set, text));
  const oracle = new HoldBackOracle(policy.recognizers);
  const best = sample.flatMap((text) => oracle.held(text));
  const differing = own.filter((held, i) => held !== best[i]).length;
  return {
    ...policy,
    whole: figures(texts.flatMap((text) => heldBy(set, text))),
    sample: figures(own),
    optimum: figures(best),
    differing,
  };
});

if (values.json)
  console.log(
    JSON.stringify(
      results.map(({ recognizers: _, ...result }) => result),
      undefined,
      2,
    ),
  );
else print();
if (results.some(({ differing }) => differing > 0)) process.exitCode = 1;

/** Characters held after each character of a text. */
function heldBy(set: EntitySet, text: string): number[] {
  const scanned = new ScannedText([set], fold);
  return Array.from({ length: text.length }, (_, i) => {
    scanned.feed(text.charAt(i), []);
    return i + 1 - scanned.safeTo;
  });
}

function figures(held: readonly number[]): HoldBack {
  const sorted = held.toSorted((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  const mean = held.reduce((sum, each) => sum + each, 0) / held.length;
  return {
    mean,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    max: at(1),
    nothing: held.filter((each) => each === 0).length / held.length,
  };
}

function print(): void {
  const places = texts.reduce((sum, { length }) => sum + length, 0);
  const sampled = sample.reduce((sum, { length }) => sum + length, 0);
  console.log(`${texts.length} texts, ${places} places; sample for the optimum: ${sample.length} texts, ${sampled} places`);
  console.log(row("", "mean", "p50", "p90", "p99", "max", "nothing", "target", "sample", "optimum", "differ"));
  for (const { name, target, whole, sample: own, optimum, differing } of results) {
    const { mean, p50, p90, p99, max, nothing } = whole;
    const verdict = target === undefined ? "" : `${mean <= target ? "met" : "missed"} ${target}`;
    const numbers = [p50, p90, p99, max].map(String);
    const beside = [own.mean.toFixed(3), optimum.mean.toFixed(3), String(differing)];
    console.log(row(name, mean.toFixed(3), ...numbers, `${(nothing * 100).toFixed(1)} %`, verdict, ...beside));
  }
}

function row(name: string, ...cells: readonly string[]): string {
  return name.padEnd(42) + cells.map((cell) => cell.padStart(11)).join("");
}
