import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChatCompletionResponseSchema, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { unfold } from "../chat/unfold.ts";
import { checkLaws, chunksOf, everyPiece, randomPieces, runPipeline } from "../testing/index.ts";
import { denyList } from "./deny-list.ts";
import { pii } from "./pii.ts";

type Options = Omit<Parameters<typeof denyList>[0], "entries">;

const text = "The heron flies. Ask Heron at heron1.";

/** What a call with the same text both ways comes to, in pieces of some size. */
async function run(options: Options, size = 3, said = text, asked = text) {
  const message = { role: Role.ASSISTANT, content: said };
  const reply = create(ChatCompletionResponseSchema, { choices: [{ message, finishReason: FinishReason.STOP }] });
  const result = await runPipeline({
    middleware: [denyList({ entries: ["heron"], ...options })],
    request: { messages: [{ role: Role.USER, content: asked }] },
    script: () => ({ batches: chunksOf(reply, everyPiece(size)).map((chunk) => [chunk]) }),
  });
  return {
    asked: result.asked[0]?.messages[0]?.content,
    said: result.response.choices[0]?.message?.content,
    code: result.error?.code,
    finish: result.response.choices[0]?.finishReason,
    entities: result.context?.route.entities,
  };
}

describe("a guard of the configuration", () => {
  it.each<readonly [string, Options, string | undefined, string | undefined]>([
    [
      "redacts",
      { action: "redact" },
      "The [DENY_LIST] flies. Ask [DENY_LIST] at heron1.",
      "The [DENY_LIST] flies. Ask [DENY_LIST] at heron1.",
    ],
    [
      "puts in what it is told",
      { action: "redact", replacement: "…" },
      "The … flies. Ask … at heron1.",
      "The … flies. Ask … at heron1.",
    ],
    ["masks", { action: "mask", keepLast: 2 }, "The ***on flies. Ask ***on at heron1.", "The ***on flies. Ask ***on at heron1."],
    ["tokenizes requests", { action: "tokenize" }, "The <DENY_LIST_1> flies. Ask <DENY_LIST_2> at heron1.", text],
    ["annotates", { action: "annotate" }, text, text],
    ["only watches", { action: "monitor" }, text, text],
    [
      "looks at requests only",
      { action: "redact", direction: "input" },
      "The [DENY_LIST] flies. Ask [DENY_LIST] at heron1.",
      text,
    ],
    [
      "looks at replies only",
      { action: "redact", direction: "output" },
      text,
      "The [DENY_LIST] flies. Ask [DENY_LIST] at heron1.",
    ],
    ["looks at some channels", { action: "redact", channels: ["refusal"] }, text, text],
    ["looks at the messages of some roles", { action: "redact", roles: ["tool"], direction: "input" }, text, text],
    ["blocks replies", { action: "block", direction: "output" }, text, "The "],
    ["blocks requests", { action: "block" }, undefined, undefined],
  ])("%s", async (_, options, asked, said) => {
    for (const size of [1, 4, 100]) expect(await run(options, size)).toMatchObject({ asked, said });
  });

  it.each([
    [undefined, "the "],
    ["drop", "the "],
    ["release", "the her"],
  ] as const)("with %s, of a reply that ends for its length %j leaves", async (onTruncation, left) => {
    const guard = denyList({ entries: ["heron"], direction: "output", action: "redact", ...(onTruncation && { onTruncation }) });
    const reply = create(ChatCompletionResponseSchema, {
      choices: [{ message: { role: Role.ASSISTANT, content: "the her" }, finishReason: FinishReason.LENGTH }],
    });
    const { response } = await runPipeline({ middleware: [guard], script: () => ({ batches: [unfold(reply)] }) });
    expect(response.choices[0]?.message?.content).toBe(left);
  });

  it("counts what it found", async () => {
    expect((await run({ action: "monitor" })).entities).toEqual({ DENY_LIST: 4 });
  });

  it.each<readonly [string, Options, object]>([
    ["a request", {}, { asked: undefined, said: "No.", code: undefined, finish: FinishReason.CONTENT_FILTER }],
    ["a reply", { direction: "output" }, { asked: "heron", said: "No.", code: undefined, finish: FinishReason.CONTENT_FILTER }],
  ])("says a fallback text in the place of %s of which nothing may leave", async (_, options, expected) => {
    for (const size of [1, 100])
      expect(await run({ fallbackText: "No.", ...options }, size, "heron", "heron")).toMatchObject(expected);
  });

  it("says no fallback text after something of the reply", async () => {
    expect(await run({ fallbackText: "No.", direction: "output" })).toMatchObject({ said: "The ", code: undefined });
  });

  const tokens = (said: string, asked = "heron HERON <DENY_LIST_1> heron") => run({ action: "tokenize" }, 2, said, asked);

  it("puts back what tokens stand for, and takes none that a user wrote for its own", async () => {
    expect(await tokens("<DENY_LIST_2> <DENY_LIST_3> <DENY_LIST_1> <deny_list_2>")).toMatchObject({
      asked: "<DENY_LIST_2> <DENY_LIST_3> <DENY_LIST_1> <DENY_LIST_2>",
      said: "heron HERON <DENY_LIST_1> heron",
    });
  });

  it("knows a text by what it says, whatever escapes JSON has for it", async () => {
    const call = { id: "1", function: { name: "f", arguments: String.raw`{"to":"ada\u0040example.com"}` } };
    const message = { role: Role.ASSISTANT, content: "<EMAIL_ADDRESS_1>" };
    const reply = create(ChatCompletionResponseSchema, { choices: [{ message, finishReason: FinishReason.STOP }] });
    const { asked, response } = await runPipeline({
      middleware: [pii({ action: "tokenize" })],
      request: {
        messages: [
          { role: Role.ASSISTANT, toolCalls: [call] },
          { role: Role.USER, content: "ada@example.com" },
        ],
      },
      script: () => ({ batches: [unfold(reply)] }),
    });
    const [first, second] = asked[0]?.messages ?? [];
    expect([first?.toolCalls[0]?.function?.arguments, second?.content]).toEqual([
      '{"to":"<EMAIL_ADDRESS_1>"}',
      "<EMAIL_ADDRESS_1>",
    ]);
    expect(response.choices[0]?.message?.content).toBe("ada@example.com");
  });

  it("leaves alone what a reply says by itself when it tokenizes", async () => {
    expect(await tokens("a heron")).toMatchObject({ said: "a heron" });
  });

  it("escapes what it puts back into a tool call's arguments", async () => {
    const quoted = 'say "heron"';
    const call = { id: "1", function: { name: "f", arguments: String.raw`{"q":"\u003cDENY_LIST_1>"}` } };
    const message = { role: Role.ASSISTANT, toolCalls: [call] };
    const reply = create(ChatCompletionResponseSchema, { choices: [{ message, finishReason: FinishReason.TOOL_CALLS }] });
    const { response } = await runPipeline({
      middleware: [denyList({ entries: [quoted], action: "tokenize" })],
      request: { messages: [{ role: Role.USER, content: `please ${quoted}` }] },
      script: () => ({ batches: chunksOf(reply, everyPiece(2)).map((chunk) => [chunk]) }),
    });
    expect(response.choices[0]?.message?.toolCalls[0]?.function?.arguments).toBe(String.raw`{"q":"say \"heron\""}`);
  });

  it.each<Options>([
    { action: "mask" },
    { action: "tokenize" },
    { action: "block", direction: "output", fallbackText: "[withheld]" },
    { action: "redact", direction: "output", onTruncation: "release" },
  ])("keeps the laws of streams with %j", async (options) => {
    const word = fc.constantFrom("heron", "her", "on ", "the ", "<DENY_LIST_1>", "<DENY", "🐦");
    const said = fc.array(word, { maxLength: 7 }).map((words) => words.join(""));
    await fc.assert(
      fc.asyncProperty(
        said,
        fc.nat(),
        fc.constantFrom(FinishReason.STOP, FinishReason.LENGTH),
        async (content, seed, finishReason) => {
          const reply = create(ChatCompletionResponseSchema, {
            choices: [{ message: { role: Role.ASSISTANT, content }, finishReason }],
          });
          const request = { messages: [{ role: Role.USER, content: "the heron" }] };
          const make = () => denyList({ entries: ["heron"], ...options });
          expect(await checkLaws({ make, reply, request, cut: randomPieces(seed, 3) })).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each<readonly [string, Options, string]>([
    ["tokens of replies", { action: "tokenize", direction: "output" }, "direction"],
    ["tokens that are put back in some places", { action: "tokenize", channels: ["content"] }, "channels"],
    ["a mask's option without a mask", { action: "redact", keepLast: 1 }, "keepLast"],
    ["a replacement of nothing", { action: "block", replacement: "x" }, "replacement"],
    ["a fallback without a block", { action: "redact", fallbackText: "x" }, "fallbackText"],
    ["the end of a request", { direction: "input", onTruncation: "release" }, "onTruncation"],
    ["roles of replies", { direction: "output", roles: ["user"] }, "roles"],
    ["a skipped guard of replies", { onError: "skip" }, "onError"],
    ["a skipped guard that makes tokens", { onError: "skip", direction: "input", action: "tokenize" }, "onError"],
  ])("refuses %s", (_, options, field) => {
    expect(() => denyList({ entries: ["x"], ...options })).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ path: [field] })] }),
    );
  });

  it("may be skipped on requests", () => {
    const { onError, guardText } = denyList({ entries: ["x"], direction: "input", onError: "skip" });
    expect([onError, guardText]).toEqual(["skip", undefined]);
  });

  it("says what it does", () => {
    expect(denyList({ entries: ["x", "y"], action: "redact", direction: "output" }).summary).toBe("redact 2 texts in replies");
    expect(pii({ entities: ["EMAIL_ADDRESS", { CREDIT_CARD: { action: "block" } }] }).summary).toBe(
      "block CREDIT_CARD; redact EMAIL_ADDRESS in requests and replies",
    );
  });
});
