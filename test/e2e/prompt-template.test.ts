import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeUpstream } from "../support/fake-upstream.ts";
import { type RunningGateway, startGateway } from "../support/running-gateway.ts";

let upstream: FakeUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await FakeUpstream.start();
  const choices = [{ index: 0, message: { role: "assistant", content: "Bonjour" }, finish_reason: "stop" }];
  upstream.always({ steps: [JSON.stringify({ id: "c", object: "chat.completion", created: 1, model: "m", choices })] });
  gateway = await startGateway({
    providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } },
    pipeline: { use: ["promptTemplate"] },
    templates: { greet: { 1: { messages: [{ role: "system", content: "Answer in {{ language }}." }] } } },
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});
beforeEach(() => upstream.requests.splice(0));

const rest = "/v1/chat/completions";
const rpc = "/sluice.chat.v1.ChatCompletionService/CreateChatCompletion";
const hi = { [rest]: { role: "user", content: "hi" }, [rpc]: { role: "ROLE_USER", content: "hi" } };

async function ask(path: typeof rest | typeof rpc, promptTemplate: object | undefined) {
  const named = promptTemplate === undefined ? {} : { prompt_template: promptTemplate };
  const body = JSON.stringify({ model: "up/m", messages: [hi[path]], temperature: 0.5, ...named }, null, 1);
  const response = await fetch(gateway.url + path, { method: "POST", headers: { "content-type": "application/json" }, body });
  return { status: response.status, text: await response.text(), body };
}

describe("a request that names a template", () => {
  it.each([
    [rest, { id: "greet", variables: { language: "French" } }],
    [rpc, { id: "greet", variables: { language: "French" } }],
    [rpc, { id: "greet", version: "1", variables_json: '{"language":"French"}' }],
  ] as const)("goes to the model with the template's messages first, over %s with %o", async (path, named) => {
    expect(await ask(path, named)).toMatchObject({ status: 200, text: expect.stringContaining("Bonjour") });
    expect(JSON.parse(String(upstream.requests[0]?.body))).toEqual({
      model: "m",
      messages: [
        { role: "system", content: "Answer in French." },
        { role: "user", content: "hi" },
      ],
      temperature: 0.5,
    });
  });

  it.each([
    [rest, { id: "great" }, '"param":"prompt_template.id"'],
    [rest, { id: "greet", variables: {} }, '"param":"prompt_template.variables.language"'],
    [rpc, { id: "greet", variables: { languag: "x" } }, "did you mean language?"],
  ] as const)("is refused before the model is asked, over %s with %o", async (path, named, said) => {
    expect(await ask(path, named)).toMatchObject({ status: 400, text: expect.stringContaining(said) });
    expect(upstream.requests).toEqual([]);
  });
});

it("leaves a request that names none as its client wrote it", async () => {
  const { status, body } = await ask(rest, undefined);
  expect(status).toBe(200);
  expect(String(upstream.requests[0]?.body)).toBe(body.replace("up/m", "m"));
});
