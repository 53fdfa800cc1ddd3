import { create } from "@bufbuild/protobuf";
import { ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { eventOf, type StreamEvent } from "../../src/chat/stream.ts";
import type { RequestContext } from "../../src/pipeline/context.ts";
import type { GuardSink } from "../../src/pipeline/guard-sink.ts";
import { GuardStage } from "../../src/pipeline/guard-stage.ts";
import type { NamedGuard } from "../../src/pipeline/guarded-text.ts";
import type { Middleware } from "../../src/pipeline/middleware.ts";
import { quantile } from "../statistics.ts";
import { cpuTime } from "./cpu-time.ts";
import { carefulGuards } from "./guards.ts";
import { piecesOf, type TextName, texts } from "./texts.ts";

/** What guards cost a stream of chunks, one a read, of {@link chunkUnits} characters each. */
export interface StreamFigure {
  readonly text: TextName;
  /** CPU of a chunk through the guard stage: searching, holding, and writing the message anew. Microseconds. */
  readonly chunkUs: number;
  /** CPU of that with a guard that finds nothing and holds nothing. Microseconds. */
  readonly stageUs: number;
  /** Share of streams whose first characters leave with their first chunk. */
  readonly atOnce: number;
  /** Chunks that the first visible text waits for: the 99th percentile of streams. */
  readonly waitP99: number;
}

export const chunkUnits = 12;
const streamUnits = 2000;
const silent: GuardSink = { addVerdict: () => {}, addDroppedField: () => {}, held: () => {}, withheld: () => {} };

/** Measures every text, in streams of some two thousand characters. */
export function streamFigures(): StreamFigure[] {
  return Object.entries(texts).map(([name, text]) => {
    const streams = piecesOf(text, streamUnits).map(eventsOf);
    const chunks = streams.reduce((sum, events) => sum + events.length, 0);
    const costOf = (guards: () => readonly NamedGuard[]) =>
      cpuTime(() => {
        for (const events of streams) run(events, guards());
      }) / chunks;
    // A stream may begin anywhere in a text: with the beginning of a word, here.
    const waits = [...text.matchAll(/(?<=\s)\w/g)].map(({ index }) => waitOf(text.slice(index, index + 600)));
    return {
      text: name as TextName,
      chunkUs: costOf(() => carefulGuards.flatMap(guardOf)),
      stageUs: costOf(() => [{ name: "nothing", guard: { channels: ["content"], feed: seen(), finish: seen() } }]),
      atOnce: waits.filter((wait) => wait === 0).length / waits.length,
      waitP99: quantile(waits, 0.99),
    };
  });
}

/** A guard of a middleware, for one stream. These keep nothing of the call and need nothing of it. */
function guardOf(middleware: Middleware): NamedGuard[] {
  const guard = middleware.guardText?.({} as RequestContext);
  return guard === undefined ? [] : [{ name: middleware.name, guard }];
}

/** What a guard says that decides at once on everything. */
function seen(): (_: unknown, text: string) => { spans: []; safeTo: number } {
  let length = 0;
  return (_, text) => {
    if (text !== "eof") length += text.length;
    return { spans: [], safeTo: length };
  };
}

/** Chunks of a text's own that come before some of it leaves. */
function waitOf(text: string): number {
  const stage = new GuardStage(carefulGuards.flatMap(guardOf), silent);
  const out: StreamEvent[] = [];
  const events = eventsOf(text);
  for (const [i, event] of events.entries()) {
    stage.push([event], out);
    if (out.some((each) => each.chunk().choices.some(({ delta }) => (delta?.content ?? "") !== ""))) return i;
  }
  return events.length;
}

function run(events: readonly StreamEvent[], guards: readonly NamedGuard[]): void {
  const stage = new GuardStage(guards, silent);
  for (const event of events) stage.push([event], []);
}

function eventsOf(text: string): StreamEvent[] {
  const last = { choices: [{ index: 0, delta: {}, finishReason: FinishReason.STOP }] };
  const chunks = piecesOf(text, chunkUnits).map((content) => ({ choices: [{ index: 0, delta: { content } }] }));
  return [...chunks, last].map((chunk) => eventOf(create(ChatCompletionChunkSchema, { id: "chatcmpl-bench", ...chunk })));
}
