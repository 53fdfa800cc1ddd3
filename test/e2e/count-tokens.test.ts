import { Code, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { TokenService } from "#gen/sluice/chat/v1/token_service_pb";
import { RecordingLog } from "../support/recording-log.ts";
import { type RunningGateway, startGateway } from "../support/running-gateway.ts";

let gateway: RunningGateway;
let log: RecordingLog;
beforeAll(async () => {
  log = new RecordingLog();
  gateway = await startGateway(
    {
      providers: { openai: { type: "openai", apiKey: "sk-test", baseUrl: "http://127.0.0.1:1/v1" } },
      models: { best: { targets: [{ provider: "openai", model: "gpt-4o" }] } },
      templates: { greet: { "1": { messages: [{ role: "system", content: "Greet {{ name }}." }] } } },
      pipeline: {
        use: ["logging", "promptTemplate", { pii: { entities: ["EMAIL_ADDRESS"] } }, { denyList: { entries: ["Heron"] } }],
      },
    },
    log,
  );
});
afterAll(() => gateway.close());

const user = (content: string) => ({ role: Role.USER, content });
const count = (request: object, connect = false) => {
  const transport = connect
    ? createConnectTransport({ baseUrl: gateway.url, httpVersion: "1.1" })
    : createGrpcTransport({ baseUrl: gateway.url });
  return createClient(TokenService, transport).countTokens({ request });
};

describe("CountTokens", () => {
  it.each([false, true])("counts by the model's vocabulary, over Connect: %s", async (connect) => {
    const reply = await count({ model: "best", messages: [user("Hello there")] }, connect);
    expect(reply).toMatchObject({ promptTokens: 3 + 4 + 2, estimated: false, method: "o200k_base" });
    expect(reply.route?.attempts).toBe(0);
  });

  it("counts the demo's own tokens, as its usage does", async () => {
    const reply = await count({ model: "demo/echo", messages: [user("Hello there")] });
    expect(reply).toMatchObject({ promptTokens: 2, estimated: false, method: "demo" });
    expect(reply.route).toMatchObject({ provider: "demo", model: "echo", attempts: 1 });
  });

  it("counts what templates and guards make of the request", async () => {
    const plain = await count({ model: "demo/echo", messages: [user("mail a@example.com")] });
    expect(plain.promptTokens).toBe(5); // mail, [, EMAIL_ADDRES, S, ]
    const rendered = await count({
      model: "demo/echo",
      messages: [user("hi")],
      promptTemplate: { id: "greet", variablesJson: '{"name":"Ann"}' },
    });
    expect(rendered.promptTokens).toBe(4); // Greet, Ann, the full stop, hi
  });

  it("is guarded", async () => {
    await expect(count({ model: "demo/echo", messages: [user("Heron")] })).rejects.toMatchObject({ code: Code.PermissionDenied });
  });

  it.each([
    ["no request", undefined, Code.InvalidArgument],
    ["no messages", { model: "demo/echo" }, Code.InvalidArgument],
    ["an unknown model", { model: "demo/ecko", messages: [user("x")] }, Code.NotFound],
  ])("refuses %s", async (_, request, code) => {
    const transport = createGrpcTransport({ baseUrl: gateway.url });
    const failed = createClient(TokenService, transport).countTokens(request === undefined ? {} : { request });
    await expect(failed).rejects.toMatchObject({ code });
  });

  it("is logged", async () => {
    await expect
      .poll(() => log.lines.map(({ fields }) => fields))
      .toContainEqual(expect.objectContaining({ operation: "countTokens", model: "best", outcome: "ok" }));
  });
});
