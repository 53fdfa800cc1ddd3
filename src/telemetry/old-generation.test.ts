import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

const module = join(import.meta.dirname, "old-generation.ts");

/** What a process of its own finds, in MiB. */
function found(nodeOptions: string, call: string): number {
  const script = `import { oldGenerationLimit, oldGenerationUsed } from ${JSON.stringify(module)}; const { NODE_OPTIONS = "" } = process.env; console.log(${call})`;
  const env = { ...process.env, NODE_OPTIONS: nodeOptions };
  return Number(execFileSync(process.execPath, ["--input-type=module", "-e", script], { env, encoding: "utf8" })) / 2 ** 20;
}

it.each([
  ["--max-old-space-size=64", 64],
  ["--max-old-space-size=256", 256],
  ["--max-old-space-size=256 --max-semi-space-size=8", 256],
  ["--max-old-space-size=256 --max_semi_space_size=128", 256],
])("with %s the old generation may grow to %d MiB", (nodeOptions, wanted) => {
  expect(found(nodeOptions, "oldGenerationLimit(NODE_OPTIONS)")).toBe(wanted);
});

it("what lives is in use, and what is young and dies is not", () => {
  const old = "globalThis.kept = Array.from({ length: 4e6 }, (_, at) => at + 0.5)";
  expect(found("", `(${old}, oldGenerationUsed())`)).toBeGreaterThan(30);
  expect(found("", "oldGenerationUsed()")).toBeLessThan(10);
});
