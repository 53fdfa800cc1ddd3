import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type ChatCompletionChunk, ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import type { GatewayError } from "../chat/error.ts";
import { Fold } from "../chat/fold.ts";
import { channels, type TextGuard } from "../chat/guard.ts";
import type { Immutable } from "../chat/immutable.ts";
import { eventOf, type StreamEvent } from "../chat/stream.ts";
import { type LiteralGuardOptions, literalGuard } from "../guard/literal-guard.ts";
import { GuardStage, type GuardStageOptions } from "./guard-stage.ts";

type ChunkInit = MessageInitShape<typeof ChatCompletionChunkSchema>;

const redact: LiteralGuardOptions = { literals: ["secret"], action: "redact", replacement: "***" };
const block: LiteralGuardOptions = { literals: ["secret"], action: "block" };

/** A stage under literal guards (or a guard of the test's own) and what it reported. */
function stageOf(guards: readonly (LiteralGuardOptions | TextGuard)[], options?: GuardStageOptions) {
  const reported = { verdicts: 0, dropped: [] as string[], held: 0, withheld: 0 };
  const named = guards.map((guard, index) => ({
    name: `guard${index}`,
    guard: "feed" in guard ? guard : literalGuard(guard)(),
  }));
  const stage = new GuardStage(
    named,
    {
      addVerdict: () => reported.verdicts++,
      addDroppedField: (path) => reported.dropped.push(path),
      held: (characters) => {
        reported.held = Math.max(reported.held, characters);
      },
      withheld: (characters) => {
        reported.withheld += characters;
      },
    },
    options,
  );
  const push = (...chunks: ChunkInit[]): Immutable<ChatCompletionChunk>[] =>
    collect((out) =>
      stage.push(
        chunks.map((chunk) => eventOf(create(ChatCompletionChunkSchema, chunk))),
        out,
      ),
    );
  const end = (kind: "eof" | "truncated" = "eof") => collect((out) => stage.end(kind, out));
  return { stage, push, end, reported };
}

function collect(step: (out: StreamEvent[]) => void): Immutable<ChatCompletionChunk>[] {
  const out: StreamEvent[] = [];
  step(out);
  expect(out.every((event) => event.wire === undefined)).toBe(true);
  return out.map((event) => event.chunk());
}

const say = (content: string, index = 0): ChunkInit => ({ choices: [{ index, delta: { content } }] });
const stop = (index = 0, finishReason: FinishReason = FinishReason.STOP): ChunkInit => ({
  choices: [{ index, delta: {}, finishReason }],
});
const role: ChunkInit = { choices: [{ delta: { role: Role.ASSISTANT, content: "" } }] };

function textOf(chunks: readonly Immutable<ChatCompletionChunk>[], index = 0): string | undefined {
  const fold = new Fold();
  for (const chunk of chunks) fold.add(chunk);
  return fold.response().choices.find((choice) => choice.index === index)?.message?.content;
}

function code(step: () => unknown): string | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    return (error as GatewayError).code;
  }
}

describe("GuardStage: release", () => {
  it("lets text out as soon as it is decided, and a replacement in a finding's place", () => {
    const { push, reported } = stageOf([redact]);
    expect(textOf(push(say("a sec")))).toBe("a ");
    expect(push(say("re"))).toEqual([]);
    expect(textOf(push(say("t b")))).toBe("*** b");
    expect(reported).toMatchObject({ verdicts: 1, held: 5, withheld: 6 });
  });

  it("keeps id, time, model, tier and fingerprint on every chunk", () => {
    const { push } = stageOf([redact]);
    const head = { id: "chatcmpl-1", created: 17, model: "m", serviceTier: "flex", systemFingerprint: "fp" };
    const chunks = [...push({ ...head, ...role }), ...push({ ...head, ...say("hello s") }), ...push({ ...head, ...stop() })];
    expect(chunks).toHaveLength(3);
    for (const chunk of chunks) expect(chunk).toMatchObject(head);
  });

  it("keeps role and status back until the first character leaves, then gives them in order", () => {
    const { push } = stageOf([redact]);
    expect(push(role)).toEqual([]);
    expect(push({ choices: [], usage: { promptTokens: 3 } })).toEqual([]);
    expect(push(say("sec"))).toEqual([]);
    const chunks = push(say("ond"));
    expect(chunks.map(({ usage }) => usage?.promptTokens)).toEqual([undefined, 3, undefined]);
    expect(chunks[0]?.choices[0]?.delta?.role).toBe(Role.ASSISTANT);
    expect(textOf(chunks)).toBe("second");
  });

  it("ends a choice after the last of its text, and passes usage after that", () => {
    const { push, end } = stageOf([{ ...redact, literals: ["secret", "secretly"] }]);
    push(say("a secret"));
    const chunks = [
      ...push({ choices: [{ delta: { content: "!" }, finishReason: FinishReason.STOP }] }, { usage: { promptTokens: 5 } }),
      ...end(),
    ];
    expect(chunks.map(({ choices }) => choices[0]?.delta?.content)).toEqual(["***!", undefined, undefined]);
    expect(chunks.map(({ choices }) => choices[0]?.finishReason)).toEqual([
      FinishReason.UNSPECIFIED,
      FinishReason.STOP,
      undefined,
    ]);
    expect(chunks.at(-1)?.usage?.promptTokens).toBe(5);
  });

  it("passes a good reply without any text", () => {
    const { push, end } = stageOf([block]);
    expect([...push(role, stop()), ...end()].map(({ choices }) => choices[0]?.finishReason)).toEqual([0, FinishReason.STOP]);
  });

  it("passes an empty stream", () => {
    expect(stageOf([block]).end()).toEqual([]);
  });

  it("never splits a surrogate pair, whatever a guard says", () => {
    const careless: TextGuard = {
      channels,
      feed: (_key, text) => ({ spans: [], safeTo: text.length }),
      finish: () => ({ spans: [], safeTo: 2 }),
    };
    const { push } = stageOf([careless]);
    expect(textOf(push(say("a\ud83d")))).toBe("a");
  });

  it("looks only at a guard's channels, but at every other string", () => {
    const { push } = stageOf([{ ...redact, channels: ["reasoning"] }]);
    expect(textOf(push(say("secret")))).toBe("secret");
    expect(code(() => push({ ...say("x"), id: "secret" }))).toBe("guardrail_blocked");
  });
});

describe("GuardStage: several guards", () => {
  const mask: LiteralGuardOptions = { literals: ["ret se"], action: "mask", replacement: "#" };

  it.each([
    { guards: [redact, mask], text: "a secret seat", left: "a ***at" },
    { guards: [mask, redact], text: "a secret seat", left: "a ***at" },
    { guards: [redact, { ...mask, action: "annotate" as const }], text: "a secret seat", left: "a *** seat" },
    { guards: [redact, { ...mask, action: "block" as const }], text: "a secret seat", left: "a " },
    {
      guards: [
        { ...redact, literals: ["ecre"] },
        { ...redact, replacement: "<s>" },
      ],
      text: "a secret",
      left: "a <s>",
    },
    { guards: [{ ...redact, action: "restore" as const }, mask], text: "secret", left: "***" },
  ])("$guards.0.action and $guards.1.action on $text leave $left", ({ guards, text, left }) => {
    const { push } = stageOf(guards);
    expect(textOf([...push(...[...text].map((letter) => say(letter))), ...push(stop())])).toBe(left);
  });
});

describe("GuardStage: blocks", () => {
  it("ends a blocked choice with content_filter, and lets the others go on", () => {
    const { push, end, reported } = stageOf([block], { choices: 2 });
    const chunks = [...push(say("one ", 0), say("two ", 1)), ...push(say("secret", 0)), ...push(say("more", 0), say("more", 1))];
    chunks.push(...push(stop(0), stop(1)), ...end());
    expect(textOf(chunks, 0)).toBe("one ");
    expect(textOf(chunks, 1)).toBe("two more");
    const ends = chunks.flatMap(({ choices }) => choices.filter((choice) => choice.finishReason !== 0));
    expect(ends.map(({ index, finishReason }) => [index, finishReason])).toEqual([
      [0, FinishReason.CONTENT_FILTER],
      [1, FinishReason.STOP],
    ]);
    expect(reported).toMatchObject({ withheld: 10 });
  });

  it("fails the call when nothing of any choice may leave, as soon as that is known", () => {
    const { push } = stageOf([block], { choices: 2 });
    expect(push(role, say("secret", 0))).toEqual([]);
    expect(code(() => push(say("secret", 1)))).toBe("guardrail_blocked");
  });

  it("fails it at the end when a choice that was asked for never came", () => {
    const { push, end } = stageOf([block], { choices: 2 });
    expect(push(say("secret", 0))).toEqual([]);
    expect(code(() => end())).toBe("guardrail_blocked");
  });

  it("tells that the upstream may stop when the last choice is blocked", () => {
    const { stage, push } = stageOf([block], { choices: 2 });
    push(say("a secret", 0));
    expect(stage.over).toBe(false);
    push(say("a secret", 1));
    expect(stage.over).toBe(true);
  });

  it("does not when the upstream has ended the last one itself", () => {
    const { stage, push } = stageOf([block]);
    push(say("well"), stop());
    expect(stage.over).toBe(false);
  });

  it("drops what other texts of the choice hold back", () => {
    const { push, reported } = stageOf([block]);
    const chunks = [...push(say("well, sec")), ...push({ choices: [{ delta: { refusal: "secret" } }] })];
    expect(textOf(chunks)).toBe("well, ");
    expect(reported.withheld).toBe(9);
  });

  it("blocks a choice for what an annotation says", () => {
    const { push } = stageOf([block]);
    const annotations = [{ type: "url_citation", urlCitation: { url: "https://a", title: "the secret" } }];
    const chunks = push(say("hi"), { choices: [{ delta: { annotations } }] });
    expect(chunks.at(-1)?.choices[0]).toMatchObject({ finishReason: FinishReason.CONTENT_FILTER, delta: { annotations: [] } });
  });
});

describe("GuardStage: ends", () => {
  it.each([
    { end: FinishReason.STOP, onTruncation: "drop" as const, left: "a sec", withheld: 0 },
    { end: FinishReason.LENGTH, onTruncation: "drop" as const, left: "a ", withheld: 3 },
    { end: FinishReason.LENGTH, onTruncation: "release" as const, left: "a sec", withheld: 0 },
  ])("finish reason $end with $onTruncation leaves $left", ({ end, onTruncation, left, withheld }) => {
    const { push, reported } = stageOf([redact], { onTruncation });
    expect(textOf([...push(say("a sec")), ...push(stop(0, end))])).toBe(left);
    expect(reported.withheld).toBe(withheld);
  });

  it.each(["eof", "truncated"] as const)("without a finish reason, %s drops what waits", (kind) => {
    const { push, end, reported } = stageOf([redact]);
    push(say("a sec"));
    expect(end(kind)).toEqual([]);
    expect(reported.withheld).toBe(3);
  });

  it("drops text that comes after its choice's end", () => {
    const { push, reported } = stageOf([redact]);
    push(say("a"), stop());
    expect(push(say("b"))).toEqual([]);
    expect(reported.withheld).toBe(1);
  });

  it("keeps the vendor's own word for the end", () => {
    const { push } = stageOf([redact]);
    const [, last] = push(say("a"), { choices: [{ finishReason: FinishReason.OTHER, finishReasonRaw: "eos" }] });
    expect(last?.choices[0]).toMatchObject({ finishReason: FinishReason.OTHER, finishReasonRaw: "eos" });
  });
});

describe("GuardStage: tool calls", () => {
  const call = (fields: object): ChunkInit => ({ choices: [{ delta: { toolCalls: [{ index: 0, ...fields }] } }] });

  it("sends id and name with the first character of the arguments, once, and escapes replacements in JSON", () => {
    const { push } = stageOf([{ ...redact, replacement: 'a "b"' }]);
    expect(push(call({ id: "1", type: "function", function: { name: "f", arguments: "" } }))).toEqual([]);
    const chunks = [
      ...push(call({ id: "1", function: { name: "f", arguments: '{"x":"sec' } })),
      ...push(call({ id: "1", function: { name: "f", arguments: 'ret"}' } })),
    ];
    expect(chunks.map(({ choices }) => choices[0]?.delta?.toolCalls[0])).toMatchObject([
      { index: 0, id: "1", type: "function", function: { name: "f", arguments: '{"x":"' } },
      { index: 0, function: { arguments: 'a \\"b\\""}' } },
    ]);
    expect(chunks[1]?.choices[0]?.delta?.toolCalls[0]?.id).toBeUndefined();
  });

  it("does not escape in the input of a custom tool", () => {
    const { push } = stageOf([{ ...redact, replacement: '"' }]);
    const [chunk] = push(call({ id: "1", custom: { name: "f", input: "secret" } }));
    expect(chunk?.choices[0]?.delta?.toolCalls[0]?.custom?.input).toBe('"');
  });

  it("sends a call without arguments at the end", () => {
    const { push } = stageOf([redact]);
    push(call({ id: "1", function: { name: "f" } }));
    const [chunk] = push(stop(0, FinishReason.TOOL_CALLS));
    expect(chunk?.choices[0]).toMatchObject({
      finishReason: FinishReason.TOOL_CALLS,
      delta: { toolCalls: [{ id: "1", function: { name: "f", arguments: "" } }] },
    });
  });

  it("never shows a call of which nothing may leave", () => {
    const { push } = stageOf([block]);
    const chunks = push(say("hi"), call({ id: "1", function: { name: "f", arguments: "secret" } }));
    expect(chunks.flatMap(({ choices }) => choices.flatMap(({ delta }) => delta?.toolCalls ?? []))).toEqual([]);
    expect(chunks.at(-1)?.choices[0]?.finishReason).toBe(FinishReason.CONTENT_FILTER);
  });

  it("lets no name through in halves", () => {
    const { push } = stageOf([redact]);
    const chunks = push(
      call({ id: "1", function: { name: "sec", arguments: "{" } }),
      call({ function: { name: "ret", arguments: "}" } }),
    );
    expect(chunks.map(({ choices }) => choices[0]?.delta?.toolCalls[0]?.function?.name)).toEqual(["sec", undefined]);
  });
});

describe("GuardStage: what no guard can vouch for", () => {
  it("is left out and named once", () => {
    const { push, reported } = stageOf([redact]);
    const odd: ChunkInit = {
      unknownFieldsJson: "{}",
      moderationJson: "{}",
      obfuscation: "xyz",
      choices: [{ unknownFieldsJson: "{}", delta: { content: "hi", unknownFieldsJson: "{}", audio: { data: "AAAA" } } }],
      usage: { promptTokens: 1, unknownFieldsJson: "{}", promptTokensDetails: { cachedTokens: 1, unknownFieldsJson: "{}" } },
    };
    const [first] = push(odd, odd);
    expect(JSON.stringify(first)).not.toContain("unknownFieldsJson");
    expect(first?.usage).toMatchObject({ promptTokens: 1, promptTokensDetails: { cachedTokens: 1 } });
    expect(first?.choices[0]?.delta?.audio?.data).toBeUndefined();
    expect(reported.dropped.sort()).toEqual([
      "choices.delta.audio.data",
      "choices.delta.unknown_fields_json",
      "choices.unknown_fields_json",
      "moderation_json",
      "unknown_fields_json",
      "usage.unknown_fields_json",
    ]);
  });

  it("log probabilities leave with their text, and not with a redacted one", () => {
    const { push, reported } = stageOf([redact]);
    const tokens = (...all: string[]): ChunkInit => ({
      choices: [
        {
          delta: { content: all.join("") },
          logprobs: { content: all.map((token) => ({ token, logprob: -1, bytes: Buffer.from(token) })) },
        },
      ],
    });
    const told = (chunks: readonly Immutable<ChatCompletionChunk>[]) =>
      chunks.flatMap(({ choices }) => choices.flatMap(({ logprobs }) => logprobs?.content.map(({ token }) => token) ?? []));
    expect(told(push(tokens("a", " s")))).toEqual(["a"]);
    expect(told(push(tokens("ea", " sec")))).toEqual([" s", "ea"]);
    expect(reported.dropped).toEqual([]);
    expect(told(push(tokens("re", "t!", "?"), stop()))).toEqual(["?"]);
    expect(reported.dropped).toEqual(["choices.logprobs"]);
  });

  it("log probabilities that do not spell the text are left out", () => {
    const { push, reported } = stageOf([redact]);
    const chunks = push({ choices: [{ delta: { content: "hi" }, logprobs: { content: [{ token: "ho", logprob: -1 }] } }] });
    expect(chunks[0]?.choices[0]?.logprobs).toBeUndefined();
    expect(reported.dropped).toEqual(["choices.logprobs"]);
  });

  it("a citation is redacted", () => {
    const { push } = stageOf([redact]);
    const annotations = [{ type: "url_citation", urlCitation: { url: "https://x/secret", title: "My secret", startIndex: 1 } }];
    const [chunk] = push({ choices: [{ delta: { content: "hi", annotations } }] });
    expect(chunk?.choices[0]?.delta?.annotations).toMatchObject([
      { type: "url_citation", urlCitation: { url: "https://x/***", title: "My ***", startIndex: 1 } },
    ]);
  });

  it("a spoken transcript is guarded across its pieces", () => {
    const { push } = stageOf([redact]);
    const spoken = (transcript: string): ChunkInit => ({ choices: [{ delta: { audio: { transcript } } }] });
    const fold = new Fold();
    for (const chunk of push(spoken("my sec"), spoken("ret is"), stop())) fold.add(chunk);
    expect(fold.response().choices[0]?.message?.audio?.transcript).toBe("my *** is");
  });
});

describe("GuardStage: guards that break their contract", () => {
  const broken = (span: { start: number; end: number }): TextGuard => ({
    channels,
    feed: (_key, text) => ({ spans: [{ ...span, entity: "X", action: "redact" }], safeTo: text.length }),
    finish: () => ({ spans: [], safeTo: 0 }),
  });

  it.each([
    { start: 0, end: 99 },
    { start: 1, end: 1 },
    { start: -1, end: 1 },
  ])("fail the call: a span from $start to $end", (span) => {
    expect(code(() => stageOf([broken(span)]).push(say("hi")))).toBe("internal");
  });

  it("fail the call: a span in text that has left", () => {
    const { push } = stageOf([broken({ start: 0, end: 1 })]);
    push(say("hi"));
    expect(code(() => push(say("ho")))).toBe("internal");
  });

  it("fail the call when they throw, and nothing they held leaves", () => {
    const failing = literalGuard(redact)();
    const guard: TextGuard = {
      channels,
      feed(key, text) {
        if (text === "ret") throw new TypeError("oops");
        return failing.feed(key, text);
      },
      finish: (key, end) => failing.finish(key, end),
    };
    const { push, end } = stageOf([guard]);
    push(say("a sec"));
    expect(() => push(say("ret"))).toThrow(expect.objectContaining({ code: "internal", message: "middleware guard0 failed" }));
    expect(end("truncated")).toEqual([]);
  });

  it("release nothing at the end that they do not call safe", () => {
    const never: TextGuard = {
      channels,
      feed: () => ({ spans: [], safeTo: 0 }),
      finish: () => ({ spans: [], safeTo: 1 }),
    };
    const { push, reported } = stageOf([never]);
    expect(textOf(push(say("abc"), stop()))).toBe("a");
    expect(reported.withheld).toBe(2);
  });
});
