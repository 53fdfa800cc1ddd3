import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import {
  type ChatCompletionResponse,
  ChatCompletionResponseSchema,
  FinishReason,
} from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { GatewayError } from "../chat/error.ts";
import { unfold } from "../chat/unfold.ts";
import { literalGuard } from "../guard/literal-guard.ts";
import { chunksOf, everyPiece, type HarnessResult, runPipeline } from "../testing/index.ts";
import type { Middleware } from "./middleware.ts";

const guard: Middleware = { name: "guard", guardText: literalGuard({ literals: ["secret"], action: "block" }) };

function reply(...contents: readonly string[]): ChatCompletionResponse {
  return create(ChatCompletionResponseSchema, {
    id: "r1",
    choices: contents.map((content, index) => ({
      index,
      message: { role: Role.ASSISTANT, content },
      finishReason: FinishReason.STOP,
    })),
    usage: { promptTokens: 3, completionTokens: 2, totalTokens: 5 },
  });
}

/** The reply letter by letter, each a batch; the upstream that nobody has hung up on by the end fails. */
async function run(whole: ChatCompletionResponse, middleware: readonly Middleware[] = [guard]): Promise<HarnessResult> {
  const batches = chunksOf(whole, everyPiece(1)).map((chunk) => [chunk]);
  const error = new GatewayError("upstream_interrupted", "read to the end");
  return runPipeline({ middleware, script: () => ({ batches, error }), request: requestFor(whole) });
}

const requestFor = ({ choices }: ChatCompletionResponse) => ({
  model: "m",
  messages: [{ role: Role.USER, content: "hi" }],
  n: choices.length,
});

const contents = ({ response }: HarnessResult) => response.choices.map(({ message }) => message?.content);
const reasons = ({ response }: HarnessResult) => response.choices.map(({ finishReason }) => finishReason);

describe("a reply whose last live choice is blocked", () => {
  it.each<[string, readonly string[], readonly string[], readonly FinishReason[], number]>([
    ["its only one", ["a secret and more"], ["a "], [FinishReason.CONTENT_FILTER], 9], // a role and eight letters
    [
      "after another was blocked",
      ["a secret and more", "another secret and more"],
      ["a ", "another "],
      [FinishReason.CONTENT_FILTER, FinishReason.CONTENT_FILTER],
      30, // a role and fourteen letters of each
    ],
    [
      "after another has finished",
      ["x", "a secret and more"],
      ["x", "a "],
      [FinishReason.STOP, FinishReason.CONTENT_FILTER],
      12, // a role, a letter and an end of the first
    ],
  ])("ends well at once, and its upstream is hung up on: %s", async (_, whole, released, ends, reads) => {
    const result = await run(reply(...whole));
    expect(result.error).toBeUndefined();
    expect(contents(result)).toEqual(released);
    expect(reasons(result)).toEqual(ends);
    expect(result.reads).toBe(reads);
    expect(result.openLeases).toBe(0);
    expect(result.chunks.at(-1)).toMatchObject({ choices: [], route: { callId: expect.any(String) } });
  });

  it("is not hung up on while another choice is live", async () => {
    const result = await run(reply("a secret", "nothing of the kind, and it is longer"));
    expect(result.error?.code).toBe("upstream_interrupted"); // read to the end
    expect(contents(result)).toEqual(["a ", "nothing of the kind, and it is longer"]);
  });

  it.each([[["secret and more"]], [["secret", "secret and more"]]])("fails when nothing of it has left: %j", async (whole) => {
    const streamed = await run(reply(...whole));
    const batches = [unfold(reply(...whole))];
    const unstreamed = await runPipeline({
      middleware: [guard],
      script: () => ({ batches }),
      request: requestFor(reply(...whole)),
      streamed: false,
    });
    for (const { error, chunks, openLeases } of [streamed, unstreamed]) {
      expect(error?.code).toBe("guardrail_blocked");
      expect(chunks).toEqual([]);
      expect(openLeases).toBe(0);
    }
  });

  it("still says what stages outside the guard hold", async () => {
    const holding: Middleware = { name: "holding", hold: true, onResponseUpdate: () => undefined };
    const quoting: Middleware = {
      name: "quoting",
      processChunks: () => ({ chunk: () => undefined, flush: () => unfold(reply("end"))[0] }),
    };
    const result = await run(reply("a secret and more"), [quoting, holding, guard]);
    expect(result.error).toBeUndefined();
    expect(contents(result)).toEqual(["a end"]);
  });

  it("is hung up on before its end is told, so that a client that does not read on keeps nobody waiting", async () => {
    const told: string[] = [];
    const inside: Middleware = {
      name: "inside",
      async aroundLlm(ctx, next) {
        const inner = await next(ctx);
        return {
          [Symbol.asyncIterator]: () => inner[Symbol.asyncIterator](),
          cancel(reason) {
            told.push("upstream");
            inner.cancel(reason);
          },
        };
      },
    };
    const outside: Middleware = {
      name: "outside",
      aroundLlm: (ctx, next) => next(ctx),
      processChunks: () => ({
        chunk({ choices }) {
          if (choices[0]?.finishReason === FinishReason.CONTENT_FILTER) told.push("client");
          return undefined;
        },
      }),
    };
    await run(reply("a secret and more"), [outside, guard, inside]);
    expect(told).toEqual(["upstream", "client"]);
  });
});
