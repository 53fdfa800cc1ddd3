// Measures the middleware promptInjection on a small labelled set: what it finds of each kind of attempt, and what it takes for one
// of harmless texts that have the same words. Prints a Markdown table; with `--missed` also what it got wrong at 0.7.
import type { ChannelKey } from "../src/chat/guard.ts";
import { injectionCategories } from "../src/guard/prompt-injection/heuristics.ts";
import { injectionGuard } from "../src/guard/prompt-injection/injection-guard.ts";
import { attacks } from "./injection-set/attacks.ts";
import { harmless } from "./injection-set/harmless.ts";

const thresholds = [0.5, 0.7, 0.9];

const guards = thresholds.map((threshold) =>
  injectionGuard({ action: "block", threshold, categories: [...injectionCategories] }),
);

/** How many of some texts are taken for injections, at each threshold. */
function found(texts: readonly string[]): readonly number[] {
  return guards.map((newGuard) => texts.filter((text) => isFound(newGuard(), text)).length);
}

function isFound(guard: ReturnType<(typeof guards)[number]>, text: string): boolean {
  const key: ChannelKey = { channel: "content", choice: 0, tool: 0 };
  return guard.feed(key, text).spans.length + guard.finish(key, "eof").spans.length > 0;
}

const rows = [...Object.entries(attacks), ["harmless", harmless] as const].map(([kind, texts]) => {
  const name = kind === "harmless" ? "harmless texts" : `\`${kind}\``;
  return [name, String(texts.length), ...found(texts).map(String)];
});
const header = ["kind", "texts", ...thresholds.map((threshold) => `found at ${threshold}`)];
const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)));
const line = (cells: readonly string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
console.log([line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n"));
if (process.argv.includes("--missed")) {
  const newGuard = injectionGuard({ action: "block", threshold: 0.7, categories: [...injectionCategories] });
  for (const [kind, texts] of Object.entries(attacks)) {
    for (const text of texts) if (!isFound(newGuard(), text)) console.log(`missed of ${kind}: ${text}`);
  }
  for (const text of harmless) if (isFound(newGuard(), text)) console.log(`false alarm: ${text}`);
}
