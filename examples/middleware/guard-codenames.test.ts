import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChatCompletionResponseSchema, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { checkLaws, chunksOf, everyPiece, randomPieces, runPipeline } from "../../src/testing/index.ts";
import codenames from "./guard-codenames.ts";
import greeting from "./level-0-greeting.ts";
import watchdog from "./level-1-watchdog.ts";
import shout from "./level-2-shout.ts";
import retry from "./level-3-retry.ts";

function replyOf(content: string) {
  return create(ChatCompletionResponseSchema, {
    choices: [{ message: { role: Role.ASSISTANT, content }, finishReason: FinishReason.STOP }],
  });
}

describe("a guard, codenames", () => {
  it.each([1, 4, 100])("replaces its names, in pieces of %i", async (size) => {
    const reply = replyOf("the project heron flies, the project is good");
    const batches = chunksOf(reply, everyPiece(size)).map((chunk) => [chunk]);
    const { response } = await runPipeline({ middleware: [codenames()], script: () => ({ batches }) });
    expect(response.choices[0]?.message?.content).toBe("the [internal] flies, the project is good");
  });

  const word = fc.constantFrom("project ", "Project Heron", "PROJECT", " heron", "lorem ipsum", "straße ", "🙂", "a", "\n");
  it.each([
    ["alone", () => codenames()],
    ["with all the others", () => [greeting(), shout(), watchdog(), codenames(), retry()]],
  ])("keeps the laws %s", async (_, make) => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 5 }), fc.nat(), async (words, seed) => {
        expect(await checkLaws({ make, reply: replyOf(words.join("")), cut: randomPieces(seed) })).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});
