import { GCProfiler } from "node:v8";
import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { encodeChunk } from "../../src/codec/openai/encode-reply.ts";
import { incomingRequest } from "../../src/codec/openai/incoming-request.ts";
import { cpuTime } from "../guard/cpu-time.ts";
import type { CodecSample, Payload } from "./samples.ts";

/** What a codec costs: microseconds of CPU, and beside each what `JSON.parse` and `JSON.stringify` of the same bytes take. */
export interface CodecFigure {
  readonly name: string;
  /** A chunk from the vendor's JSON to a message. */
  readonly decodeUs: number;
  /** The same, and on to the JSON of an OpenAI client. */
  readonly chunkUs: number;
  readonly chunkJsonUs: number;
  /** A request from a message to the vendor's body. */
  readonly requestUs: number;
  readonly requestJsonUs: number;
  /** Bytes allocated per chunk, to JSON and back counted too. */
  readonly bytes: number;
}

const asked = { sluice: false, usage: false };
const roundChunks = 2_000;
const allocationChunks = 1_000_000;

/** Measures one codec. `collect` collects garbage. */
export function codecFigure(sample: CodecSample, collect: () => void): CodecFigure {
  const { stream, encode } = sample;
  const payloads = stream(roundChunks);
  const request = incomingRequest(Buffer.from(sample.request)).decode();
  const decode = () => {
    const next = sample.decoder();
    for (const { data, type } of payloads) next(data, type);
  };
  const translate = () => translated(sample, payloads);
  const body = encode(request);
  return {
    name: sample.name,
    decodeUs: cpuTime(decode) / payloads.length,
    chunkUs: cpuTime(translate) / payloads.length,
    chunkJsonUs: cpuTime(() => parsed(payloads)) / payloads.length,
    requestUs: cpuTime(() => encode(request)),
    requestJsonUs: cpuTime(() => JSON.stringify(JSON.parse(body))),
    bytes:
      allocated(() => {
        for (let done = 0; done < allocationChunks; done += roundChunks) translate();
      }, collect) / allocationChunks,
  };
}

function translated(sample: CodecSample, payloads: readonly Payload[]): number {
  const next = sample.decoder();
  let size = 0;
  for (const { data, type } of payloads) {
    const chunk: ChatCompletionChunk | undefined = next(data, type);
    if (chunk !== undefined) size += encodeChunk(chunk, asked).length;
  }
  return size;
}

function parsed(payloads: readonly Payload[]): number {
  let size = 0;
  for (const { data } of payloads) size += JSON.stringify(JSON.parse(data)).length;
  return size;
}

/** Bytes that a run allocates in the heap: what it grew by, and what was collected meanwhile. */
function allocated(run: () => void, collect: () => void): number {
  collect();
  const profiler = new GCProfiler();
  profiler.start();
  const before = process.memoryUsage().heapUsed;
  run();
  const grown = process.memoryUsage().heapUsed - before;
  const { statistics } = profiler.stop() ?? { statistics: [] };
  const collected = statistics.map(
    ({ beforeGC, afterGC }) => beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize,
  );
  return grown + collected.reduce((sum, bytes) => sum + bytes, 0);
}
