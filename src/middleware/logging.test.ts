import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { ListModelsRequestSchema, ListModelsResponseSchema } from "#gen/sluice/chat/v1/model_service_pb";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { type LoggedLine, RecordingLog } from "../../test/support/recording-log.ts";
import { GatewayError } from "../chat/error.ts";
import { RequestHead } from "../chat/request-head.ts";
import { PipelineBuilder } from "../pipeline/builder.ts";
import type { ChatHandler, Middleware } from "../pipeline/middleware.ts";
import { createDemoProvider } from "../providers/demo/index.ts";
import { createRouter } from "../routing/router.ts";
import { logging } from "./logging.ts";

const clock = new FakeClock();
const demo = createRouter({
  providers: new Map([["demo", createDemoProvider("demo", { clock })]]),
  models: new Map(),
  direct: true,
});

interface Run {
  readonly operation?: "chat" | "models";
  readonly bodies?: boolean;
  readonly request?: MessageInitShape<typeof ChatCompletionRequestSchema>;
  readonly decode?: () => never;
  readonly chat?: ChatHandler;
  /** The client goes after its first batch. */
  readonly leaves?: boolean;
}

/** Runs one call; gives what was logged of it. */
async function linesOf({
  operation = "chat",
  bodies,
  request,
  decode,
  chat = demo,
  leaves,
}: Run): Promise<readonly LoggedLine[]> {
  const log = new RecordingLog();
  const settled = Promise.withResolvers<undefined>();
  const witness: Middleware = {
    name: "witness",
    operations: ["chat", "models"],
    reads: "nothing",
    onSettled: () => settled.resolve(undefined) as undefined,
  };
  const pipeline = new PipelineBuilder()
    .use(witness)
    .use(logging(bodies === undefined ? {} : { bodies }))
    .build();
  const calls = pipeline.bind({ log, clock, chat, operations: { models: async () => create(ListModelsResponseSchema) } });
  const head = new RequestHead({
    operation,
    protocol: "connect",
    headers: { "x-request-id": "label-1" },
    peer: { address: "", tls: false },
  });
  const admitted = await calls.admit(head);
  try {
    if (operation === "models") await admitted.unary("models", create(ListModelsRequestSchema));
    else {
      const message = create(ChatCompletionRequestSchema, {
        model: "demo/echo",
        messages: [{ role: 3, content: "secret words" }],
        ...request,
      });
      const incoming = { model: message.model, streamed: true, metadata: {}, decode: decode ?? (() => message) };
      for await (const _ of await admitted.chat(incoming)) if (leaves === true) break;
    }
    admitted.close();
  } catch (error) {
    admitted.close(GatewayError.from(error));
  }
  await settled.promise;
  return log.lines;
}

describe("logging", () => {
  it("logs a call in one line", async () => {
    const lines = await linesOf({});
    expect(lines).toEqual([
      {
        level: "info",
        message: "call",
        fields: {
          call_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          request_id: "label-1",
          operation: "chat",
          protocol: "connect",
          model: "demo/echo",
          streamed: true,
          attempts: 1,
          provider: "demo",
          upstream_model: "echo",
          outcome: "ok",
          status: 200,
          prompt_tokens: 2,
          completion_tokens: 2,
          total_tokens: 4,
          ttft_ms: expect.any(Number),
          duration_ms: expect.any(Number),
        },
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain("secret");
  });

  it("leaves out of other operations what they have not", async () => {
    const [line] = await linesOf({ operation: "models" });
    expect(line?.fields).toEqual({
      call_id: expect.any(String),
      request_id: "label-1",
      operation: "models",
      protocol: "connect",
      outcome: "ok",
      status: 200,
      duration_ms: expect.any(Number),
    });
  });

  const broken = new Error("the reason");
  it.each<readonly [string, Run, "info" | "warn", object]>([
    ["a client's error", { request: { model: "nobody" } }, "info", { outcome: "model_not_found", status: 404, attempts: 0 }],
    [
      "an upstream's error",
      { request: { model: "demo/error-500" } },
      "warn",
      { outcome: "upstream_error", status: 502, attempts: 1, provider: "demo" },
    ],
    [
      "a reply that was cut",
      { request: { model: "demo/cut" } },
      "warn",
      { outcome: "upstream_interrupted", ttft_ms: expect.any(Number) },
    ],
    [
      "an own error, with its cause",
      { chat: () => Promise.reject(broken) },
      "warn",
      { outcome: "internal", status: 500, err: broken },
    ],
    ["a client that went", { leaves: true }, "info", { outcome: "cancelled", status: 499 }],
  ])("logs %s", async (_, run, level, fields) => {
    expect(await linesOf(run)).toEqual([{ level, message: "call", fields: expect.objectContaining(fields) }]);
  });

  it("logs bodies when asked", async () => {
    const [line] = await linesOf({ bodies: true });
    expect(line?.fields).toMatchObject({
      request: { model: "demo/echo", messages: [{ role: "ROLE_USER", content: "secret words" }] },
      response: { choices: [{ message: { content: "secret words" }, finish_reason: "FINISH_REASON_STOP" }] },
    });
  });

  it("logs a call whose body was no request", async () => {
    const decode = () => {
      throw new GatewayError("invalid_request", "messages is missing");
    };
    const [line] = await linesOf({ bodies: true, decode });
    expect(line).toMatchObject({ level: "info", fields: { outcome: "invalid_request", request: undefined } });
  });
});
