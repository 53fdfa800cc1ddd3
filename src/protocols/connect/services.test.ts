import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createWritableIterable } from "@connectrpc/connect/protocol";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { Client, credentials, type Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Health, HealthCheckResponse_ServingStatus as Status } from "#gen/grpc/health/v1/health_pb";
import {
  ServerReflection,
  type ServerReflectionRequestSchema,
  type ServerReflectionResponse,
} from "#gen/grpc/reflection/v1/reflection_pb";
import { ServerReflection as ServerReflectionAlpha } from "#gen/grpc/reflection/v1alpha/reflection_pb";
import { ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { ChatCompletionResponseSchema } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { GatewayError } from "../../chat/error.ts";
import { piece, type RpcServer, startRpc } from "./rpc-fixture.ts";

let server: RpcServer;
let ready = true;
beforeEach(async () => {
  ready = true;
  server = await startRpc({ readiness: () => ({ ready }) });
});
afterEach(() => server.close());

const grpc = () => createGrpcTransport({ baseUrl: server.url["2"] });

describe("health", () => {
  it("checks and lists services", async () => {
    const health = createClient(Health, grpc());
    expect((await health.check({})).status).toBe(Status.SERVING);
    expect((await health.check({ service: "sluice.chat.v1.ModelService" })).status).toBe(Status.SERVING);
    ready = false;
    expect((await health.check({})).status).toBe(Status.NOT_SERVING);
    expect(Object.keys((await health.list({})).statuses)).toEqual(
      expect.arrayContaining(["", "sluice.chat.v1.ChatCompletionService"]),
    );
    await expect(health.check({ service: "nothing" })).rejects.toMatchObject({ code: Code.NotFound });
    expect(server.calls.admitted).toEqual([]);
  });

  it("tells watchers every change, and lets them go at the end", async () => {
    const watch = createClient(Health, grpc()).watch({})[Symbol.asyncIterator]();
    const next = async () => (await watch.next()).value?.status;
    expect(await next()).toBe(Status.SERVING);
    server.rpc.readinessChanged(); // nothing has changed: nothing is sent
    ready = false;
    server.rpc.readinessChanged();
    expect(await next()).toBe(Status.NOT_SERVING);
    ready = true;
    server.rpc.readinessChanged();
    expect(await next()).toBe(Status.SERVING);
    server.rpc.close();
    expect(await next()).toBe(Status.NOT_SERVING);
    await expect(watch.next()).rejects.toMatchObject({ code: Code.Unavailable });
    const late = createClient(Health, grpc()).watch({})[Symbol.asyncIterator]();
    expect((await late.next()).value?.status).toBe(Status.NOT_SERVING);
    await expect(late.next()).rejects.toMatchObject({ code: Code.Unavailable });
  });

  it("watches a service it does not know", async () => {
    const abort = new AbortController();
    const watch = createClient(Health, grpc()).watch({ service: "later" }, { signal: abort.signal })[Symbol.asyncIterator]();
    expect((await watch.next()).value?.status).toBe(Status.SERVICE_UNKNOWN);
    abort.abort();
    await expect(watch.next()).rejects.toMatchObject({ code: Code.Canceled });
  });
});

describe.each([
  ["v1", ServerReflection],
  ["v1alpha", ServerReflectionAlpha],
] as const)("reflection %s", (_, service) => {
  it("refuses a request that is too large, and lets go of the client's stream", async () => {
    const session = connectHttp2(server.url["2"]);
    const stream = session.request({
      ":method": "POST",
      ":path": `/${service.typeName}/ServerReflectionInfo`,
      "content-type": "application/grpc",
    });
    stream.on("error", () => undefined);
    stream.write(Buffer.concat([Buffer.from([0, 0, 1, 0, 1]), Buffer.alloc(64 * 1024 + 1)]));
    const trailers = await new Promise((resolve) => {
      stream.once("trailers", resolve).once("response", (headers) => {
        if (headers["grpc-status"] !== undefined) resolve(headers);
      });
    });
    expect(trailers).toMatchObject({ "grpc-status": "8" });
    stream.write(Buffer.alloc(1024 * 1024)); // it still sends, more than it has credit for
    stream.resume();
    await once(stream, "close");
    expect(stream.rstCode).toBe(0);
    session.destroy();
  });

  type Question = NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>["messageRequest"]>;
  async function ask(messageRequest: Question) {
    const requests = createWritableIterable<never>();
    const answers = createClient(service as typeof ServerReflection, grpc())
      .serverReflectionInfo(requests)
      [Symbol.asyncIterator]();
    await requests.write({ host: "h", messageRequest } as never);
    const { value } = await answers.next();
    requests.close();
    expect(await answers.next()).toMatchObject({ done: true });
    expect(value.originalRequest.host).toBe("h");
    return (value as ServerReflectionResponse).messageResponse;
  }
  const filesOf = (answer: Awaited<ReturnType<typeof ask>>) =>
    answer.case === "fileDescriptorResponse"
      ? answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name)
      : answer;

  it("lists the services", async () => {
    const answer = await ask({ case: "listServices", value: "" });
    const names = answer.case === "listServicesResponse" ? answer.value.service.map(({ name }) => name) : [];
    expect(names).toEqual([
      "sluice.chat.v1.ChatCompletionService",
      "sluice.chat.v1.ModelService",
      "sluice.chat.v1.TokenService",
      "sluice.embeddings.v1.EmbeddingService",
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
    ]);
  });

  it.each([
    "sluice.chat.v1.ModelService",
    "sluice.chat.v1.ModelService.ListModels",
    ".sluice.chat.v1.Model",
    "sluice.chat.v1.Model.owned_by",
  ])("gives the file of %s with its imports", async (value) => {
    const files = filesOf(await ask({ case: "fileContainingSymbol", value }));
    expect(files).toEqual([
      "sluice/chat/v1/model_service.proto",
      "buf/validate/validate.proto",
      "google/protobuf/descriptor.proto",
      "google/protobuf/duration.proto",
      "google/protobuf/field_mask.proto",
      "google/protobuf/timestamp.proto",
    ]);
  });

  it("gives files by enum value, path and extension", async () => {
    expect(filesOf(await ask({ case: "fileContainingSymbol", value: "sluice.chat.v1.ROLE_USER" }))).toContain(
      "sluice/chat/v1/chat_message.proto",
    );
    expect(filesOf(await ask({ case: "fileByFilename", value: "sluice/chat/v1/tool.proto" }))).toContain(
      "sluice/chat/v1/tool.proto",
    );
    const numbers = await ask({ case: "allExtensionNumbersOfType", value: "google.protobuf.FieldOptions" });
    expect(numbers).toMatchObject({
      case: "allExtensionNumbersResponse",
      value: { extensionNumber: expect.arrayContaining([1159]) },
    });
    const extension = { containingType: "google.protobuf.FieldOptions", extensionNumber: 1159 };
    expect(filesOf(await ask({ case: "fileContainingExtension", value: extension } as Question))).toContain(
      "buf/validate/validate.proto",
    );
  });

  it.each([
    [{ case: "fileByFilename", value: "no.proto" }, Code.NotFound],
    [{ case: "fileContainingSymbol", value: "no.Such" }, Code.NotFound],
    [
      { case: "fileContainingExtension", value: { containingType: "google.protobuf.FieldOptions", extensionNumber: 1 } },
      Code.NotFound,
    ],
    [{ case: "allExtensionNumbersOfType", value: "no.Such" }, Code.NotFound],
    [{ case: undefined }, Code.InvalidArgument],
  ] as const)("answers %o with an error", async (question, errorCode) => {
    expect(await ask(question as Question)).toMatchObject({ case: "errorResponse", value: { errorCode } });
  });

  it("ends with an error when a client asks for too long", async () => {
    const hurried = await startRpc({ body: { maxBytes: 64 * 1024, timeoutMs: 50 } });
    const requests = createWritableIterable<never>();
    const answers = createClient(service as typeof ServerReflection, createGrpcTransport({ baseUrl: hurried.url["2"] }))
      .serverReflectionInfo(requests)
      [Symbol.asyncIterator]();
    await requests.write({ host: "h", messageRequest: { case: "listServices", value: "" } } as never);
    expect(await answers.next()).toMatchObject({ done: false });
    const error = ConnectError.from(await answers.next().catch((thrown: unknown) => thrown));
    expect([error.code, error.rawMessage]).toEqual([Code.DeadlineExceeded, "the request took longer than 0.05 s"]);
    requests.close();
    await hurried.close();
  });

  it("logs nothing when a client goes in the middle", async () => {
    const log = vi.spyOn(console, "error");
    const abort = new AbortController();
    const client = createClient(service as typeof ServerReflection, grpc());
    const answers = client
      .serverReflectionInfo(createWritableIterable<never>(), { signal: abort.signal })
      [Symbol.asyncIterator]()
      .next();
    abort.abort();
    expect(ConnectError.from(await answers.catch((error: unknown) => error)).code).toBe(Code.Canceled);
    await createClient(Health, createConnectTransport({ baseUrl: server.url["2"], httpVersion: "2" })).check({});
    expect(log).not.toHaveBeenCalled();
  });
});

describe("@grpc/grpc-js", () => {
  const path = (method: string) => `/sluice.chat.v1.ChatCompletionService/${method}`;
  const request = create(ChatCompletionRequestSchema, { model: "m", messages: [{ role: Role.USER, content: "hi" }] });
  const serialize = (message: typeof request) => Buffer.from(toBinary(ChatCompletionRequestSchema, message));
  const open = () => new Client(server.url["2"].slice("http://".length), credentials.createInsecure());

  it("makes a unary call", async () => {
    const client = open();
    const trailer = Promise.withResolvers<Metadata>();
    const reply = await new Promise((resolve, reject) => {
      const parse = (bytes: Buffer) => fromBinary(ChatCompletionResponseSchema, bytes);
      const call = client.makeUnaryRequest(path("CreateChatCompletion"), serialize, parse, request, (error, value) =>
        error === null ? resolve(value) : reject(error),
      );
      call.on("status", ({ metadata }) => trailer.resolve(metadata));
    });
    expect(reply).toMatchObject({ choices: [{ message: { content: "Hello" } }] });
    expect((await trailer.promise).get("sluice-outcome")).toEqual(["ok"]);
    expect((await trailer.promise).get("sluice-route-bin")[0]).toBeInstanceOf(Buffer);
    client.close();
  });

  const stream = (client: Client, options = {}) =>
    client.makeServerStreamRequest(
      path("StreamChatCompletion"),
      serialize,
      (bytes) => fromBinary(ChatCompletionChunkSchema, bytes),
      request,
      options,
    );

  it("streams, and sees an error in the middle with its details", async () => {
    server.calls.script = { batches: [[piece("Hel")]], end: new GatewayError("upstream_error", "broken") };
    const client = open();
    const call = stream(client);
    let texts = "";
    call.on("data", (chunk) => {
      texts += chunk.choices[0].delta.content;
    });
    const [error] = (await once(call, "error")) as [ServiceError];
    expect(texts).toBe("Hel");
    expect(error).toMatchObject({ code: status.UNAVAILABLE, details: "broken" });
    expect(error.metadata.get("grpc-status-details-bin")).toHaveLength(1);
    expect(error.metadata.get("sluice-outcome")).toEqual(["upstream_error"]);
    client.close();
  });

  it.each(["deadline", "cancel"] as const)("ends a silent stream by %s, and the call is closed", async (how) => {
    server.calls.script = { batches: [[piece("Hel")]], end: "silence" };
    const client = open();
    const admitted = server.calls.next();
    const call = stream(client, how === "deadline" ? { deadline: Date.now() + 300 } : {});
    call.on("data", () => {
      if (how === "cancel") call.cancel();
    });
    const [error] = (await once(call, "error")) as [ServiceError];
    expect(error.code).toBe(how === "deadline" ? status.DEADLINE_EXCEEDED : status.CANCELLED);
    const { closed, head } = await admitted;
    expect((await closed)?.code).toBe("cancelled");
    expect(head.timeoutMs === undefined).toBe(how === "cancel");
    client.close();
  });
});
