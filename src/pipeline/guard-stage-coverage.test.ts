import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type ChatCompletionChunk, ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { holds, plantEverywhere } from "../../test/support/planted-messages.ts";
import { GatewayError } from "../chat/error.ts";
import type { GuardAction } from "../chat/guard.ts";
import { eventOf, type StreamEvent } from "../chat/stream.ts";
import { literalGuard } from "../guard/literal-guard.ts";
import { GuardStage } from "./guard-stage.ts";

const canary = "canary-7f3a";
/** Written by the gateway itself, not by the upstream. */
const ours = new Set(["events", "cost", "route"]);

/** What leaves of a chunk followed by a good end of its choice. */
function released(chunk: ChatCompletionChunk, action: GuardAction): { events: StreamEvent[]; error: GatewayError | undefined } {
  const events: StreamEvent[] = [];
  const sink = { addVerdict: () => {}, addDroppedField: () => {}, held: () => {}, withheld: () => {} };
  const guard = literalGuard({ literals: [canary], action, replacement: "[gone]" })();
  const stage = new GuardStage([{ name: "guard", guard }], sink);
  const say = (content: string) => create(ChatCompletionChunkSchema, { choices: [{ delta: { content } }] });
  const stop = create(ChatCompletionChunkSchema, { choices: [{ finishReason: 1 }] });
  try {
    for (const each of [say("hello"), chunk, say("bye"), stop]) stage.push([eventOf(each)], events);
    stage.end("eof", events);
    return { events, error: undefined };
  } catch (error) {
    return { events, error: GatewayError.from(error) };
  }
}

const everywhere = plantEverywhere<ChatCompletionChunk>(ChatCompletionChunkSchema, { text: canary, except: ours }).map(
  ({ path, message }) => ({ path, chunk: message }),
);

describe("under a guard", () => {
  it("every string and bytes field that a reply's chunk can hold is planted", () => {
    expect(everywhere.length).toBeGreaterThan(45);
    for (const { chunk } of everywhere) expect(holds(chunk, canary)).toBe(true);
    const paths = everywhere.map(({ path }) => path);
    expect(paths).toContain("choices.delta.tool_calls.function.arguments");
    expect(paths).toContain("choices.logprobs.content.top_logprobs.bytes");
    process.stdout.write(`guard stage: a canary planted in each of ${everywhere.length} fields\n`);
  });

  for (const action of ["redact", "block"] as const) {
    it.each(everywhere)(`${action}: nothing found in $path leaves`, ({ chunk }) => {
      const { events, error } = released(chunk, action);
      expect(events.some((event) => holds(event.chunk(), canary))).toBe(false);
      expect([undefined, "guardrail_blocked"]).toContain(error?.code);
    });
  }

  it("free text is redacted, an id or a name fails the call", () => {
    const outcome = (path: string) => {
      const planted = everywhere.find((each) => each.path === path);
      return planted && released(planted.chunk, "redact").error?.code;
    };
    for (const path of ["choices.delta.annotations.url_citation.title", "choices.delta.audio.transcript", "metadata"]) {
      expect([path, outcome(path)]).toEqual([path, undefined]);
    }
    for (const path of ["id", "system_fingerprint", "choices.delta.tool_calls.id", "choices.delta.function_call.name"]) {
      expect([path, outcome(path)]).toEqual([path, "guardrail_blocked"]);
    }
  });
});
