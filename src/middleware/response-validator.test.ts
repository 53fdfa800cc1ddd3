import { create, type MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { ChatCompletionResponseSchema, type ChoiceSchema, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { GatewayError } from "../chat/error.ts";
import { unfold } from "../chat/unfold.ts";
import { checkLaws, type HarnessResult, randomPieces, runPipeline } from "../testing/index.ts";
import { responseValidator } from "./response-validator.ts";

type ChoiceInit = MessageInitShape<typeof ChoiceSchema>;
type Options = Parameters<typeof responseValidator>[0];

const json: MessageInitShape<typeof ChatCompletionRequestSchema> = { responseFormat: { type: "json_object" } };

function run(choices: ChoiceInit[], options: Options = {}, request = json, error?: GatewayError): Promise<HarnessResult> {
  const batches = [unfold(create(ChatCompletionResponseSchema, { choices }))];
  return runPipeline({
    middleware: [responseValidator(options)],
    script: () => (error === undefined ? { batches } : { batches, error }),
    request,
  });
}

function noticesOf(result: HarnessResult): string[] {
  return result.chunks.flatMap((chunk) => chunk.events).map(({ event }) => (event.case === "notice" ? event.value.code : ""));
}

const says = (content: string, finishReason: FinishReason = FinishReason.STOP): ChoiceInit => ({
  finishReason,
  message: { content },
});
const call: ChoiceInit = {
  finishReason: FinishReason.TOOL_CALLS,
  message: { toolCalls: [{ id: "1", function: { name: "f", arguments: "{}" } }] },
};

const cases: readonly (readonly [string, ChoiceInit[], string[]])[] = [
  ["good JSON", [says('{"a":[1,"}"]}')], []],
  ["no choices", [], ["empty"]],
  ["no text", [says("")], ["empty"]],
  ["blanks", [says(" \n")], ["empty"]],
  ["reasoning alone", [{ message: { reasoning: "hm" } }], ["empty"]],
  ["a refusal", [{ message: { refusal: "no" } }], []],
  ["a tool call", [call], []],
  ["a filtered choice", [says("", FinishReason.CONTENT_FILTER)], []],
  ["the token limit", [says('{"a":', FinishReason.LENGTH)], ["truncated"]],
  ["an open fence", [says('```json\n{"a":1}')], ["unclosed_code_fence"]],
  ["a closed fence", [says('```json\n{"a":1}\n```')], ["invalid_json"]],
  ["an open bracket", [says('{"a":[1')], ["unbalanced_json"]],
  ["an open string", [says('{"a":"b\\"}')], ["unbalanced_json"]],
  ["nothing but an open string", [says('"abc')], ["unbalanced_json"]],
  ["prose", [says("Here you are.")], ["invalid_json"]],
  [
    "a defect per choice",
    [says("{}"), says(""), says("x")].map((choice, index) => ({ ...choice, index })),
    ["empty", "invalid_json"],
  ],
];

describe("responseValidator", () => {
  it.each(cases)("annotates %s", async (_, choices, expected) => {
    const result = await run(choices);
    expect(noticesOf(result)).toEqual(expected);
    expect(result.error).toBeUndefined();
  });

  it.each(cases)("fails for %s when told to", async (_, choices, expected) => {
    const { error } = await run(choices, { action: "fail" });
    expect(error?.code).toBe(expected.length === 0 ? undefined : "upstream_error");
  });

  it("takes any text when no JSON was asked", async () => {
    expect(noticesOf(await run([says("{")], {}, { responseFormat: { type: "text" } }))).toEqual([]);
    expect(noticesOf(await run([says("{")], {}, {}))).toEqual([]);
  });

  it.each([
    ["empty", ["empty"]],
    ["truncated", ["truncated"]],
    ["json", ["unbalanced_json", "unbalanced_json"]],
  ] as const)("looks for %s alone when told to", async (check, expected) => {
    const choices = [says(""), says("{", FinishReason.LENGTH), says("[")].map((choice, index) => ({ ...choice, index }));
    expect(noticesOf(await run(choices, { checks: [check] }))).toEqual(expected);
  });

  it("says nothing of a reply that failed", async () => {
    const result = await run([says("")], { action: "fail" }, json, new GatewayError("upstream_interrupted", "died"));
    expect(result.error?.code).toBe("upstream_interrupted");
    expect(noticesOf(result)).toEqual([]);
  });

  it("names its options", () => {
    expect(() => responseValidator({ action: "shout" as "fail" })).toThrow(/action/);
  });

  it("keeps the laws", async () => {
    const content = fc.oneof(fc.json({ maxDepth: 2 }), fc.string({ maxLength: 12 }));
    await fc.assert(
      fc.asyncProperty(content, fc.boolean(), fc.nat(), async (text, fails, seed) => {
        const reply = create(ChatCompletionResponseSchema, { choices: [says(text)] });
        const make = () => responseValidator({ action: fails ? "fail" : "annotate" });
        expect(await checkLaws({ make, reply, cut: randomPieces(seed), request: json })).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
