import { create, type Message } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { GetModelRequestSchema, ListModelsRequestSchema, ModelSchema } from "#gen/sluice/chat/v1/model_service_pb";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { KnownModels } from "../chat/ports/known-models.ts";
import { silentLog } from "../chat/ports/log.ts";
import { type ModelAccess, openAccess } from "../chat/ports/model-access.ts";
import { RequestHead } from "../chat/request-head.ts";
import { PipelineBuilder } from "../pipeline/builder.ts";
import type { OfferedModel, Provider } from "../providers/provider.ts";
import { createCatalog } from "./catalog.ts";
import { ModelLists } from "./model-lists.ts";
import { createModelsHandler } from "./models-operation.ts";

const offered: OfferedModel[] = [
  { id: "text", created: 7 },
  { id: "echo", created: 0 },
];
const demo: Provider = {
  name: "demo",
  models: () => offered,
  close: () => Promise.resolve(),
  chat: () => Promise.reject(new Error("not asked here")),
};
const providers = new Map([["demo", demo]]);
const models = new Map([
  ["best", { provider: "demo", model: "text" }],
  ["demo/echo", { provider: "demo", model: "text" }],
]);

const facts = { contextWindow: 100, inputModalities: ["text"], outputModalities: ["text"], price: { input: 1, output: 2 } };
const known: KnownModels = {
  facts: (provider, model) => (`${provider}/${model}` === "demo/text" ? facts : undefined),
  of: () => undefined,
};
const lists = new ModelLists([demo], { clock: new FakeClock(), log: silentLog, maxAgeMs: 1000 });
const rest = { lists, known };

describe("createCatalog", () => {
  it.each([
    ["configured names and provider/model", true, ["best 7 demo", "demo/echo 7 demo", "demo/text 7 demo"]],
    ["configured names alone", false, ["best 7 demo", "demo/echo 7 demo"]],
  ])("lists %s by id", (_, direct, expected) => {
    const list = createCatalog({ providers, models, direct, ...rest }).list();
    expect(list.map(({ id, created, ownedBy }) => `${id} ${created} ${ownedBy}`)).toEqual(expected);
  });

  it("has what a provider came to offer later", () => {
    const catalog = createCatalog({ providers, models: new Map(), direct: true, ...rest });
    offered.push({ id: "new", created: 1 });
    expect(catalog.list().map(({ id }) => id)).toContain("demo/new");
    offered.pop();
  });

  it("tells what is known of a model, under its configured name too", () => {
    const list = createCatalog({ providers, models, direct: true, ...rest }).list();
    const told = { contextWindow: 100, inputModalities: ["text"], outputModalities: ["text"], prices: { input: 1, output: 2 } };
    expect(list.find(({ id }) => id === "demo/text")).toMatchObject(told);
    expect(list.find(({ id }) => id === "best")).toMatchObject(told);
    const unknown = createCatalog({ providers, models: new Map(), direct: true, ...rest }).list();
    expect(unknown.find(({ id }) => id === "demo/echo")).toEqual(
      create(ModelSchema, { id: "demo/echo", created: 0, ownedBy: "demo" }),
    );
  });
});

describe("createModelsHandler", () => {
  async function ask(request: Message, access: ModelAccess = openAccess): Promise<Message> {
    const handler = createModelsHandler(createCatalog({ providers, models, direct: true, ...rest }), access);
    const calls = new PipelineBuilder().build().bind({
      log: silentLog,
      clock: new FakeClock(),
      operations: { models: handler },
      chat: () => Promise.reject(new Error("not asked here")),
    });
    const head = new RequestHead({ operation: "models", protocol: "grpc", headers: {}, peer: { address: "", tls: false } });
    return (await calls.admit(head)).unary("models", request);
  }

  it("lists", async () => {
    expect(await ask(create(ListModelsRequestSchema))).toMatchObject({
      models: [{ id: "best" }, { id: "demo/echo" }, { id: "demo/text" }],
    });
  });

  it("gets one", async () => {
    expect(await ask(create(GetModelRequestSchema, { id: "best" }))).toMatchObject({
      model: { id: "best", created: 7, ownedBy: "demo" },
    });
  });

  it.each([
    ["demo/tezt", "there is no model demo/tezt; did you mean demo/text?"],
    ["nothing-like-it", "there is no model nothing-like-it"],
  ])("has no %s", async (id, message) => {
    await expect(ask(create(GetModelRequestSchema, { id }))).rejects.toMatchObject({ code: "model_not_found", message });
  });

  it("shows nobody what they may not use", async () => {
    const access: ModelAccess = { mayUse: (_, id) => id !== "best" };
    expect(await ask(create(ListModelsRequestSchema), access)).toMatchObject({
      models: [{ id: "demo/echo" }, { id: "demo/text" }],
    });
    await expect(ask(create(GetModelRequestSchema, { id: "best" }), access)).rejects.toMatchObject({ code: "model_not_found" });
  });

  it("fails on another message", async () => {
    await expect(ask(create(ModelSchema))).rejects.toMatchObject({ code: "internal" });
  });
});
