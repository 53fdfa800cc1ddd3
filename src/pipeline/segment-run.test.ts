import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ChatCompletionResponseSchema, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { GatewayError } from "../chat/error.ts";
import { literalGuard } from "../guard/literal-guard.ts";
import { checkLaws, chunksOf, everyPiece, runPipeline } from "../testing/index.ts";
import type { Middleware } from "./middleware.ts";

const reply = create(ChatCompletionResponseSchema, {
  choices: [{ message: { role: Role.ASSISTANT, content: "abcdefg" }, finishReason: FinishReason.STOP }],
});
const script = () => ({ batches: chunksOf(reply, everyPiece(1)).map((chunk) => [chunk]) });

/** Notes who comes in, who goes out, and with what error. */
const probe = (name: string, log: string[] = []): Middleware => ({
  name,
  beforeLlm: () => void log.push(`>${name}`) as undefined,
  afterLlm: (ctx) => void log.push(`<${name} ${ctx.error?.code ?? "ok"}`) as undefined,
});

const around: Middleware = { name: "around", aroundLlm: (ctx, next) => next(ctx) };
const forking: Middleware = {
  name: "forking",
  async aroundLlm(ctx, next) {
    const fork = ctx.fork("attempt");
    const stream = await next(fork);
    ctx.adopt(fork);
    return stream;
  },
};
/** Reads a batch of a first attempt, and then wants another. */
const fickle: Middleware = {
  name: "fickle",
  async aroundLlm(ctx, next) {
    const first = await next(ctx.fork("first"));
    await first[Symbol.asyncIterator]().next();
    return next(ctx.fork("second"));
  },
};
const guard: Middleware = { name: "guard", guardText: literalGuard({ literals: ["cd"], action: "block" }) };
const halting: Middleware = {
  name: "halting",
  onResponseUpdate(ctx, seen) {
    if (seen.text().includes("cd")) ctx.haltWithError(new GatewayError("guardrail_blocked", "no"));
    return undefined;
  },
};

describe("who is inside a level 3", () => {
  it.each<[string, readonly Middleware[]]>([
    ["passing the call on", [around]],
    ["forking it", [forking]],
    ["forking it twice", [forking, probe("between"), forking]],
    ["wanting another attempt", [fickle]],
    ["that a guard outside hangs up on", [guard, around]],
    ["whose fork a guard outside hangs up on", [guard, forking]],
    ["that somebody outside halts", [halting, forking]],
  ])("%s, is let out once, before everybody outside, however the call ends", async (_, middle) => {
    const make = () => [probe("outer"), ...middle, probe("inner")];
    expect(await checkLaws({ make, reply, cut: everyPiece(1), releasesDecidedOnly: !middle.includes(halting) })).toEqual([]);
  });

  it.each<[string, Middleware, readonly string[]]>([
    ["fails with the call", halting, ["<inner guardrail_blocked", "<outer guardrail_blocked"]],
    ["is cancelled when its reply is hung up on", guard, ["<inner cancelled", "<outer ok"]],
  ])("%s", async (_, middle, expected) => {
    const log: string[] = [];
    await runPipeline({ middleware: [probe("outer", log), middle, forking, probe("inner", log)], script });
    expect(log).toEqual([">outer", ">inner", ...expected]);
  });

  it("is cancelled when its attempt is given up for another", async () => {
    const log: string[] = [];
    await runPipeline({ middleware: [probe("outer", log), fickle, probe("inner", log)], script });
    expect(log).toEqual([">outer", ">inner", ">inner", "<inner ok", "<inner cancelled", "<outer ok"]);
  });
});

describe("the end of a call", () => {
  it("lets nobody in any more", async () => {
    const log: string[] = [];
    const leaving: Middleware = {
      name: "leaving",
      async beforeLlm(ctx) {
        ctx.lease.close(new GatewayError("cancelled", "the client left"));
        return undefined;
      },
      afterLlm: () => void log.push("<leaving") as undefined,
    };
    const { error, asked } = await runPipeline({ middleware: [probe("outer", log), leaving, probe("inner", log)], script });
    expect(error?.code).toBe("cancelled");
    expect(log).toEqual([">outer", "<leaving", "<outer cancelled"]);
    expect(asked).toEqual([]);
  });

  it.each([1, 3])("shows afterLlm what has been released, also when the client goes after %i batches", async (leaveAfter) => {
    const seen: unknown[] = [];
    const reader: Middleware = {
      name: "reader",
      afterLlm: (ctx) => void seen.push(ctx.response?.choices[0]?.message?.content ?? "") as undefined,
    };
    await runPipeline({ middleware: [reader, forking, reader], script, leaveAfter });
    expect(seen).toEqual(Array(2).fill("abcdefg".slice(0, leaveAfter - 1))); // the first batch is the role
  });
});
