import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { labelledSet } from "../test/support/pii/labelled-set.ts";
import { toPresidioTexts } from "../test/support/pii/labelled-text.ts";
import { plainTexts } from "../test/support/pii/plain-text.ts";

/**
 * Makes two files to evaluate the recognizers with, the same for the same seed: `labelled.json`, with values of every kind, and
 * `plain.json`, a million characters in which there is nothing to find: `npm run make:pii -- [--seed NUMBER] [--out FOLDER]`.
 */
const { values } = parseArgs({
  options: { seed: { type: "string", default: "1" }, out: { type: "string", default: ".cache/pii-set" } },
});
const seed = Number(values.seed);

mkdirSync(values.out, { recursive: true });
write("labelled.json", labelledSet(seed, 100));
write(
  "plain.json",
  plainTexts(seed, 1_000_000).map((text) => ({ text, spans: [] })),
);

function write(name: string, texts: Parameters<typeof toPresidioTexts>[0]): void {
  const path = join(values.out, name);
  writeFileSync(path, `${JSON.stringify(toPresidioTexts(texts), undefined, 1)}\n`);
  console.log(`${path}: ${texts.length} texts, ${texts.reduce((sum, { text }) => sum + text.length, 0)} characters`);
}
