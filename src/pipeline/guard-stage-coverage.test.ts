import { create, type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type ChatCompletionChunk, ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { GatewayError } from "../chat/error.ts";
import type { GuardAction } from "../chat/guard.ts";
import { eventOf, type StreamEvent } from "../chat/stream.ts";
import { literalGuard } from "../guard/literal-guard.ts";
import { GuardStage } from "./guard-stage.ts";

const canary = "canary-7f3a";
/** Written by the gateway itself, not by the upstream. */
const ours = new Set(["events", "cost", "route"]);

interface Planted {
  readonly path: string;
  readonly chunk: ChatCompletionChunk;
}

/** One chunk for each string and bytes field that a chunk can hold, with the canary there and nothing anywhere else. */
function plantEverywhere(desc: DescMessage, wrap: (message: Message) => ChatCompletionChunk, path: string): Planted[] {
  return desc.fields
    .filter((field) => desc !== ChatCompletionChunkSchema || !ours.has(field.name))
    .flatMap((field) => plant(desc, field, wrap, path === "" ? field.name : `${path}.${field.name}`));
}

function plant(desc: DescMessage, field: DescField, wrap: (message: Message) => ChatCompletionChunk, path: string): Planted[] {
  const made = (value: unknown): ChatCompletionChunk => wrap(create(desc, { [field.localName]: value }));
  if (field.fieldKind === "message") return plantEverywhere(field.message, made, path);
  if (field.fieldKind === "list" && field.listKind === "message") {
    return plantEverywhere(field.message, (message) => made([message]), path);
  }
  if (field.fieldKind === "map") {
    return [
      { path: `${path}.key`, chunk: made({ [canary]: "v" }) },
      { path: `${path}.value`, chunk: made({ k: canary }) },
    ];
  }
  if (field.fieldKind === "list") return field.listKind === "scalar" ? plantScalar(field.scalar, path, (v) => made([v])) : [];
  return field.fieldKind === "scalar" ? plantScalar(field.scalar, path, made) : [];
}

function plantScalar(scalar: ScalarType, path: string, made: (value: unknown) => ChatCompletionChunk): Planted[] {
  if (scalar === ScalarType.STRING) {
    return [{ path, chunk: made(path.endsWith("_json") ? `{"x":"${canary}"}` : `before ${canary} after`) }];
  }
  return scalar === ScalarType.BYTES ? [{ path, chunk: made(Buffer.from(canary)) }] : [];
}

/** Whether the canary stands in any string or bytes of a value. */
function holds(value: unknown): boolean {
  if (typeof value === "string") return value.includes(canary);
  if (value instanceof Uint8Array) return Buffer.from(value).includes(canary);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, member]) => key.includes(canary) || holds(member));
}

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

const everywhere = plantEverywhere(ChatCompletionChunkSchema, (chunk) => chunk as ChatCompletionChunk, "");

describe("under a guard", () => {
  it("every string and bytes field that a reply's chunk can hold is planted", () => {
    expect(everywhere.length).toBeGreaterThan(45);
    for (const { chunk } of everywhere) expect(holds(chunk)).toBe(true);
    const paths = everywhere.map(({ path }) => path);
    expect(paths).toContain("choices.delta.tool_calls.function.arguments");
    expect(paths).toContain("choices.logprobs.content.top_logprobs.bytes");
    process.stdout.write(`guard stage: a canary planted in each of ${everywhere.length} fields\n`);
  });

  for (const action of ["redact", "block"] as const) {
    it.each(everywhere)(`${action}: nothing found in $path leaves`, ({ chunk }) => {
      const { events, error } = released(chunk, action);
      expect(events.some((event) => holds(event.chunk()))).toBe(false);
      expect([undefined, "guardrail_blocked"]).toContain(error?.code);
    });
  }

  it("free text is redacted, an id or a name fails the call", () => {
    const outcome = (path: string) => {
      const planted = everywhere.find((each) => each.path === path);
      return planted && released(planted.chunk, "redact").error?.code;
    };
    for (const path of ["choices.delta.annotations.url_citation.title", "choices.delta.audio.transcript", "metadata.value"]) {
      expect([path, outcome(path)]).toEqual([path, undefined]);
    }
    for (const path of ["id", "system_fingerprint", "choices.delta.tool_calls.id", "choices.delta.function_call.name"]) {
      expect([path, outcome(path)]).toEqual([path, "guardrail_blocked"]);
    }
  });
});
