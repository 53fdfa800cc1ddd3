import { create, equals, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChatCompletionChunkSchema, type Delta, type DeltaSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { ChatCompletionResponseSchema, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { arbitraryResponse, arbitraryWeave, weave } from "../../../test/support/arbitrary-response.ts";
import { Fold } from "../../chat/fold.ts";
import type { Immutable } from "../../chat/immutable.ts";
import { WholeCharacters } from "./whole-characters.ts";

type DeltaInit = MessageInitShape<typeof DeltaSchema>;

const chunkOf = (delta: DeltaInit, index = 0) => create(ChatCompletionChunkSchema, { choices: [{ index, delta }] });
const [high, low] = ["😀".charAt(0), "😀".charAt(1)];

describe("WholeCharacters", () => {
  it.each<[string, (text: string) => DeltaInit, (delta: Immutable<Delta> | undefined) => string | undefined]>([
    ["content", (content) => ({ content }), (delta) => delta?.content],
    ["reasoning", (reasoning) => ({ reasoning }), (delta) => delta?.reasoning],
    ["refusal", (refusal) => ({ refusal }), (delta) => delta?.refusal],
    [
      "a tool's arguments",
      (text) => ({ toolCalls: [{ index: 1, function: { arguments: text } }] }),
      (delta) => delta?.toolCalls[0]?.function?.arguments,
    ],
    [
      "a custom tool's input",
      (input) => ({ toolCalls: [{ index: 1, custom: { input } }] }),
      (delta) => delta?.toolCalls[0]?.custom?.input,
    ],
    ["a function's arguments", (text) => ({ functionCall: { arguments: text } }), (delta) => delta?.functionCall?.arguments],
    ["a transcript", (transcript) => ({ audio: { transcript } }), (delta) => delta?.audio?.transcript],
  ])("lets half a character of %s wait for the other half", (_, delta, textOf) => {
    const characters = new WholeCharacters();
    const pieces = [`a${high}`, "", `${low}b`, `c${high}`, "d", "e"];
    const mended = pieces.map((piece) => textOf(characters.mend(chunkOf(delta(piece))).choices[0]?.delta));
    expect(mended).toEqual(["a", "", "😀b", "c", `${high}d`, "e"]);

    characters.mend(chunkOf(delta(`f${high}`)));
    const end = create(ChatCompletionChunkSchema, { choices: [{ delta: {}, finishReason: FinishReason.STOP }] });
    expect(characters.owed(end)).toBe(undefined);
    characters.mend(end);
    expect(textOf(characters.owed(end)?.choices[0]?.delta)).toBe("\ufffd");
  });

  it("keeps texts and choices apart", () => {
    const characters = new WholeCharacters();
    characters.mend(chunkOf({ content: high, toolCalls: [{ index: 0, function: { arguments: high } }] }));
    expect(characters.mend(chunkOf({ reasoning: "x", content: undefined })).choices[0]?.delta?.reasoning).toBe("x");
    expect(characters.mend(chunkOf({ content: "x" }, 1)).choices[0]?.delta?.content).toBe("x");
    expect(characters.mend(chunkOf({ toolCalls: [{ index: 1, function: { arguments: "x" } }] }))).toMatchObject({
      choices: [{ delta: { toolCalls: [{ function: { arguments: "x" } }] } }],
    });
    expect(characters.mend(chunkOf({ content: low })).choices[0]?.delta?.content).toBe("😀");
  });

  it("gives a chunk of whole characters as it is", () => {
    const chunk = chunkOf({ content: "a😀" });
    expect(new WholeCharacters().mend(chunk)).toBe(chunk);
  });

  it("lets any reply cut anywhere cross the wire", () => {
    fc.assert(
      fc.property(arbitraryResponse, arbitraryWeave, (reply, how) => {
        const characters = new WholeCharacters();
        const fold = new Fold();
        for (const chunk of weave(reply, how)) {
          const bytes = toBinary(
            ChatCompletionChunkSchema,
            create(ChatCompletionChunkSchema, characters.mend(chunk) as typeof chunk),
          );
          fold.add(fromBinary(ChatCompletionChunkSchema, bytes));
        }
        expect(equals(ChatCompletionResponseSchema, fold.response(), reply)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
