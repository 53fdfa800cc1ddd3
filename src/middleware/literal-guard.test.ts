import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ChatCompletionResponse,
  ChatCompletionResponseSchema,
  FinishReason,
} from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { checkLaws, chunksOf, everyPiece, type HarnessResult, randomPieces, runPipeline } from "../testing/index.ts";
import { literalGuard } from "./literal-guard.ts";

type Options = Parameters<typeof literalGuard>[0];

function replyOf(content: string, reasoning?: string): ChatCompletionResponse {
  const message = { role: Role.ASSISTANT, content, ...(reasoning === undefined ? {} : { reasoning }) };
  return create(ChatCompletionResponseSchema, { choices: [{ message, finishReason: FinishReason.STOP }] });
}

function run(reply: ChatCompletionResponse, options: Options, size: number): Promise<HarnessResult> {
  const batches = chunksOf(reply, everyPiece(size)).map((chunk) => [chunk]);
  return runPipeline({ middleware: [literalGuard(options)], script: () => ({ batches }) });
}

const heron = { literals: ["heron", "her"] };

describe.each([1, 3, 100])("literalGuard, in pieces of %i", (size) => {
  it.each<readonly [string, Options, string]>([
    ["redacts", { ...heron, action: "redact" }, "the  flies to "],
    ["puts something in its place", { ...heron, action: "redact", replacement: "***" }, "the *** flies to ***"],
    ["only annotates", { ...heron, action: "annotate" }, "the heron flies to her"],
    ["only watches", { ...heron, action: "monitor" }, "the heron flies to her"],
    ["minds the case", { literals: ["HERON"], action: "redact" }, "the heron flies to her"],
    ["does not mind the case", { literals: ["HERON"], action: "redact", caseInsensitive: true }, "the  flies to her"],
    ["looks elsewhere", { ...heron, action: "redact", channels: ["reasoning"] }, "the heron flies to her"],
  ])("%s", async (_, options, expected) => {
    const { response, error } = await run(replyOf("the heron flies to her"), options, size);
    expect(response.choices[0]?.message?.content).toBe(expected);
    expect(error).toBeUndefined();
  });

  it("blocks, with the content filter's finish reason after what was released", async () => {
    const { response } = await run(replyOf("the heron flies"), { ...heron, action: "block" }, size);
    expect(response.choices[0]).toMatchObject({ message: { content: "the " }, finishReason: FinishReason.CONTENT_FILTER });
  });

  it("fails the call when nothing may be released", async () => {
    const { error } = await run(replyOf("heron"), { ...heron, action: "block" }, size);
    expect(error?.code).toBe("guardrail_blocked");
  });

  it("looks at every channel", async () => {
    const { response } = await run(replyOf("a heron", "so, her"), { ...heron, action: "redact", replacement: "x" }, size);
    expect(response.choices[0]?.message).toMatchObject({ content: "a x", reasoning: "so, x" });
  });
});

describe("literalGuard", () => {
  it("keeps the laws", async () => {
    const text = fc
      .array(fc.constantFrom("heron", "he", "r", "on ", "the ", "🐦"), { maxLength: 8 })
      .map((words) => words.join(""));
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom("block", "redact", "monitor"), fc.nat(), async (content, action, seed) => {
        const make = () => literalGuard({ ...heron, action, replacement: "[bird]" });
        expect(await checkLaws({ make, reply: replyOf(content), cut: randomPieces(seed, 3) })).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it.each([[[]], [[""]]])("refuses the literals %j", (literals) => {
    expect(() => literalGuard({ literals, action: "block" })).toThrow(/literals/);
  });
});
