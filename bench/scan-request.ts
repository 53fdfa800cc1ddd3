import { parseArgs } from "node:util";
import { scanRequest } from "../src/codec/openai/scan-request.ts";
import { requestBodies } from "./request-bodies.ts";
import { median } from "./statistics.ts";

// Measures the request scanner beside JSON.parse, of the decoded text and of the bytes: `node -C source bench/scan-request.ts [--json]`.

/** Medians in microseconds, and how the scanner compares. */
interface Figures {
  readonly body: string;
  readonly bytes: number;
  readonly scanUs: number;
  readonly parseUs: number;
  readonly decodeAndParseUs: number;
  readonly toParse: number;
  readonly toDecodeAndParse: number;
}

const rounds = 15;
const roundMs = 12;

function measure(body: string, json: string): Figures {
  const bytes = Buffer.from(json);
  const candidates = [() => scanRequest(bytes), () => JSON.parse(json), () => JSON.parse(bytes.toString())];
  const times: number[][] = candidates.map(() => []);
  for (let round = -3; round < rounds; round++) {
    for (const [i, run] of candidates.entries()) {
      const us = timed(run);
      if (round >= 0) times[i]?.push(us);
    }
  }
  const [scanUs = 0, parseUs = 0, decodeAndParseUs = 0] = times.map(median);
  const toParse = scanUs / parseUs;
  return { body, bytes: bytes.length, scanUs, parseUs, decodeAndParseUs, toParse, toDecodeAndParse: scanUs / decodeAndParseUs };
}

/** Microseconds a run takes, over as many runs as fit a round. */
function timed(run: () => unknown): number {
  const start = performance.now();
  let runs = 0;
  while (performance.now() - start < roundMs) {
    for (let i = 0; i < 20; i++) run();
    runs += 20;
  }
  return ((performance.now() - start) * 1000) / runs;
}

const { values: options } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const small = JSON.stringify({ model: "gpt-5.5", stream: true, messages: [{ role: "user", content: "Say hello. ".repeat(20) }] });
const figures = [measure("small", small), ...Object.entries(requestBodies).map(([name, body]) => measure(name, body(64 * 1024)))];
if (options.json) console.log(JSON.stringify(figures, undefined, 2));
else {
  for (const { body, bytes, scanUs, parseUs, decodeAndParseUs, toParse, toDecodeAndParse } of figures) {
    const us = `scan ${scanUs.toFixed(2)} µs, parse ${parseUs.toFixed(2)} µs, decode and parse ${decodeAndParseUs.toFixed(2)} µs`;
    console.log(`${body} (${bytes} bytes): ${us}: ${toParse.toFixed(2)}x, ${toDecodeAndParse.toFixed(2)}x`);
  }
}
