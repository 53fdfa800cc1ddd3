import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type ChatCompletionChunk, ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import {
  type ChatCompletionResponse,
  ChatCompletionResponseSchema,
  FinishReason,
} from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { GuardRun } from "../../test/support/guard-run.ts";
import { holds, plantEverywhere } from "../../test/support/planted-messages.ts";
import { unfold } from "../chat/unfold.ts";
import { literalGuard } from "../guard/literal-guard.ts";
import { denyList } from "../middleware/deny-list.ts";
import { secrets } from "../middleware/secrets.ts";
import type { RequestContext } from "./context.ts";

/** A key by its form, which the guard of secrets knows by itself. */
const canary = "glpat-Zx9Q7fKd3mPw1aQ8LrT2";
/** Written by the gateway itself, not by the upstream. */
const ours = new Set(["events", "cost", "route"]);

const guardsOf = (action: "redact" | "block") => ({
  literalGuard: { guardText: literalGuard({ literals: [canary], action, replacement: "[gone]" }) },
  secrets: secrets({ action }),
  denyList: denyList({ action, entries: [canary] }),
});
const guards = { redact: guardsOf("redact"), block: guardsOf("block") };

/** What leaves of chunks under a guard. */
function released(
  chunks: readonly ChatCompletionChunk[],
  action: keyof typeof guards,
  by: keyof ReturnType<typeof guardsOf>,
): GuardRun {
  const guard = guards[action][by].guardText?.({} as RequestContext); // it asks nothing of the call
  if (guard === undefined) throw new Error(`${by} does not look at replies`);
  const run = new GuardRun([{ name: by, guard }], 1);
  for (const chunk of chunks) run.push(chunk);
  return run.end("eof");
}

const say = (content: string) => create(ChatCompletionChunkSchema, { choices: [{ delta: { content } }] });
const stop = create(ChatCompletionChunkSchema, { choices: [{ finishReason: 1 }] });
/** A chunk among others, and a good end of its choice. */
const amongOthers = (chunk: ChatCompletionChunk) => [say("hello"), chunk, say("bye"), stop];

const everywhere = plantEverywhere<ChatCompletionChunk>(ChatCompletionChunkSchema, { text: canary, except: ours }).map(
  ({ path, message }) => ({ path, chunk: message }),
);

const wholeReplies = plantEverywhere<ChatCompletionResponse>(ChatCompletionResponseSchema, { text: canary, except: ours }).map(
  ({ path, message }) => ({ path, reply: message }),
);

function expectHidden({ events, error }: GuardRun): void {
  expect(events.some((event) => holds(event.chunk(), canary))).toBe(false);
  expect([undefined, "guardrail_blocked"]).toContain(error?.code);
}

describe("under a guard", () => {
  it("every string and bytes field that a reply can hold is planted, streamed and not", () => {
    expect(everywhere.length).toBeGreaterThan(45);
    expect(wholeReplies.length).toBeGreaterThan(40);
    for (const { chunk } of everywhere) expect(holds(chunk, canary)).toBe(true);
    for (const { reply } of wholeReplies) expect(unfold(reply).some((chunk) => holds(chunk, canary))).toBe(true);
    const paths = everywhere.map(({ path }) => path);
    expect(paths).toContain("choices.delta.tool_calls.function.arguments");
    expect(paths).toContain("choices.logprobs.content.top_logprobs.bytes");
    expect(wholeReplies.map(({ path }) => path)).toContain("choices.message.tool_calls.function.arguments");
    process.stdout.write(
      `guard stage: a canary planted in each of ${everywhere.length} fields of a chunk and ${wholeReplies.length} of a whole reply\n`,
    );
  });

  for (const by of ["literalGuard", "secrets", "denyList"] as const) {
    for (const action of ["redact", "block"] as const) {
      it.each(everywhere)(`${by}, ${action}: nothing found in $path of a chunk leaves`, ({ chunk }) => {
        expectHidden(released(amongOthers(chunk), action, by));
      });

      it.each(wholeReplies)(`${by}, ${action}: nothing found in $path of a whole reply leaves`, ({ reply }) => {
        for (const choice of reply.choices) choice.finishReason = FinishReason.STOP;
        expectHidden(released(unfold(reply), action, by));
      });
    }
  }

  it("free text is redacted, an id or a name fails the call", () => {
    const outcome = (path: string) => {
      const planted = everywhere.find((each) => each.path === path);
      return planted && released(amongOthers(planted.chunk), "redact", "secrets").error?.code;
    };
    for (const path of ["choices.delta.annotations.url_citation.title", "choices.delta.audio.transcript", "metadata"]) {
      expect([path, outcome(path)]).toEqual([path, undefined]);
    }
    for (const path of ["id", "system_fingerprint", "choices.delta.tool_calls.id", "choices.delta.function_call.name"]) {
      expect([path, outcome(path)]).toEqual([path, "guardrail_blocked"]);
    }
  });
});
