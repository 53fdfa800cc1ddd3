// Everything a change must pass, in one command: generated code and tables up to date, contract and code linted, nothing taken from the contract, types, unused code, tests.
// Ends with the line `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dirname);
const scratch = mkdtempSync(join(tmpdir(), "sluice-check-"));
const report = join(scratch, "vitest.json");
const contract = join(scratch, "contract.binpb");

const steps: readonly (readonly string[])[] = [
  ["node", "-C", "source", "scripts/generate.ts", "--check"],
  ["node", "-C", "source", "scripts/generate-docs.ts", "--check"],
  ["node", "-C", "source", "scripts/generate-prices.ts", "--check"],
  ["buf", "lint"],
  ["buf", "build", "--exclude-source-info", "-o", contract],
  ["buf", "breaking", contract, "--against", "proto/baseline.binpb"],
  ["buf", "format", "--diff", "--exit-code", "proto"],
  ["biome", "ci", "--error-on-warnings", "."],
  ["tsc"],
  ["knip"],
  ["npm", "test", "--", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
];

interface Totals {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
}

function run(): number {
  for (const [command = "", ...args] of steps) {
    console.log(`\n> ${command} ${args.join(" ")}`);
    const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
    if (status !== 0 && command !== "npm") {
      console.error(`\n${command} failed; the tests were not run`);
      console.log("0 passed, 1 failed");
      return 1;
    }
  }
  const totals = JSON.parse(readFileSync(report, "utf8")) as Totals;
  const skipped = totals.numPendingTests + totals.numTodoTests;
  const failed = totals.numFailedTests === 0 ? totals.numFailedTestSuites : totals.numFailedTests;
  if (skipped > 0) console.error(`${skipped} tests were skipped; every test must run`);
  if (totals.numPassedTests === 0) console.error("no test ran");
  console.log(`${totals.numPassedTests} passed, ${failed} failed`);
  return failed > 0 || skipped > 0 || totals.numPassedTests === 0 ? 1 : 0;
}

try {
  process.exitCode = run();
} catch (error) {
  console.error(error);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
