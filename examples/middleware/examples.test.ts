import { readFileSync } from "node:fs";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ChatCompletionResponse,
  ChatCompletionResponseSchema,
  FinishReason,
} from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { type ErrorCode, GatewayError } from "../../src/chat/error.ts";
import { unfold } from "../../src/chat/unfold.ts";
import type { RequestContext } from "../../src/pipeline/context.ts";
import {
  checkLaws,
  chunksOf,
  everyPiece,
  type HarnessOptions,
  type HarnessResult,
  randomPieces,
  runPipeline,
  type Script,
} from "../../src/testing/index.ts";
import { RecordingLog } from "../../test/support/recording-log.ts";
import greeting from "./level-0-greeting.ts";
import watchdog from "./level-1-watchdog.ts";
import shout from "./level-2-shout.ts";
import retry from "./level-3-retry.ts";

function replyOf(content: string): ChatCompletionResponse {
  return create(ChatCompletionResponseSchema, {
    choices: [{ message: { role: Role.ASSISTANT, content }, finishReason: FinishReason.STOP }],
  });
}

/** The reply in pieces of `size` characters, a chunk a batch. */
function scriptOf(content: string, size = 3): Script {
  return { batches: chunksOf(replyOf(content), everyPiece(size)).map((chunk) => [chunk]) };
}

const run = (options: HarnessOptions): Promise<HarnessResult> => runPipeline(options);
const contentOf = (result: HarnessResult) => result.response.choices[0]?.message?.content ?? "";

describe("level 0, greeting", () => {
  it("is three lines", () => {
    const lines = readFileSync(join(import.meta.dirname, "level-0-greeting.ts"), "utf8")
      .trim()
      .split("\n");
    expect(lines.filter((line) => line !== "" && !line.startsWith("//"))).toHaveLength(3);
  });

  it("logs every request", async () => {
    const log = new RecordingLog();
    const ctx: Partial<RequestContext> = { log, model: "test/model" };
    await greeting().beforeLlm?.(ctx as RequestContext); // all that it looks at
    expect(log.lines).toEqual([{ level: "info", fields: { model: "test/model" }, message: "hello" }]);
  });
});

describe("level 1, watchdog", () => {
  it.each([1, 2, 5, 100])("halts on its phrase, in pieces of %i, and lets nothing of it out", async (size) => {
    const result = await run({
      middleware: [watchdog({ phrase: "forbidden" })],
      script: () => scriptOf("this is forbidden text", size),
    });
    expect(result.error?.code).toBe("guardrail_blocked");
    expect(contentOf(result)).not.toContain("forbidden");
  });

  it("passes everything else", async () => {
    expect(contentOf(await run({ middleware: [watchdog()], script: () => scriptOf("this is text") }))).toBe("this is text");
  });
});

describe("level 2, shout", () => {
  it("makes content upper case", async () => {
    expect(contentOf(await run({ middleware: [shout()], script: () => scriptOf("Straße, 𐐨 and 🙂", 1) }))).toBe(
      "STRASSE, 𐐨 AND 🙂",
    );
  });
});

describe("level 3, retry", () => {
  const dies = (code: ErrorCode, content = ""): Script => {
    const { batches } = scriptOf(content);
    return { batches: batches.slice(0, content === "" ? 1 : -1), error: new GatewayError(code, "no") };
  };

  it("asks again while nothing has come", async () => {
    const result = await run({
      middleware: [retry()],
      script: (attempt) => (attempt < 2 ? dies("upstream_error") : scriptOf("at last")),
    });
    expect(contentOf(result)).toBe("at last");
    expect(result.asked).toHaveLength(3);
    expect(result.openLeases).toBe(0);
  });

  it.each([
    ["gives up in the end", dies("upstream_error"), 2, 2],
    ["does not repeat what will not get better", dies("invalid_request"), 2, 1],
    ["does not take back what has left", dies("upstream_interrupted", "some text"), 2, 1],
  ])("%s", async (_, script, attempts, asked) => {
    const result = await run({ middleware: [retry({ attempts })], script: () => script });
    expect(result.error?.code).toBe(script.error?.code);
    expect(result.asked).toHaveLength(asked);
    expect(result.openLeases).toBe(0);
  });
});

describe("the laws", () => {
  const word = fc.constantFrom("project ", "lorem ", "ipsum", "lorem ipsum", "straße ", "🙂", "a", "\n");
  it.each([
    ["greeting", greeting],
    ["watchdog", watchdog],
    ["shout", shout],
    ["retry", retry],
    ["all of them", () => [greeting(), shout(), watchdog(), retry()]],
  ] as const)("%s keeps them", async (_, make) => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 5 }), fc.nat(), async (words, seed) => {
        expect(await checkLaws({ make: () => make(), reply: replyOf(words.join("")), cut: randomPieces(seed) })).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it("notice a middleware that breaks them", async () => {
    const reply = unfold(replyOf("x"))[0];
    expect(reply).toBeDefined();
    const counting = () => ({
      name: "counting",
      processChunks: () => ({
        chunk: (chunk: NonNullable<typeof reply>) => ({
          ...chunk,
          choices: chunk.choices.map((choice) => ({
            ...choice,
            delta: { ...choice.delta, content: `${choice.delta?.content ?? ""}.` },
          })),
        }),
      }),
    });
    expect(await checkLaws({ make: counting as never, reply: replyOf("some text"), cut: everyPiece(2) })).not.toEqual([]);
  });
});
