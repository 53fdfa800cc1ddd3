import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type ChatCompletionRequest, ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { ChatCompletionResponseSchema, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { ChatMessageSchema, Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { holds, plantEverywhere } from "../../test/support/planted-messages.ts";
import type { GuardAction, RequestGuard } from "../chat/guard.ts";
import { unfold } from "../chat/unfold.ts";
import { literalGuard } from "../guard/literal-guard.ts";
import { runPipeline } from "../testing/index.ts";
import type { Middleware } from "./middleware.ts";

const canary = "canary-7f3a";

type Request = MessageInitShape<typeof ChatCompletionRequestSchema>;

function guarding(action: GuardAction, options: Partial<Middleware> & Pick<RequestGuard, "roles"> = {}): Middleware {
  const { roles, ...rest } = options;
  const newGuard = literalGuard({ literals: [canary], action, replacement: "[gone]" });
  return { name: "guard", guardRequest: () => Object.assign(newGuard(), { roles }), ...rest };
}

const reply = create(ChatCompletionResponseSchema, {
  choices: [{ message: { role: Role.ASSISTANT, content: "hello" }, finishReason: FinishReason.STOP }],
});

const ask = (request: Request, ...middleware: readonly Middleware[]) =>
  runPipeline({ middleware, request, script: () => ({ batches: [unfold(reply)] }) });

const everywhere = plantEverywhere<ChatCompletionRequest>(ChatCompletionRequestSchema, { text: canary });
/** Where a finding can be taken out. */
const changeable =
  /(\.(content|text|reasoning|refusal|description|arguments|input|variables|schema|parameters)|(variables|schema|parameters)\.key|(^|\.)metadata|_json)$/;

describe("a request under a guard", () => {
  it("is planted in every string and bytes field that there is", () => {
    expect(everywhere.length).toBeGreaterThan(90);
    for (const { message } of everywhere) expect(holds(message, canary)).toBe(true);
    const paths = everywhere.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(["messages.parts.file.raw", "tools.function.parameters", "extensions_json", "logit_bias.key"]),
    );
    process.stdout.write(`requests: a canary planted in each of ${everywhere.length} fields\n`);
  });

  it.each(everywhere)("nothing found in $path is forwarded", async ({ path, message }) => {
    const { asked, error } = await ask(message, guarding("redact"));
    expect(asked.some((each) => holds(each, canary))).toBe(false);
    expect([path, error?.code]).toEqual([path, changeable.test(path) ? undefined : "guardrail_blocked"]);
    expect(asked).toHaveLength(error === undefined ? 1 : 0);
    if (error === undefined) expect(holds(asked[0], "[gone]")).toBe(true);
    else expect(error.param).toBeTruthy();
  });

  it.each(everywhere)("a block of something in $path ends the call before the model is asked", async ({ message }) => {
    const { asked, error } = await ask(message, guarding("block"));
    expect([asked.length, error?.code]).toEqual([0, "guardrail_blocked"]);
  });

  it.each(everywhere)("what is only watched in $path is forwarded", async ({ message }) => {
    const { asked, error, context } = await ask(message, guarding("monitor"));
    expect(error).toBeUndefined();
    expect(holds(asked, canary)).toBe(true);
    expect(context?.route.verdicts.length).toBeGreaterThan(0);
    expect(context?.route.entities).toEqual({ LITERAL: context?.route.verdicts.length });
  });

  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const image = (url: string): Request => ({
    messages: [{ role: Role.USER, parts: [{ part: { case: "imageUrl", value: { url } } }] }],
  });
  const audio = (data: string): Request => ({
    messages: [{ role: Role.USER, parts: [{ part: { case: "inputAudio", value: { data, format: "wav" } } }] }],
  });
  const args = (text: string): Request => ({
    messages: [{ role: Role.ASSISTANT, toolCalls: [{ id: "1", function: { name: "f", arguments: text } }] }],
  });
  const png = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.from(canary)]);

  it.each<readonly [string, Request, boolean]>([
    ["a text file in a data URL", image(`data:text/plain;base64,${base64(`a ${canary}`)}`), true],
    ["a long one", image(`data:text/plain;base64,${base64(`x${"ä".repeat(9000)}${canary}`)}`), true],
    ["the data URL itself", image(`data:text/${canary};base64,AAAA`), true],
    ["an address", image(`https://example.com/${canary}`), true],
    ["a text in base64", audio(base64(canary)), true],
    ["an image", image(`data:image/png;base64,${png.toString("base64")}`), false],
    ["the bytes of a sound", audio(png.toString("base64")), false],
    ["the key of an argument", args(`{"${canary}":1}`), false],
  ])("looks for text in %s", async (_, request, blocked) => {
    const { error } = await ask(request, guarding("redact"));
    expect(error?.code).toBe(blocked ? "guardrail_blocked" : undefined);
  });

  it("looks at the strings of arguments without their escapes, and keeps them JSON", async () => {
    const { asked } = await ask(args(String.raw`{"q":"a \u0063anary-7f3a\n"}`), guarding("redact"));
    expect(asked[0]?.messages[0]?.toolCalls[0]?.function?.arguments).toBe(String.raw`{"q":"a [gone]\n"}`);
  });

  it("fails the call rather than to break JSON", async () => {
    const number = { name: "guard", guardRequest: literalGuard({ literals: ["4111"], action: "redact", replacement: "[n]" }) };
    const { error } = await ask({ unknownFieldsJson: '{"card":4111}' }, number);
    expect(error).toMatchObject({ code: "guardrail_blocked", param: "unknown_fields_json" });
  });

  it("says where, and shows nothing of it", async () => {
    const { error, context } = await ask({ messages: [{ role: Role.USER, content: `a ${canary}` }] }, guarding("block"));
    expect(error?.param).toBe("messages[0].content");
    expect(context?.route.verdicts).toMatchObject([
      { channel: "request.messages[0].content", start: 2, end: 2 + canary.length, action: "block", middleware: "guard" },
    ]);
    expect(holds([error?.message, context?.route], canary)).toBe(false);
  });

  it("names no key that a client chose", async () => {
    const request = { metadata: { [canary]: canary }, extensionsJson: { [canary]: "{}" } };
    const { context } = await ask(request, guarding("monitor"));
    const verdicts = context?.route.verdicts ?? [];
    const paths = ["request.extensions_json.key", "request.metadata.key", "request.metadata.value"];
    expect(verdicts.map(({ channel }) => channel).sort()).toEqual(paths);
  });

  it("looks at metadata, whose values may be forwarded", async () => {
    const headers = { "x-sluice-metadata": `team=${canary},plan=pro` };
    const { context, asked } = await runPipeline({
      middleware: [guarding("redact")],
      headers,
      script: () => ({ batches: [unfold(reply)] }),
    });
    expect(context?.metadata).toEqual({ team: "[gone]", plan: "pro" });
    expect(asked).toHaveLength(1);
  });

  it("looks at the messages of some roles only", async () => {
    const messages = [Role.SYSTEM, Role.USER, Role.TOOL].map((role) => ({ role, content: canary }));
    const { asked } = await ask({ messages, user: canary }, guarding("redact", { roles: [Role.USER, Role.TOOL] }));
    expect(asked[0]?.messages.map(({ content }) => content)).toEqual([canary, "[gone]", "[gone]"]);
    expect(asked[0]?.user).toBe(canary);
  });

  it("lets adjacent guards see the same request, and a later one what an edit made of it", async () => {
    const named = (name: string, literal: string, action: GuardAction): Middleware => ({
      name,
      guardRequest: literalGuard({ literals: [literal], action, replacement: "heron" }),
    });
    const user = create(ChatMessageSchema, { role: Role.USER });
    const editing: Middleware = {
      name: "editing",
      beforeLlm(ctx) {
        ctx.edit((draft) => void draft.messages.push({ ...user, content: "an egret" }));
        return undefined;
      },
    };
    const request = { messages: [{ role: Role.USER, content: "a stork" }] };
    const { asked, error } = await ask(request, named("a", "stork", "redact"), named("b", "heron", "block"));
    expect([asked[0]?.messages[0]?.content, error]).toEqual(["a heron", undefined]);
    const later = await ask(request, named("a", "stork", "redact"), editing, named("b", "egret", "redact"));
    expect(later.asked[0]?.messages.map(({ content }) => content)).toEqual(["a heron", "an heron"]);
  });

  it("is answered with the fallback text where there is one", async () => {
    const request = { n: 2, messages: [{ role: Role.USER, content: canary }] };
    const { asked, response, error } = await ask(request, guarding("block", { fallbackText: "Ask something else." }));
    expect([asked.length, error]).toEqual([0, undefined]);
    expect(response.choices.map(({ message, finishReason }) => [message?.content, finishReason])).toEqual(
      Array(2).fill(["Ask something else.", FinishReason.CONTENT_FILTER]),
    );
  });

  const faulty: RequestGuard = {
    channels: ["content"],
    feed() {
      throw new Error("out of order");
    },
    finish: () => ({ spans: [], safeTo: 0 }),
  };

  it("fails when a guard does, unless that is to be skipped; a block never is", async () => {
    const request = { messages: [{ role: Role.USER, content: canary }] };
    expect((await ask(request, { name: "f", guardRequest: () => faulty })).error?.code).toBe("internal");
    const skipped: Middleware = { name: "f", guardRequest: () => faulty, onError: "skip" };
    expect((await ask(request, skipped)).asked).toHaveLength(1);
    expect((await ask(request, skipped, guarding("block"))).error?.code).toBe("guardrail_blocked");
    expect((await ask(request, guarding("block", { onError: "skip" }))).error?.code).toBe("guardrail_blocked");
  });
});
