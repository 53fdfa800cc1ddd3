import { scanRequest } from "../src/codec/openai/scan-request.ts";
import { requestBodies } from "./request-bodies.ts";
import { median } from "./statistics.ts";

/** The request scanner beside JSON.parse of the decoded text, and beside decoding and parsing the bytes: medians in microseconds. */
export interface ScannerFigure {
  readonly body: string;
  readonly bytes: number;
  readonly scanUs: number;
  readonly parseUs: number;
  readonly decodeAndParseUs: number;
  /** The median of the rounds' ratios of scanning to parsing. */
  readonly ratio: number;
}

const rounds = 15;
const warmUps = 3;
const roundMs = 12;
const small = JSON.stringify({ model: "gpt-5.5", stream: true, messages: [{ role: "user", content: "Say hello. ".repeat(20) }] });

/** Measures bodies of 64 KiB of several kinds, and a small one. */
export function scannerFigures(): ScannerFigure[] {
  const bodies = Object.entries(requestBodies).map(([name, body]) => [name, body(64 * 1024)] as const);
  return [["small", small] as const, ...bodies].map(([name, json]) => measure(name, json));
}

function measure(body: string, json: string): ScannerFigure {
  const bytes = Buffer.from(json);
  const runs: { scanUs: number; parseUs: number; decodeAndParseUs: number }[] = [];
  for (let round = -warmUps; round < rounds; round++) {
    const scanUs = timed(() => scanRequest(bytes));
    const parseUs = timed(() => JSON.parse(json));
    const decodeAndParseUs = timed(() => JSON.parse(bytes.toString()));
    if (round >= 0) runs.push({ scanUs, parseUs, decodeAndParseUs });
  }
  return {
    body,
    bytes: bytes.length,
    scanUs: median(runs.map((run) => run.scanUs)),
    parseUs: median(runs.map((run) => run.parseUs)),
    decodeAndParseUs: median(runs.map((run) => run.decodeAndParseUs)),
    ratio: median(runs.map((run) => run.scanUs / run.parseUs)),
  };
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

if (import.meta.main) {
  for (const { body, bytes, scanUs, parseUs, decodeAndParseUs, ratio } of scannerFigures()) {
    const us = `scan ${scanUs.toFixed(2)} µs, parse ${parseUs.toFixed(2)} µs, decode and parse ${decodeAndParseUs.toFixed(2)} µs`;
    console.log(`${body} (${bytes} bytes): ${us}: ${ratio.toFixed(2)}x`);
  }
}
