import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ChatCompletionResponse,
  ChatCompletionResponseSchema,
  FinishReason,
} from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { GuardRun } from "../../test/support/guard-run.ts";
import { type Expected, expectedOf, type OracleGuard } from "../../test/support/guarded-oracle.ts";
import { Fold } from "../chat/fold.ts";
import { channels, guardActions } from "../chat/guard.ts";
import { unfold } from "../chat/unfold.ts";
import { literalGuard } from "../guard/literal-guard.ts";
import { chunksOf, randomPieces } from "../testing/chunking.ts";

const letter = fc.constantFrom("a", "b", "c", "😀");
const text = fc.option(fc.string({ unit: letter, maxLength: 10 }), { nil: undefined });
const toolCall = fc.record({ args: fc.string({ unit: letter, maxLength: 8 }), custom: fc.boolean() });
const choice = fc.record({
  reasoning: text,
  content: text,
  refusal: text,
  toolCalls: fc.array(toolCall, { maxLength: 2 }),
  finishReason: fc.constantFrom(FinishReason.STOP, FinishReason.LENGTH, FinishReason.TOOL_CALLS),
});

/** Any reply over a small alphabet, in which literals are met often. */
const reply: fc.Arbitrary<ChatCompletionResponse> = fc.array(choice, { minLength: 1, maxLength: 3 }).map((choices) =>
  create(ChatCompletionResponseSchema, {
    id: "1",
    model: "2",
    choices: choices.map(({ finishReason, toolCalls, reasoning, content, refusal }, index) => ({
      index,
      finishReason,
      message: {
        role: Role.ASSISTANT,
        ...(reasoning === undefined ? {} : { reasoning }),
        ...(content === undefined ? {} : { content }),
        ...(refusal === undefined ? {} : { refusal }),
        toolCalls: toolCalls.map(({ args, custom }, tool) => ({
          id: `${tool}`,
          ...(custom ? { custom: { name: "3", input: args } } : { function: { name: "3", arguments: args } }),
        })),
      },
    })),
    usage: { promptTokens: 1 },
  }),
);

const guard = fc.record({
  literals: fc.array(fc.string({ unit: letter, minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  action: fc.constantFrom(...guardActions),
  replacement: fc.constantFrom("<1>", "<2>", "", '"q"\n'),
  channels: fc.constantFrom(channels, channels, ["content"] as const, ["tool_arguments", "reasoning"] as const),
});
const guards: fc.Arbitrary<OracleGuard[]> = fc
  .array(guard, { minLength: 1, maxLength: 3 })
  .map((list) => list.map((one, index) => ({ ...one, name: `guard${index}` })));

/** A run under literal guards. */
function runOf(guards: readonly OracleGuard[], choices: number): GuardRun {
  const named = guards.map((one) => ({ name: one.name, guard: literalGuard({ ...one, entity: one.name })() }));
  return new GuardRun(named, choices);
}

function nonEmpty(texts: ReadonlyMap<string, string>): [string, string][] {
  return [...texts].filter(([, text]) => text !== "").sort();
}

function expectEnd(run: GuardRun, expected: Expected): void {
  expect(run.error?.code).toBe(expected.blockedWhole ? "guardrail_blocked" : undefined);
  expect(run.dropped).toEqual([]);
  expect([...run.verdicts].sort()).toEqual(expected.verdicts);
  if (expected.blockedWhole) {
    expect(run.events).toEqual([]);
    return;
  }
  expect(run.texts).toEqual(expected.texts);
  expect(run.ends).toEqual(expected.ends);
  expect(run.withheld).toBe(expected.withheld);
  expect(run.fold.response().usage?.promptTokens).toBe(1);
}

describe("a guard stage", () => {
  it("releases of every reply, in any chunks, what plain search on the whole would; at every step no more, and no less", () => {
    let cases = 0;
    let steps = 0;
    let blocked = 0;
    let findings = 0;
    fc.assert(
      fc.property(reply, guards, fc.integer(), (whole, guards, seed) => {
        const expected = expectedOf(whole, guards);
        const chunks = chunksOf(whole, randomPieces(seed, 4));
        const run = runOf(guards, whole.choices.length);
        const seen = new Fold();
        for (const chunk of chunks) {
          run.push(chunk);
          seen.add(chunk);
          if (run.error !== undefined) break;
          const now = expectedOf(seen.response(), guards);
          expect(nonEmpty(run.texts)).toEqual(nonEmpty(now.texts));
          expect(run.held).toBe(now.held);
          steps++;
        }
        expectEnd(run.end("eof"), expected);
        cases++;
        findings += expected.verdicts.length;
        if (expected.blockedWhole) blocked++;
      }),
      { numRuns: 2500 },
    );
    process.stdout.write(
      `guard stage: ${cases} replies, ${steps} steps, ${findings} findings, ${blocked} replies blocked whole\n`,
    );
    expect(findings).toBeGreaterThan(cases);
    expect(blocked).toBeGreaterThan(10);
  });

  it("releases of an unstreamed reply the same as of a streamed one", () => {
    fc.assert(
      fc.property(reply, guards, (whole, guards) => {
        const run = runOf(guards, whole.choices.length)
          .push(...unfold(whole))
          .end("eof");
        expectEnd(run, expectedOf(whole, guards));
      }),
      { numRuns: 1500 },
    );
  });

  it("does not depend on the order of the guards, nor on how chunks come in batches", () => {
    fc.assert(
      fc.property(reply, guards, fc.integer(), (whole, guards, seed) => {
        const chunks = chunksOf(whole, randomPieces(seed, 4));
        const one = runOf(guards, whole.choices.length)
          .push(...chunks)
          .end("eof");
        const other = runOf([...guards].reverse(), whole.choices.length);
        for (const chunk of chunks) other.push(chunk);
        other.end("eof");
        expect(other.error?.code).toBe(one.error?.code);
        expect(other.verdicts.sort()).toEqual(one.verdicts.sort());
        expect(other.texts).toEqual(one.texts);
        expect(other.ends).toEqual(one.ends);
      }),
      { numRuns: 1000 },
    );
  });

  it("lets nothing more leave when the reply is cut, wherever that is", () => {
    fc.assert(
      fc.property(
        reply,
        guards,
        fc.integer(),
        fc.nat(),
        fc.constantFrom("eof" as const, "truncated" as const),
        (whole, guards, seed, cut, end) => {
          const chunks = chunksOf(whole, randomPieces(seed, 4));
          const run = runOf(guards, whole.choices.length);
          const seen = new Fold();
          for (const chunk of chunks.slice(0, cut % chunks.length)) {
            run.push(chunk);
            seen.add(chunk);
          }
          const before = nonEmpty(run.texts);
          const { held, withheld } = run;
          run.end(end);
          expect(nonEmpty(run.texts)).toEqual(before);
          if (run.error === undefined) {
            expect(run.withheld).toBe(withheld + held);
            const final = expectedOf(whole, guards).texts;
            for (const [name, text] of before) expect(final.get(name)?.startsWith(text)).toBe(true);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
