import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { labelledSet } from "../../test/support/pii/labelled-set.ts";
import { plainTexts } from "../../test/support/pii/plain-text.ts";

const decisions = join(import.meta.dirname, "../../docs/adr");

/** What is searched: English prose (the decision records), logs, code and numbers, and sentences of which each has personal data or a secret. */
export const texts = {
  prose: readdirSync(decisions)
    .sort()
    .map((name) => readFileSync(join(decisions, name), "utf8"))
    .join("\n"),
  "logs and numbers": plainTexts(1, 100_000).join("\n"),
  "personal data": labelledSet(1, 60)
    .map(({ text }) => text)
    .join("\n"),
} as const;

/** One of the texts. */
export type TextName = keyof typeof texts;

/** A text in pieces of so many UTF-16 code units. */
export function piecesOf(text: string, units: number): string[] {
  return Array.from({ length: Math.ceil(text.length / units) }, (_, i) => text.slice(i * units, (i + 1) * units));
}
