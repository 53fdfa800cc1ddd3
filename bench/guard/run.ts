// `npm run bench:guard`: what guards cost, beside what one could take instead, on this machine, in one run. Writes
// docs/guard-benchmarks.md; --json prints the figures, --quick writes nothing and leaves the others out.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import manifest from "../../package.json" with { type: "json" };
import { automatonFigure, compileFigures, matcherFigures } from "./matchers.ts";
import { presidioFigure } from "./presidio.ts";
import { re2Figure } from "./re2.ts";
import { type GuardFigures, report } from "./report.ts";
import { streamFigures } from "./stream.ts";

const { values: flags } = parseArgs({ options: { json: { type: "boolean" }, quick: { type: "boolean" } } });
const { gc } = globalThis;
if (gc === undefined) throw new Error("memory is measured after collecting garbage: run with --expose-gc");
const [load = 0] = loadavg();

/** Collects garbage, array buffers too, which are freed beside the main thread. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    gc?.();
    await setTimeout(50);
  }
}

const own = {
  load,
  compile: await compileFigures(settle),
  streams: streamFigures(),
  matchers: matcherFigures(),
  automaton: automatonFigure(),
};
if (flags.quick) console.log(JSON.stringify(own, undefined, 2));
else {
  const figures: GuardFigures = { ...own, re2: re2Figure(manifest.devDependencies.re2js), presidio: presidioFigure() };
  const text = report(figures);
  console.log(flags.json ? JSON.stringify(figures, undefined, 2) : text);
  const page = join(import.meta.dirname, "../../docs/guard-benchmarks.md");
  writeFileSync(page, text);
  execFileSync("biome", ["format", "--write", page]);
}
