import { create, type DescField, type DescMessage, equals, type MessageInitShape } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { type ChatCompletionResponse, ChatCompletionResponseSchema } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { arbitraryResponse, arbitraryWeave, weave } from "../../test/support/arbitrary-response.ts";
import { GatewayError } from "./error.ts";
import { Fold, foldStream } from "./fold.ts";
import { eventOf } from "./stream.ts";
import { streamOf } from "./stream-of.ts";
import { unfold } from "./unfold.ts";

type ChunkInit = MessageInitShape<typeof ChatCompletionChunkSchema>;

function foldAll(chunks: readonly ChunkInit[], maxBytes?: number): { response: ChatCompletionResponse; truncated: boolean } {
  const fold = maxBytes === undefined ? new Fold() : new Fold({ maxBytes });
  for (const chunk of chunks) fold.add(create(ChatCompletionChunkSchema, chunk));
  return { response: fold.response(), truncated: fold.truncated };
}

function expectSame(actual: ChatCompletionResponse, expected: ChatCompletionResponse): void {
  if (!equals(ChatCompletionResponseSchema, actual, expected)) expect(actual).toEqual(expected);
}

/** Every field of a message and of the messages in it. */
function fieldsOf(desc: DescMessage, known = new Set<DescField>()): ReadonlySet<DescField> {
  for (const field of desc.fields) {
    if (known.has(field)) continue;
    known.add(field);
    if (field.message !== undefined) fieldsOf(field.message, known);
  }
  return known;
}

/** Adds the fields that are set in a message and in the messages in it. */
function addSetFields(message: ReflectMessage, set: Set<DescField>): void {
  for (const field of message.desc.fields) {
    if (!message.isSet(field)) continue;
    set.add(field);
    if (field.fieldKind === "message") addSetFields(message.get(field), set);
    if (field.fieldKind === "list" && field.listKind === "message") {
      for (const item of message.get(field)) addSetFields(item as ReflectMessage, set); // a list of messages
    }
  }
}

const content = (text: string, index = 0): ChunkInit => ({ choices: [{ index, delta: { content: text } }] });
const call = (index: number, fields: object): ChunkInit => ({ choices: [{ delta: { toolCalls: [{ index, ...fields }] } }] });

describe("fold", () => {
  it("is tried with every field that a reply can have", () => {
    const set = new Set<DescField>();
    for (const response of fc.sample(arbitraryResponse, { numRuns: 1000, seed: 1 }))
      addSetFields(reflect(ChatCompletionResponseSchema, response), set);
    const untried = [...fieldsOf(ChatCompletionResponseSchema)].filter((field) => !set.has(field));
    expect(untried.map(String)).toEqual([]);
  });

  it("undoes unfold", () => {
    fc.assert(
      fc.property(arbitraryResponse, (response) => {
        const chunks = unfold(response);
        expect(chunks).toHaveLength(1);
        const fold = new Fold();
        for (const chunk of chunks) fold.add(chunk);
        expectSame(fold.response(), response);
      }),
      { numRuns: 1000 },
    );
  });

  it("does not depend on how the reply was cut and interleaved, nor on vendors' empty and repeated pieces", () => {
    fc.assert(
      fc.property(arbitraryResponse, arbitraryWeave, (response, how) => {
        const fold = new Fold();
        for (const chunk of weave(response, how)) fold.add(chunk);
        expectSame(fold.response(), response);
      }),
      { numRuns: 1500 },
    );
  });

  it("keeps tool calls apart by index, in the order of their indexes", () => {
    const { response } = foldAll([
      call(7, { id: "b", type: "function", function: { name: "second", arguments: '{"x"' } }),
      call(2, { id: "a", type: "custom", custom: { name: "first", input: "in" } }),
      call(7, { id: "b", function: { name: "second", arguments: ":1}" } }),
      call(2, { custom: { input: "put" } }),
    ]);
    expect(response.choices[0]?.message?.toolCalls).toMatchObject([
      { id: "a", type: "custom", custom: { name: "first", input: "input" } },
      { id: "b", type: "function", function: { name: "second", arguments: '{"x":1}' } },
    ]);
  });

  it("takes an id and a name that come late, after empty ones", () => {
    const { response } = foldAll([
      call(0, { id: "", function: { name: "", arguments: "{" } }),
      call(0, { id: "late", function: { name: "named", arguments: "}" } }),
    ]);
    expect(response.choices[0]?.message?.toolCalls).toMatchObject([{ id: "late", function: { name: "named", arguments: "{}" } }]);
  });

  it("takes the last usage, and everything of a last chunk without choices", () => {
    const notice = (code: string) => ({ event: { case: "notice" as const, value: { code } } });
    const { response } = foldAll([
      { choices: [{ delta: { content: "hi" } }], usage: { promptTokens: 1 }, events: [notice("one")] },
      { usage: { promptTokens: 5 }, cost: { totalNanoUsd: 7n }, route: { provider: "p" }, events: [notice("two")] },
    ]);
    expect(response.usage?.promptTokens).toBe(5);
    expect(response.cost?.totalNanoUsd).toBe(7n);
    expect(response.route?.provider).toBe("p");
    expect(response.events.map(({ event }) => (event.case === "notice" ? event.value.code : event.case))).toEqual(["one", "two"]);
  });

  it("takes the last value of each unknown field", () => {
    const { response } = foldAll([
      { choices: [{ delta: { unknownFieldsJson: '{"a":1,"b":1}' } }] },
      { choices: [{ delta: { unknownFieldsJson: '{"b":2,"c":3}' } }] },
    ]);
    expect(JSON.parse(response.choices[0]?.message?.unknownFieldsJson ?? "")).toEqual({ a: 1, b: 2, c: 3 });
  });

  it.each([
    { pieces: ["hello"], maxBytes: 5, kept: "hello", truncated: false },
    { pieces: ["hello", ""], maxBytes: 5, kept: "hello", truncated: false },
    { pieces: ["hel", "lo!", "more"], maxBytes: 5, kept: "hello", truncated: true },
    { pieces: ["ab😀"], maxBytes: 3, kept: "ab", truncated: true },
    { pieces: ["ab", "c"], maxBytes: 0, kept: "", truncated: true },
  ])("keeps $maxBytes characters of $pieces: $kept", ({ pieces, maxBytes, kept, truncated }) => {
    const folded = foldAll(
      pieces.map((piece) => content(piece)),
      maxBytes,
    );
    expect(folded.response.choices[0]?.message?.content).toBe(kept);
    expect(folded.truncated).toBe(truncated);
  });

  it("counts the texts of all choices and channels against one cap", () => {
    const { response, truncated } = foldAll(
      [
        content("aaa"),
        content("bbb", 1),
        call(0, { function: { arguments: "ccc" } }),
        { choices: [{ delta: { reasoning: "d" } }] },
      ],
      7,
    );
    expect(truncated).toBe(true);
    expect(response.choices[0]?.message).toMatchObject({
      content: "aaa",
      reasoning: "",
      toolCalls: [{ function: { arguments: "c" } }],
    });
    expect(response.choices[1]?.message?.content).toBe("bbb");
  });

  it("never writes to the chunks it is given", () => {
    fc.assert(
      fc.property(arbitraryResponse, arbitraryWeave, (response, how) => {
        const chunks = weave(response, how);
        const before = structuredClone(chunks);
        const fold = new Fold();
        for (const chunk of chunks) fold.add(chunk);
        fold.response();
        expect(chunks).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });

  it("takes time in proportion to the pieces, also of many interleaved tool calls", () => {
    const fold = new Fold();
    const calls = 20_000;
    for (let round = 0; round < 5; round++) {
      for (let index = calls; index > 0; index--) {
        fold.add(create(ChatCompletionChunkSchema, call(index, { function: { arguments: "x" } })));
      }
    }
    const { choices } = fold.response();
    expect(choices[0]?.message?.toolCalls).toHaveLength(calls);
    expect(choices[0]?.message?.toolCalls.every((made) => made.function?.arguments === "xxxxx")).toBe(true);
  });
});

describe("foldStream", () => {
  it("reads to the end", async () => {
    const stream = streamOf([
      [eventOf(create(ChatCompletionChunkSchema, content("a")))],
      [eventOf(create(ChatCompletionChunkSchema, content("b")))],
    ]);
    expect((await foldStream(stream)).choices[0]?.message?.content).toBe("ab");
  });

  it("throws what the stream fails with", async () => {
    const stream = streamOf([]);
    stream.cancel(new GatewayError("upstream_interrupted", "gone"));
    await expect(foldStream(stream)).rejects.toMatchObject({ code: "upstream_interrupted" });
  });
});
