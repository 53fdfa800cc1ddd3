// `npm run bench:beside -- COMMIT`: the CPU of this tree beside that of another commit, both built, in front of the same fake upstream,
// round by round in turn. Says which loads became dearer; --only TEXT runs only those whose name has TEXT, --rounds N other than 9.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { clientsOf } from "./clients.ts";
import { type CpuTarget, compareCpu } from "./cpu.ts";
import { type BenchProcess, startSluiceOf, startUpstream } from "./processes.ts";
import { times } from "./report.ts";
import { table } from "./table.ts";

/** How much dearer a load may become, as a ratio. */
const dearer = 1.05;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string", default: "" }, rounds: { type: "string", default: "9" } },
});
const [commit] = positionals;
if (commit === undefined) throw new Error("say which commit: npm run bench:beside -- COMMIT");

const here = dirname(import.meta.dirname);
const there = join(mkdtempSync(join(tmpdir(), "sluice-beside-")), "sluice");
process.on("exit", () => {
  run("git", ["worktree", "remove", "--force", there], here);
  rmSync(dirname(there), { recursive: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

run("git", ["worktree", "add", "--detach", there, commit], here);
run("npm", ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"], there);
run("npm", ["run", "build"], there);

const upstream = await startUpstream();
const [beside, sluice] = [await target(there, upstream), await target(here, upstream)];
const figures = await compareCpu(beside, sluice, Number(flags.rounds), flags.only);
const name = execFileSync("git", ["log", "-1", "--format=%h %s", commit], { encoding: "utf8" }).trim();
const rows = figures.map(({ name, unit, besideUs, sluiceUs, ratio }) => [
  `${name}, a ${unit}`,
  besideUs.toFixed(1),
  sluiceUs.toFixed(1),
  times(ratio),
  ratio > dearer ? "dearer" : "",
]);
console.log(`CPU beside ${name}\n\n${table(["load", "there, µs", "here, µs", "ratio", ""], rows)}`);
await Promise.all([beside.process, sluice.process, upstream].map((each) => each.stop()));

async function target(root: string, upstream: BenchProcess): Promise<CpuTarget> {
  const process = await startSluiceOf(root, upstream);
  return { process, clients: clientsOf(process.port) };
}

/** Runs a command and shows what it says. */
function run(command: string, args: readonly string[], cwd: string): void {
  execFileSync(command, args, { cwd, stdio: ["ignore", 2, 2] });
}
