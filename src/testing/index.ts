/**
 * The test kit: runs any middleware over a scripted model, under any chunking, with clients that leave, upstreams that die and
 * neighbours that halt, and checks the pipeline's laws.
 */
export { type Cut, chunksOf, everyPiece, randomPieces, seededRandom } from "./chunking.ts";
export { type HarnessOptions, type HarnessResult, runPipeline, stillClock } from "./harness.ts";
export { type Breaks, checkLaws, type LawCase } from "./laws.ts";
export { type Script, ScriptedStream } from "./scripted-stream.ts";
export { type WatchedOrder, watchOrder } from "./watch-order.ts";
