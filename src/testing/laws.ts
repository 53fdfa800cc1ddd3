import { equals, type MessageInitShape } from "@bufbuild/protobuf";
import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { type ChatCompletionResponse, ResponseMessageSchema } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { GatewayError } from "../chat/error.ts";
import type { Immutable } from "../chat/immutable.ts";
import { unfold } from "../chat/unfold.ts";
import type { RequestContext } from "../pipeline/context.ts";
import type { Middleware } from "../pipeline/middleware.ts";
import { type Cut, chunksOf } from "./chunking.ts";
import { type HarnessResult, runPipeline } from "./harness.ts";
import { watchOrder } from "./watch-order.ts";

/** A middleware under test, and what it is tried with. */
export interface LawCase {
  /** Makes the middleware, fresh for every run. */
  readonly make: () => Middleware | readonly Middleware[];
  /** What the model answers. */
  readonly reply: Immutable<ChatCompletionResponse>;
  /** How the streamed reply is cut. */
  readonly cut: Cut;
  readonly request?: MessageInitShape<typeof ChatCompletionRequestSchema>;
  /**
   * Whether what a failed stream released is decided text only (exact guardrails: always; advisory ones release what they had not
   * seen). Default true.
   */
  readonly releasesDecidedOnly?: boolean;
}

/** Breaks of a law, a sentence each; empty when all hold. */
export type Breaks = readonly string[];

/**
 * Runs a middleware over one reply, unstreamed, streamed in pieces, and cut short at every step by the client, by the upstream
 * and by the middleware's own neighbour, and says which laws it breaks:
 * - streamed = unstreamed: the same message when the call ends well, the same error code when it fails, and what a failed stream
 *   released is a prefix of what was decided; what happens to the upstream after a guard has hung up on it makes no difference;
 * - `afterLlm` once, for the entered only, in reverse order of `beforeLlm`;
 * - nothing after a halt; every lease closed at the end.
 */
export async function checkLaws(test: LawCase): Promise<Breaks> {
  const breaks: string[] = [];
  const whole = await run(test, [unfold(test.reply)]);
  checkEnd("unstreamed", whole, breaks);
  const pieces = chunksOf(test.reply, test.cut).map((chunk) => [chunk]);
  const streamed = await run(test, pieces);
  checkEnd("streamed", streamed, breaks);
  compare(whole.result, streamed.result, test, breaks);
  for (let at = 0; at <= pieces.length; at++) {
    const left = await run(test, pieces, { leaveAfter: at });
    checkEnd(`client gone after ${at} batches`, left, breaks);
    checkPrefix(`client gone after ${at} batches`, whole.result, left.result, test, breaks);
    const cutShort = await run(test, pieces.slice(0, at), {
      error: new GatewayError("upstream_interrupted", "the upstream died"),
    });
    checkEnd(`upstream dead after ${at} batches`, cutShort, breaks);
    checkMet(`upstream dead after ${at} batches`, at, streamed.result, cutShort.result, breaks);
    checkPrefix(`upstream dead after ${at} batches`, whole.result, cutShort.result, test, breaks);
    const halted = await run(test, pieces, { haltAt: at });
    checkEnd(`halted at chunk ${at}`, halted, breaks);
    if (at < pieces.length) checkMet(`halted at chunk ${at}`, at, streamed.result, halted.result, breaks);
  }
  return breaks;
}

interface Run {
  readonly result: HarnessResult;
  readonly order: Breaks;
}

interface RunOptions {
  readonly leaveAfter?: number;
  readonly error?: GatewayError;
  /** An inner neighbour halts the call at this chunk. */
  readonly haltAt?: number;
}

type Batches = readonly (readonly ChatCompletionChunk[])[];

async function run(test: LawCase, batches: Batches, options: RunOptions = {}): Promise<Run> {
  const made = test.make();
  const watched = watchOrder([...(Array.isArray(made) ? (made as readonly Middleware[]) : [made as Middleware])]);
  const neighbours = options.haltAt === undefined ? [] : [haltingAt(options.haltAt)];
  const result = await runPipeline({
    middleware: [...watched.middleware, ...neighbours],
    script: () => (options.error === undefined ? { batches } : { batches, error: options.error }),
    streamed: batches.length > 1,
    ...(test.request === undefined ? {} : { request: test.request }),
    ...(options.leaveAfter === undefined ? {} : { leaveAfter: options.leaveAfter }),
  });
  return { result, order: watched.breaks() };
}

/** A level-2 neighbour, inside the tested middleware, that halts the call at its n-th chunk. */
function haltingAt(n: number): Middleware {
  return {
    name: "halting-neighbour",
    processChunks(ctx: RequestContext) {
      let seen = 0;
      return {
        chunk() {
          if (seen++ === n) ctx.haltWithError(new GatewayError("upstream_error", "halted by the test"));
          return undefined;
        },
      };
    },
  };
}

function checkEnd(when: string, { result, order }: Run, breaks: string[]): void {
  for (const broken of order) breaks.push(`${when}: ${broken}`);
  if (result.openLeases > 0) breaks.push(`${when}: ${result.openLeases} leases left open`);
  const finals = result.chunks.filter((chunk) => chunk.route !== undefined);
  if (finals.length > 1) breaks.push(`${when}: ${finals.length} final chunks`);
  if (finals.length === 1 && result.chunks.at(-1) !== finals[0]) breaks.push(`${when}: something after the final chunk`);
}

/** What happens at the `at`th read of the model fails the call, unless the whole reply is over by then. */
function checkMet(when: string, at: number, whole: HarnessResult, part: HarnessResult, breaks: string[]): void {
  if (at < whole.reads) {
    if (part.error === undefined) breaks.push(`${when}: the call ended well`);
  } else if (part.error?.code !== whole.error?.code) {
    breaks.push(`${when}: ends with ${part.error?.code ?? "ok"}, though the upstream had been left by then`);
  }
}

/** Streamed = unstreamed. */
function compare(whole: HarnessResult, streamed: HarnessResult, test: LawCase, breaks: string[]): void {
  if (whole.error?.code !== streamed.error?.code) {
    breaks.push(`unstreamed ends with ${whole.error?.code ?? "ok"}, streamed with ${streamed.error?.code ?? "ok"}`);
  } else if (whole.error !== undefined) {
    checkPrefix("streamed", whole, streamed, test, breaks);
  } else {
    for (const choice of whole.response.choices) {
      const other = streamed.response.choices.find((candidate) => candidate.index === choice.index);
      if (choice.finishReason !== other?.finishReason) breaks.push(`choice ${choice.index}: finish reasons differ`);
      if (choice.message && !(other?.message && equals(ResponseMessageSchema, choice.message, other.message))) {
        breaks.push(`choice ${choice.index}: streamed and unstreamed messages differ`);
      }
    }
    if (whole.response.choices.length !== streamed.response.choices.length)
      breaks.push("streamed and unstreamed have other choices");
  }
}

/** What a call that failed released is a prefix of what the whole reply gives. */
function checkPrefix(when: string, whole: HarnessResult, part: HarnessResult, test: LawCase, breaks: string[]): void {
  if (test.releasesDecidedOnly === false || whole.error !== undefined) return;
  for (const choice of part.response.choices) {
    const all = whole.response.choices.find((candidate) => candidate.index === choice.index)?.message;
    for (const channel of ["content", "reasoning", "refusal"] as const) {
      const text = choice.message?.[channel] ?? "";
      if (!(all?.[channel] ?? "").startsWith(text))
        breaks.push(`${when}: choice ${choice.index}'s ${channel} is no prefix of what was decided`);
    }
  }
}
