import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ChatCompletionResponse,
  ChatCompletionResponseSchema,
  FinishReason,
} from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { unfold } from "../src/chat/unfold.ts";
import type { Middleware } from "../src/pipeline/middleware.ts";
import { type Cut, chunksOf, everyPiece, randomPieces, seededRandom } from "../src/testing/chunking.ts";
import { arbitraryProse } from "./support/arbitrary-prose.ts";
import { casesOf } from "./support/cases.ts";
import { GuardRun } from "./support/guard-run.ts";
import { guardsOf, shippedGuards } from "./support/shipped-guards.ts";

const pipelines = Object.values(shippedGuards);

/** A reply that says some prose: on one channel or several, in one choice or two. */
function replyOf(prose: readonly string[], shape: number): ChatCompletionResponse {
  const [one = "", other = ""] = prose;
  const call = (text: string) => ({
    id: "0",
    function: { name: "f", arguments: JSON.stringify({ q: text }).replaceAll("@", "\\u0040") },
  });
  const messages = [
    [{ content: one }],
    [{ reasoning: one, content: other }],
    [{ content: one, toolCalls: [call(other)] }],
    [{ content: one }, { content: other, refusal: one }],
  ][shape % 4];
  return create(ChatCompletionResponseSchema, {
    id: "1",
    model: "2",
    choices: (messages ?? []).map((message, index) => ({
      index,
      message: { role: Role.ASSISTANT, ...message },
      finishReason: FinishReason.STOP,
    })),
  });
}

function runOf(pipeline: readonly Middleware[], { choices }: ChatCompletionResponse, turn = 0): GuardRun {
  const guards = guardsOf(pipeline);
  return new GuardRun([...guards.slice(turn), ...guards.slice(0, turn)], choices.length);
}

const whole = (pipeline: readonly Middleware[], reply: ChatCompletionResponse) =>
  runOf(pipeline, reply)
    .push(...unfold(reply))
    .end("eof");

const outcome = ({ error, texts, ends, verdicts, withheld, dropped }: GuardRun) =>
  error === undefined
    ? { texts, ends, verdicts: verdicts.toSorted(), withheld, dropped }
    : { error: error.code, verdicts: verdicts.toSorted() };

/** By characters where that is quick, in about a model's tokens, in long pieces, and in equal ones. */
const cutsOf = (seed: number, characters: number): readonly Cut[] => [
  characters < 80 ? everyPiece(1) : randomPieces(seed + 1, 6),
  randomPieces(seed, 8),
  randomPieces(seed, 60),
  everyPiece(3 + (seed & 7)),
];

describe("shipped guards, several at once", () => {
  it("let out of a streamed reply what they let out of the whole one, and find the same, in whatever order they stand", () => {
    const count = { texts: 0, cases: 0, findings: 0, characters: 0, blocked: 0, cutOff: 0 };
    fc.assert(
      fc.property(fc.tuple(arbitraryProse(), arbitraryProse()), fc.nat(), (prose, seed) => {
        const pipeline = pipelines[count.texts % pipelines.length] ?? [];
        const reply = replyOf(prose, seed);
        const unstreamed = whole(pipeline, reply);
        const expected = outcome(unstreamed);
        for (const cut of cutsOf(seed, prose.join("").length)) {
          const chunks = chunksOf(reply, cut);
          const streamed = runOf(pipeline, reply, count.cases % pipeline.length);
          for (const chunk of chunks) streamed.push(chunk);
          expect(outcome(streamed.end("eof"))).toEqual(expected);
          count.cases++;
        }
        const chunks = chunksOf(reply, randomPieces(seed, 8));
        const dead = runOf(pipeline, reply).push(...chunks.slice(0, Math.floor(seededRandom(seed)() * chunks.length)));
        dead.end("truncated");
        if (unstreamed.error !== undefined) expect(dead.events).toEqual([]);
        for (const [place, text] of dead.texts) expect(unstreamed.texts.get(place)?.slice(0, text.length)).toBe(text);
        count.cutOff++;
        count.texts++;
        count.findings += unstreamed.verdicts.length;
        count.characters += prose.join("").length;
        if (unstreamed.error !== undefined || [...unstreamed.ends.values()].includes(FinishReason.CONTENT_FILTER))
          count.blocked++;
      }),
      { numRuns: casesOf(5000) },
    );
    process.stdout.write(
      `shipped guards: ${count.cases} texts x chunkings (${count.texts} texts, ${count.characters} characters, ` +
        `${count.findings} findings, ${count.blocked} blocked) streamed as unstreamed, ${count.cutOff} cut off\n`,
    );
    expect(count.cases).toBeGreaterThanOrEqual(casesOf(5000) * 4);
    expect(count.findings).toBeGreaterThan(count.texts / 2);
    expect(count.blocked).toBeGreaterThan(count.texts / 50);
  });

  it("find nothing to change in what they have let out with the replacements that they have by default", () => {
    let [texts, findings] = [0, 0];
    fc.assert(
      fc.property(arbitraryProse(". Then, later on: "), (prose) => {
        const reply = replyOf([prose], 0);
        const once = whole(shippedGuards.redact, reply);
        const content = once.texts.get("0/content/0") ?? "";
        const twice = whole(shippedGuards.redact, replyOf([content], 0));
        expect(twice.texts.get("0/content/0") ?? "").toBe(content);
        texts++;
        findings += once.verdicts.length;
      }),
      { numRuns: casesOf(4000) },
    );
    process.stdout.write(`shipped guards: R(R(T)) = R(T): ${texts} texts, ${findings} findings\n`);
  });
});
