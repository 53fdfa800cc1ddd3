import OpenAI, { APIError, APIUserAbortError, BadRequestError, InternalServerError, NotFoundError, RateLimitError } from "openai";
import { zodFunction, zodResponseFormat } from "openai/helpers/zod";
import type { ChatCompletionMessageParam, ChatCompletionTool } from "openai/resources/chat/completions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type ClientGateway, silentModel, startClientGateway } from "../../support/client-gateway.ts";

let gateway: ClientGateway;
let client: OpenAI;
beforeAll(async () => {
  gateway = await startClientGateway();
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "unused", maxRetries: 0 });
});
afterAll(() => gateway.close());

const messages: ChatCompletionMessageParam[] = [{ role: "user", content: "How are you, 世界? 🐟" }];

async function failure(run: () => PromiseLike<unknown>): Promise<APIError> {
  const thrown = await Promise.resolve(run()).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(APIError);
  return thrown as APIError; // so it was just found to be
}

describe("completions", () => {
  it("answers whole", async () => {
    const { data, response, request_id } = await client.chat.completions
      .create({ model: "demo/echo", messages }, { headers: { "x-request-id": "mine" } })
      .withResponse();
    expect(data).toMatchObject({ object: "chat.completion", model: "demo/echo" });
    expect(data.choices).toEqual([
      {
        index: 0,
        message: { role: "assistant", content: "How are you, 世界? 🐟", refusal: null },
        finish_reason: "stop",
        logprobs: null,
      },
    ]);
    expect(data.usage?.total_tokens).toBe((data.usage?.prompt_tokens ?? 0) + (data.usage?.completion_tokens ?? 0));
    expect(request_id).toBe("mine");
    expect(response.headers.get("x-sluice-provider")).toBe("demo");
  });

  it.each([true, false])("streams, with its usage once when asked for it: %s", async (asked) => {
    const stream = await client.chat.completions.create({
      model: "demo/echo",
      messages,
      stream: true,
      ...(asked ? { stream_options: { include_usage: true } } : {}),
    });
    let text = "";
    const reasons: string[] = [];
    const usages: number[] = [];
    for await (const { choices, usage } of stream) {
      text += choices[0]?.delta.content ?? "";
      if (choices[0]?.finish_reason) reasons.push(choices[0].finish_reason);
      if (usage) usages.push(usage.completion_tokens);
      if (usage) expect(choices).toEqual([]);
    }
    expect({ text, reasons }).toEqual({ text: "How are you, 世界? 🐟", reasons: ["stop"] });
    expect(usages).toEqual(asked ? [expect.any(Number)] : []);
  });

  it("puts a stream of several choices together", async () => {
    const asked = { model: "demo/burst", messages, n: 3, seed: 7 };
    const streamed = await client.chat.completions.stream(asked).finalChatCompletion();
    const whole = await client.chat.completions.create(asked);
    expect(streamed.choices.map(({ message }) => message.content)).toEqual(whole.choices.map(({ message }) => message.content));
    expect(new Set(whole.choices.map(({ message }) => message.content)).size).toBe(3);
  });
});

describe("tools", () => {
  const weather = z.object({ city: z.string(), days: z.int().min(1).max(7), unit: z.enum(["c", "f"]) });
  const tool: ChatCompletionTool = {
    type: "function",
    function: { name: "weather", description: "Tells the weather", parameters: z.toJSONSchema(weather) },
  };

  it.each([true, false])("calls a tool, then makes text of its result; streamed: %s", async (streamed) => {
    const ask = async (conversation: ChatCompletionMessageParam[]) => {
      const request = { model: "demo/tool", messages: conversation, tools: [tool] };
      const completion = streamed
        ? await client.chat.completions.stream(request).finalChatCompletion()
        : await client.chat.completions.create(request);
      return completion.choices[0];
    };
    const first = await ask(messages);
    expect(first).toMatchObject({ finish_reason: "tool_calls", message: { content: null } });
    const [call] = first?.message.tool_calls ?? [];
    if (first === undefined || call?.type !== "function") throw new Error("no function was called");
    expect(first.message.tool_calls).toHaveLength(1);
    expect(call.function.name).toBe("weather");
    weather.parse(JSON.parse(call.function.arguments));
    const second = await ask([...messages, first.message, { role: "tool", tool_call_id: call.id, content: "sunny" }]);
    expect(second).toMatchObject({
      finish_reason: "stop",
      message: { content: expect.stringContaining("The tool has answered") },
    });
  });

  it.each([true, false])("runs the SDK's own tool loop; streamed: %s", async (stream) => {
    const seen: string[] = [];
    const runnable = zodFunction({
      name: "weather",
      parameters: weather,
      function: ({ city }) => {
        seen.push(city);
        return "sunny";
      },
    });
    const request = { model: "demo/tool", messages, tools: [runnable] };
    const runner = stream
      ? client.chat.completions.runTools({ ...request, stream })
      : client.chat.completions.runTools({ ...request, stream });
    expect(await runner.finalContent()).toContain("The tool has answered");
    expect(seen).toHaveLength(1);
  });
});

describe("a JSON Schema", () => {
  const recipe = z.object({
    title: z.string().min(3),
    minutes: z.int().min(5).max(90),
    tags: z.array(z.enum(["quick", "vegan"])).min(1),
    author: z.object({ email: z.email(), born: z.iso.date() }).nullable(),
  });
  const request = { model: "demo/json", messages, response_format: zodResponseFormat(recipe, "recipe") };

  it("gives an instance of it", async () => {
    const { choices } = await client.chat.completions.parse(request);
    expect(recipe.parse(JSON.parse(choices[0]?.message.content ?? ""))).toEqual(choices[0]?.message.parsed);
    expect(choices[0]?.message.parsed?.minutes).toBeGreaterThanOrEqual(5);
  });

  it("streams it", async () => {
    const completion = await client.chat.completions.stream(request).finalChatCompletion();
    expect(recipe.parse(completion.choices[0]?.message.parsed)).toEqual(
      (await client.chat.completions.parse(request)).choices[0]?.message.parsed,
    );
  });
});

describe("errors", () => {
  const create = (request: object, stream: boolean) => () =>
    client.chat.completions.create({ model: "demo/echo", messages, ...request, stream });

  it.each([
    ["an unknown model", { model: "demo/ecko" }, NotFoundError, "model_not_found", "model"],
    ["a model of no provider", { model: "nothing" }, NotFoundError, "model_not_found", "model"],
    ["no messages", { messages: [] }, BadRequestError, "invalid_request", "messages"],
    ["a value out of its range", { temperature: 3 }, BadRequestError, "invalid_request", "temperature"],
    ["a value of another type", { n: "two" }, BadRequestError, "invalid_request", "n"],
    ["a vendor that fails", { model: "demo/error-500" }, InternalServerError, "upstream_error", null],
    ["a vendor that is rate limited", { model: "demo/error-429" }, RateLimitError, "upstream_rate_limited", null],
  ])("throws its class for %s", async (_, request, type, code, param) => {
    for (const stream of [false, true]) {
      const error = await failure(create(request, stream));
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject({ code, param, type: expect.any(String), requestID: expect.any(String) });
      expect(error.headers?.get("x-should-retry")).toBe(String(code.startsWith("upstream")));
      expect(error.headers?.get("retry-after")).toBe(code === "upstream_rate_limited" ? "1" : null);
    }
  });

  it("waits as long as `retry-after` says before it tries again", async () => {
    const startedAt = performance.now();
    await failure(() => client.chat.completions.create({ model: "demo/error-429", messages }, { maxRetries: 1 }));
    expect(performance.now() - startedAt).toBeGreaterThan(950); // its own first pause is 0.5 s at the most
  });

  it("throws for a reply that is cut", async () => {
    expect(await failure(create({ model: "demo/cut" }, false))).toMatchObject({ status: 502, code: "upstream_interrupted" });
    let text = "";
    const error = await failure(async () => {
      for await (const chunk of await client.chat.completions.create({ model: "demo/cut", messages, stream: true }))
        text += chunk.choices[0]?.delta.content ?? "";
    });
    expect(error).toMatchObject({ code: "upstream_interrupted", type: "server_error" });
    expect(text.length).toBeGreaterThan(10);
  });
});

describe("an abort", () => {
  it("in the middle of a stream hangs up on the upstream", async () => {
    const stream = await client.chat.completions.create({ model: silentModel, messages, stream: true });
    const { closed } = await gateway.upstreamRequest();
    for await (const chunk of stream) {
      expect(chunk.choices[0]?.delta.content).toBe("Hel");
      stream.controller.abort();
    }
    await closed;
  });

  it("before the answer hangs up on the upstream", async () => {
    const abort = new AbortController();
    const answer = failure(() => client.chat.completions.create({ model: silentModel, messages }, { signal: abort.signal }));
    const { closed } = await gateway.upstreamRequest();
    abort.abort();
    expect(await answer).toBeInstanceOf(APIUserAbortError);
    await closed;
  });
});

describe("models", () => {
  it("lists them, and finds each by its name", async () => {
    const { data: found } = await client.models.list();
    expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(["demo/echo", "demo/tool", "demo/error-429"]));
    for (const model of found) expect(await client.models.retrieve(model.id)).toMatchObject(model);
  });

  it("throws for an unknown one", async () => {
    expect(await failure(() => client.models.retrieve("demo/ecko"))).toBeInstanceOf(NotFoundError);
  });
});
