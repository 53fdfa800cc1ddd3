import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { WireRequest } from "../chat/chat-request.ts";
import { GatewayError } from "../chat/error.ts";
import { silentLog } from "../chat/ports/log.ts";
import { type Protocol, RequestHead } from "../chat/request-head.ts";
import { type ChatStream, eventOf } from "../chat/stream.ts";
import { streamOf } from "../chat/stream-of.ts";
import { PipelineBuilder } from "../pipeline/builder.ts";
import type { RequestContext } from "../pipeline/context.ts";
import type { Provider, UpstreamCall } from "../providers/provider.ts";
import { attempts } from "./attempt.ts";
import { createRouter, type RouterOptions } from "./router.ts";

interface Recorder extends Provider {
  readonly calls: UpstreamCall[];
}

function provider(name: string, answer: (call: UpstreamCall) => ChatStream = () => streamOf([])): Recorder {
  const calls: UpstreamCall[] = [];
  return {
    name,
    calls,
    models: () => [{ id: "text", created: 0 }],
    close: () => Promise.resolve(),
    async chat(call) {
      calls.push(call);
      return answer(call);
    },
  };
}

const wire: WireRequest = { protocol: "openai", bytes: new Uint8Array(), keys: [], watched: [], model: { start: 0, end: 0 } };

/** Sends one call through a pipeline that is nothing but the router; gives the router's stream and context. */
async function route(
  options: Omit<RouterOptions, "providers"> & { readonly providers: readonly Provider[] },
  model: string,
  ask: {
    readonly protocol?: Protocol;
    readonly metadata?: Record<string, string>;
    readonly headers?: Record<string, string>;
    /** Read as a message, not forwarded as bytes. */
    readonly request?: MessageInitShape<typeof ChatCompletionRequestSchema>;
  } = {},
): Promise<{ readonly ctx: RequestContext; readonly returned: ChatStream | undefined; readonly error: unknown }> {
  const router = createRouter({ ...options, providers: new Map(options.providers.map((each) => [each.name, each])) });
  const seen = Promise.withResolvers<{ ctx: RequestContext; returned: ChatStream | undefined; error: unknown }>();
  const calls = new PipelineBuilder().build().bind({
    log: silentLog,
    clock: new FakeClock(),
    operations: {},
    async chat(ctx) {
      try {
        const returned = await router(ctx);
        seen.resolve({ ctx, returned, error: undefined });
        return returned;
      } catch (error) {
        seen.resolve({ ctx, returned: undefined, error });
        throw error;
      }
    },
  });
  const head = new RequestHead({
    operation: "chat",
    protocol: ask.protocol ?? "grpc",
    headers: ask.headers ?? {},
    peer: { address: "", tls: false },
  });
  const request = create(ChatCompletionRequestSchema, {
    model,
    messages: [{ role: Role.USER, content: "hi" }],
    ...ask.request,
  });
  const bytes = ask.request === undefined ? wire : undefined;
  const admitted = await calls.admit(head);
  await admitted
    .chat({ model, streamed: true, metadata: ask.metadata ?? {}, wire: bytes, decode: () => request })
    .catch(() => undefined);
  return seen.promise;
}

const none = new Map<string, never>();

describe("createRouter", () => {
  it.each([
    ["a configured name", "best", "b", "big/model"],
    ["provider/model", "a/text", "a", "text"],
    ["a model with slashes", "a/org/text:1", "a", "org/text:1"],
    ["a configured name that looks direct", "a/alias", "b", "big/model"],
  ])("resolves %s", async (_, model, expectedProvider, expectedModel) => {
    const [a, b] = [provider("a"), provider("b")];
    const target = { provider: "b", model: "big/model" };
    const models = new Map([
      ["best", target],
      ["a/alias", target],
    ]);
    const { ctx } = await route({ providers: [a, b], models, direct: true }, model);
    const [call] = [...a.calls, ...b.calls];
    expect(call).toMatchObject({ model: expectedModel, requestedModel: model, callId: ctx.callId, streamed: true, wire });
    expect(call?.request()).toBe(ctx.request);
    expect(ctx.route).toMatchObject({ provider: expectedProvider, model: expectedModel, attempts: 1 });
  });

  it.each([
    ["direct names when they are off", false, "a/text", "there is no model a/text"],
    ["an unknown name", true, "worst", "there is no model worst"],
    ["a slip", true, "ab/text", "there is no model ab/text; did you mean a/text?"],
    ["a slip of a configured name", false, "bset", "there is no model bset; did you mean best?"],
    ["an unknown provider", true, "zzzz/text", "there is no model zzzz/text"],
    ["a provider without a model", true, "a/", "there is no model a/"],
    ["a model without a provider", true, "/text", "there is no model /text"],
    ["a model that no header holds", true, `a/${"x".repeat(255)}`, "there is no model a/xxx"],
    ["nonsense of any length", true, "x".repeat(5000), `there is no model ${"x".repeat(100)}`],
  ])("refuses %s", async (_, direct, model, message) => {
    const a = provider("a");
    const { error } = await route(
      { providers: [a], models: new Map([["best", { provider: "a", model: "text" }]]), direct },
      model,
    );
    expect(error).toMatchObject({ code: "model_not_found", param: "model", message: expect.stringContaining(message) });
    expect(a.calls).toEqual([]);
  });

  it("refuses to be made with a target that leads nowhere", () => {
    const models = new Map([["best", { provider: "nobody", model: "x" }]]);
    expect(() => createRouter({ providers: none, models, direct: true })).toThrow("model best: there is no provider nobody");
  });

  it.each([
    ["rest", true],
    ["grpc", false],
    ["grpc-web", false],
    ["connect", false],
  ] as const)("lets %s calls have the upstream's bytes: %s", async (protocol, forwards) => {
    const a = provider("a");
    await route({ providers: [a], models: none, direct: true }, "a/text", { protocol });
    expect(a.calls[0]?.forwardsWire).toBe(forwards);
  });

  it.each([
    ["nobody's", undefined, { team: "x" }, undefined],
    ["another provider's", new Set(["b"]), { team: "x" }, undefined],
    [
      "this provider's, without who the caller is",
      new Set(["a"]),
      { team: "x", user_id: "u", organization: "o", rate_limit_tier: "r", billing_account: "b" },
      { team: "x" },
    ],
    ["nothing but who the caller is", new Set(["a"]), { user_id: "u" }, undefined],
  ])("forwards metadata that is %s", async (_, forwardMetadata, metadata, expected) => {
    const a = provider("a");
    await route({ providers: [a], models: none, direct: true, forwardMetadata }, "a/text", { metadata });
    expect(a.calls[0]?.metadata).toEqual(expected);
  });

  it.each([
    ["a", { "x-label": "l", via: "1.1 sluice-00000000000000bb, 1.1 sluice-00000000000000aa" }],
    ["b", { via: "1.1 sluice-00000000000000bb, 1.1 sluice-00000000000000aa" }],
  ])("forwards to %s the headers that are its, and says who has passed the call on", async (name, expected) => {
    const each = provider(name);
    const forwardHeaders = new Map([["a", ["x-label", "x-none"]]]);
    const beginAttempt = attempts({ forwardHeaders, instance: "sluice-00000000000000aa" });
    const options = { providers: [each], models: none, direct: true, beginAttempt };
    const headers = { "x-label": "l", "x-other": "o", authorization: "Bearer k", via: "1.0 a, 1.1 sluice-00000000000000bb" };
    await route(options, `${name}/text`, { headers });
    expect(each.calls[0]?.headers).toEqual(expected);
  });

  it("names the vendor options that it does not pass on", async () => {
    const request = { extensionsJson: { openai: "{}", acme: "{}" } };
    const { ctx } = await route({ providers: [provider("a")], models: none, direct: true }, "a/text", { request });
    expect(ctx.route.droppedParams.toSorted()).toEqual(["extensions.acme", "extensions.openai"]);
  });

  it("leaves the options of a provider's own vendor to it, and passes on the policy of a target", async () => {
    const request = { extensionsJson: { openai: "{}", acme: "{}" } };
    const acme = { ...provider("a"), vendor: "acme" };
    const models = new Map([["best", { provider: "a", model: "text", unsupportedParams: "reject" as const }]]);
    const { ctx } = await route({ providers: [acme], models, direct: true }, "best", { request });
    expect(ctx.route.droppedParams).toEqual(["extensions.openai"]);
    expect(acme.calls[0]?.unsupportedParams).toBe("reject");
  });

  it("refuses a template that nothing has rendered", async () => {
    const a = provider("a");
    const request = { promptTemplate: { id: "greet" } };
    const { ctx, error } = await route({ providers: [a], models: none, direct: true }, "a/text", { request });
    expect(error).toMatchObject({ code: "unsupported_parameter", param: "prompt_template" });
    expect([a.calls, ctx.route.attempts]).toEqual([[], 0]);
  });

  it("returns the provider's stream itself", async () => {
    const stream = streamOf([[eventOf(create(ChatCompletionChunkSchema))]]);
    const { returned } = await route({ providers: [provider("a", () => stream)], models: none, direct: true }, "a/text");
    expect(returned).toBe(stream);
  });

  it("has in the route what the provider notes, also later", async () => {
    const a = provider("a");
    const { ctx } = await route({ providers: [a], models: none, direct: true }, "a/text");
    const notes = a.calls[0]?.notes ?? {};
    notes.upstreamRequestId = "req-1";
    notes.upstreamModel = "text-2026-01-31";
    notes.droppedParams = ["seed"];
    notes.droppedParams.push("stop");
    expect(ctx.route).toMatchObject({ upstreamRequestId: "req-1", model: "text-2026-01-31", droppedParams: ["seed", "stop"] });
    expect(notes).toMatchObject({ upstreamRequestId: "req-1", upstreamModel: "text-2026-01-31" });
  });

  it("closes the attempt's lease when the provider refuses, and lets the call's end it", async () => {
    const failure = new GatewayError("upstream_error", "no");
    const bad = provider("a", () => {
      throw failure;
    });
    const refused = await route({ providers: [bad], models: none, direct: true }, "a/text");
    expect(refused.error).toBe(failure);
    expect(bad.calls[0]?.lease.error).toBe(failure);
    const good = provider("a");
    const { ctx } = await route({ providers: [good], models: none, direct: true }, "a/text");
    expect(good.calls[0]?.lease.closed).toBe(false);
    ctx.lease.close(failure);
    expect(good.calls[0]?.lease.error).toBe(failure);
  });
});
