import { fromBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "#gen/google/rpc/error_details_pb";
import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { ChatCompletionService } from "#gen/sluice/chat/v1/chat_completion_service_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { ModelService } from "#gen/sluice/chat/v1/model_service_pb";
import { RouteInfoSchema } from "#gen/sluice/chat/v1/route_info_pb";
import { UsageSchema } from "#gen/sluice/chat/v1/usage_pb";
import { type ClientGateway, silentModel, startClientGateway } from "../../support/client-gateway.ts";

let gateway: ClientGateway;
beforeAll(async () => {
  gateway = await startClientGateway();
});
afterAll(() => gateway.close());

const asked = (model: string) => ({ model, messages: [{ role: Role.USER, content: "How are you, 世界? 🐟" }] });

async function failure(run: () => Promise<unknown>): Promise<ConnectError> {
  return run().then(
    () => Promise.reject(new Error("the call did not fail")),
    (error: unknown) => ConnectError.from(error),
  );
}

async function read(stream: AsyncIterable<ChatCompletionChunk>, chunks: ChatCompletionChunk[] = []) {
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const textOf = (chunks: readonly ChatCompletionChunk[]) =>
  chunks.map(({ choices: [choice] }) => choice?.delta?.content ?? "").join("");

describe.each([
  ["Connect", "JSON", createConnectTransport, false],
  ["Connect", "binary", createConnectTransport, true],
  ["gRPC-Web", "JSON", createGrpcWebTransport, false],
  ["gRPC-Web", "binary", createGrpcWebTransport, true],
] as const)("connect-web, %s, %s", (_protocol, _form, createTransport, useBinaryFormat) => {
  let client: Client<typeof ChatCompletionService>;
  let models: Client<typeof ModelService>;
  beforeEach(() => {
    const transport = createTransport({ baseUrl: gateway.url, useBinaryFormat });
    client = createClient(ChatCompletionService, transport);
    models = createClient(ModelService, transport);
  });

  it("gets a reply, its headers and its trailers", async () => {
    let header = new Headers();
    let trailer = new Headers();
    const reply = await client.createChatCompletion(asked("demo/echo"), {
      onHeader: (each) => {
        header = each;
      },
      onTrailer: (each) => {
        trailer = each;
      },
    });
    expect(reply.choices).toMatchObject([
      { message: { role: Role.ASSISTANT, content: "How are you, 世界? 🐟" }, finishReason: FinishReason.STOP },
    ]);
    expect(reply.route).toMatchObject({ provider: "demo", model: "echo", callId: header.get("x-sluice-call-id") });
    expect(fromBinary(UsageSchema, base64Decode(trailer.get("sluice-usage-bin") ?? ""))).toEqual(reply.usage);
    expect(fromBinary(RouteInfoSchema, base64Decode(trailer.get("sluice-route-bin") ?? ""))).toEqual(reply.route);
    expect(trailer.get("sluice-outcome")).toBe("ok");
  });

  it("gets a stream, its usage and route at the end, and its trailers", async () => {
    let trailer = new Headers();
    const stream = client.streamChatCompletion(asked("demo/echo"), {
      onTrailer: (each) => {
        trailer = each;
      },
    });
    const chunks = await read(stream);
    const last = chunks.at(-1);
    expect(chunks.length).toBeGreaterThan(5);
    expect(textOf(chunks)).toBe("How are you, 世界? 🐟");
    expect(last).toMatchObject({ choices: [], route: { provider: "demo" } });
    expect(chunks.filter(({ usage }) => usage !== undefined)).toEqual([last]);
    expect(fromBinary(UsageSchema, base64Decode(trailer.get("sluice-usage-bin") ?? ""))).toEqual(last?.usage);
    expect(trailer.get("sluice-outcome")).toBe("ok");
  });

  it.each([
    ["an unknown model", asked("demo/ecko"), Code.NotFound, "model_not_found"],
    ["no messages", { model: "demo/echo" }, Code.InvalidArgument, "invalid_request"],
    ["a vendor that fails", asked("demo/error-500"), Code.Unavailable, "upstream_error"],
    ["a vendor that is rate limited", asked("demo/error-429"), Code.ResourceExhausted, "upstream_rate_limited"],
    ["a reply that is cut", asked("demo/cut"), Code.Unavailable, "upstream_interrupted"],
  ] as const)("gets an error with its details for %s", async (_, request, code, reason) => {
    for (const run of [() => client.createChatCompletion(request), () => read(client.streamChatCompletion(request))]) {
      const error = await failure(run);
      expect(error.code).toBe(code);
      expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason, domain: "sluice" }]);
      const delays = error.findDetails(RetryInfoSchema).map(({ retryDelay }) => Number(retryDelay?.seconds));
      expect(delays).toEqual(reason.startsWith("upstream") ? [reason === "upstream_rate_limited" ? 1 : 0] : []);
      const fields = error
        .findDetails(BadRequestSchema)
        .flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));
      expect(fields).toEqual(reason === "model_not_found" ? ["model"] : reason === "invalid_request" ? ["messages"] : []);
      expect(error.metadata.get("sluice-outcome")).toBe(reason);
    }
  });

  it("keeps what came before a cut", async () => {
    const chunks: ChatCompletionChunk[] = [];
    expect((await failure(() => read(client.streamChatCompletion(asked("demo/cut")), chunks))).code).toBe(Code.Unavailable);
    expect(textOf(chunks).length).toBeGreaterThan(10);
    expect(chunks.at(-1)?.route?.provider).toBe("demo");
  });

  it("hangs up on the upstream by an abort in the middle", async () => {
    const abort = new AbortController();
    const error = await failure(async () => {
      for await (const chunk of client.streamChatCompletion(asked(silentModel), { signal: abort.signal })) {
        expect(textOf([chunk])).toBe("Hel");
        abort.abort();
      }
    });
    expect(error.code).toBe(Code.Canceled);
    await (await gateway.upstreamRequest()).closed;
  });

  it("hangs up on the upstream by an abort before the answer", async () => {
    const abort = new AbortController();
    const answer = failure(() => client.createChatCompletion(asked(silentModel), { signal: abort.signal }));
    const { closed } = await gateway.upstreamRequest();
    abort.abort();
    expect((await answer).code).toBe(Code.Canceled);
    await closed;
  });

  it("hangs up on the upstream by its deadline", async () => {
    const stream = client.streamChatCompletion(asked(silentModel), { timeoutMs: 500 });
    expect((await failure(() => read(stream))).code).toBe(Code.DeadlineExceeded);
    await (await gateway.upstreamRequest()).closed;
  });

  it("lists models and gets one", async () => {
    expect((await models.listModels({})).models.map(({ id }) => id)).toContain("demo/echo");
    expect((await models.getModel({ id: "demo/echo" })).model?.ownedBy).toBe("demo");
  });
});
