// `npm run bench:codecs`: what a codec costs beside JSON.parse and JSON.stringify of the same bytes, in one run. Writes
// docs/codec-benchmarks.md; --json prints the figures and writes nothing.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { times } from "../report.ts";
import { table } from "../table.ts";
import { codecFigure } from "./measure.ts";
import { samples } from "./samples.ts";

/** How much more a translated chunk may cost than its JSON parsed and written. */
const target = 2.5;

const { values: flags } = parseArgs({ options: { json: { type: "boolean" } } });
const { gc } = globalThis;
if (gc === undefined) throw new Error("memory is measured after collecting garbage: run with --expose-gc");
const figures = samples.map((sample) => codecFigure(sample, gc));

const rows = figures.map(({ name, decodeUs, chunkUs, chunkJsonUs, bytes }) => {
  const ratio = chunkUs / chunkJsonUs;
  const us = [decodeUs, chunkUs, chunkJsonUs].map((figure) => figure.toFixed(2));
  return [name, ...us, times(ratio), ratio <= target ? "met" : "missed", String(Math.round(bytes))];
});
const requestRows = figures.map(({ name, requestUs, requestJsonUs }) => [
  name,
  requestUs.toFixed(1),
  requestJsonUs.toFixed(1),
  times(requestUs / requestJsonUs),
]);
const [processor] = cpus();
const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
const text = `# Codec benchmarks

Written by \`npm run bench:codecs\`; do not edit. Everything is measured in one process on one core, as CPU time of the process, the least of
several rounds. A chunk has 12 characters of text. "Translated" is from the vendor's JSON to a message and on to the JSON of an OpenAI
client; beside it \`JSON.parse\` and \`JSON.stringify\` of the same bytes, which is what a gateway pays that changes nothing.

Machine: ${cpus().length} × ${processor?.model.trim()}; Node ${process.version}; commit ${commit}.

## A streamed chunk

The target is ${target} times the JSON. Bytes are what is allocated in the heap per translated chunk, over a million chunks after a collection.

${table(["codec", "to a message, µs", "translated, µs", "JSON, µs", "ratio", "target", "bytes"], rows)}

## A request

Of two tools, a system message and six turns, from a message to the vendor's body.

${table(["codec", "encoded, µs", "JSON of that body, µs", "ratio"], requestRows)}
`;
console.log(flags.json ? JSON.stringify(figures, undefined, 2) : text);
if (!flags.json) {
  const page = join(import.meta.dirname, "../../docs/codec-benchmarks.md");
  writeFileSync(page, text);
  execFileSync("biome", ["format", "--write", page]);
}
