import { create } from "@bufbuild/protobuf";
import OpenAI, {
  APIConnectionError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ListModelsResponseSchema } from "#gen/sluice/chat/v1/model_service_pb";
import { type RestGateway, startRestGateway } from "../../../test/support/rest-gateway.ts";
import { FedStream, piece } from "../../../test/support/scripted-calls.ts";
import { type ErrorCode, GatewayError } from "../../chat/error.ts";

let gateway: RestGateway;
let client: OpenAI;
beforeEach(async () => {
  gateway = await startRestGateway();
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "any", maxRetries: 0 });
});
afterEach(() => gateway.close());

const chat = { model: "m", messages: [{ role: "user" as const, content: "hi" }] };

describe("the official SDK", () => {
  it("gets a completion", async () => {
    const { data, request_id } = await client.chat.completions.create(chat).withResponse();
    expect(data.choices[0]).toMatchObject({ message: { role: "assistant", content: "Hello" }, finish_reason: "stop" });
    expect(data.usage?.total_tokens).toBe(5);
    expect(request_id).toBe(gateway.calls.last.head.requestId);
  });

  it("gets a stream, with its usage once", async () => {
    let text = "";
    const usages: number[] = [];
    for await (const chunk of await client.chat.completions.create({
      ...chat,
      stream: true,
      stream_options: { include_usage: true },
    })) {
      text += chunk.choices[0]?.delta.content ?? "";
      if (chunk.usage) usages.push(chunk.usage.total_tokens);
    }
    expect([text, usages]).toEqual(["Hello", [5]]);
  });

  it("puts a stream together", async () => {
    const completion = await client.chat.completions.stream(chat).finalChatCompletion();
    expect(completion.choices[0]?.message.content).toBe("Hello");
  });

  it("lists models", async () => {
    gateway.calls.unary = () => create(ListModelsResponseSchema, { models: [{ id: "a/b", created: 5, ownedBy: "a" }] });
    const found: string[] = [];
    for await (const model of client.models.list()) found.push(model.id);
    expect(found).toEqual(["a/b"]);
  });

  it.each<[ErrorCode, abstract new (...args: never[]) => APIError]>([
    ["invalid_request", BadRequestError],
    ["invalid_api_key", AuthenticationError],
    ["permission_denied", PermissionDeniedError],
    ["model_not_found", NotFoundError],
    ["rate_limit_exceeded", RateLimitError],
    ["upstream_error", InternalServerError],
    ["overloaded", InternalServerError],
  ])("throws its own class for %s", async (code, type) => {
    gateway.calls.refusal = new GatewayError(code, "why");
    for (const stream of [false, true]) {
      const error = await client.chat.completions.create({ ...chat, stream }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject({ code, type: expect.any(String), requestID: expect.any(String) });
    }
  });

  it("throws for an error in the stream, after what came before", async () => {
    const fed = new FedStream();
    gateway.calls.chat = () => fed;
    fed.push(piece("x"));
    fed.end(new GatewayError("upstream_interrupted", "cut"));
    const stream = await client.chat.completions.create({ ...chat, stream: true });
    let text = "";
    const read = async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    };
    const error = await read().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ code: "upstream_interrupted" });
    expect(text).toBe("x");
  });

  it.each([
    ["rate_limit_exceeded", 2],
    ["upstream_auth", 1],
    ["internal", 1],
  ] as const)("retries %s as told: %i tries", async (code, tries) => {
    let seen = 0;
    gateway.calls.chat = () => {
      seen++;
      throw new GatewayError(code, "why", { retryAfterMs: 1 });
    };
    await client.chat.completions.create(chat, { maxRetries: 1 }).catch(() => undefined);
    expect(seen).toBe(tries);
  });

  it("ends the call when it aborts a stream", async () => {
    const fed = new FedStream();
    gateway.calls.chat = () => fed;
    fed.push(piece("x"));
    const stream = await client.chat.completions.create({ ...chat, stream: true });
    for await (const _chunk of stream) break; // which aborts
    expect(await gateway.calls.last.closed).toMatchObject({ code: "cancelled" });
    expect(await fed.cancelled).toMatchObject({ code: "cancelled" });
  });

  it("ends the call when it aborts before the answer", async () => {
    gateway.calls.chat = () => new FedStream();
    const abort = new AbortController();
    const admitted = gateway.calls.next();
    const answer = client.chat.completions.create(chat, { signal: abort.signal }).catch((thrown: unknown) => thrown);
    const call = await admitted;
    abort.abort();
    expect(await answer).toBeInstanceOf(APIUserAbortError);
    expect(await call.closed).toMatchObject({ code: "cancelled" });
  });

  it("notices a listener that goes", async () => {
    gateway.calls.chat = () => new FedStream();
    const admitted = gateway.calls.next();
    const answer = client.chat.completions.create(chat).catch((thrown: unknown) => thrown);
    await admitted;
    await gateway.close();
    expect(await answer).toBeInstanceOf(APIConnectionError);
  });
});
