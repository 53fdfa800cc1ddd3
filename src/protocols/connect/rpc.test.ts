import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect as http2Connect } from "node:http2";
import { gunzipSync, gzipSync } from "node:zlib";
import { create, fromBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { compressionGzip, createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "#gen/google/rpc/error_details_pb";
import { Health } from "#gen/grpc/health/v1/health_pb";
import { type ChatCompletionChunk, ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { ChatCompletionService } from "#gen/sluice/chat/v1/chat_completion_service_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { ModelService } from "#gen/sluice/chat/v1/model_service_pb";
import { RouteInfoSchema } from "#gen/sluice/chat/v1/route_info_pb";
import { UsageSchema } from "#gen/sluice/chat/v1/usage_pb";
import { GatewayError } from "../../chat/error.ts";
import { ending, piece, type RpcServer, startRpc } from "./rpc-fixture.ts";

let server: RpcServer;
beforeAll(async () => {
  server = await startRpc({ maxTimeoutMs: 60_000 });
});
afterAll(() => server.close());
beforeEach(() => {
  server.calls.script = { batches: [[piece("Hel"), piece("lo")], ending()] };
  server.calls.refusal = undefined;
});

const chat = { model: "m", messages: [{ role: Role.USER, content: "hi" }] };
const services = "/sluice.chat.v1.ChatCompletionService";
const variants = (["grpc 2", "grpc-web 2", "grpc-web 1.1", "connect 2", "connect 1.1"] as const).flatMap((name) =>
  [true, false].map((useBinaryFormat) => ({
    name: `${name} ${useBinaryFormat ? "binary" : "JSON"}`,
    kind: name,
    useBinaryFormat,
  })),
);
type Variant = (typeof variants)[number];

function transport({ kind, useBinaryFormat }: Variant, more: { sendCompression?: typeof compressionGzip } = {}): Transport {
  const options = { useBinaryFormat, compressMinBytes: 0, acceptCompression: [compressionGzip], ...more };
  const httpVersion = kind.endsWith("1.1") ? "1.1" : "2";
  const baseUrl = server.url[httpVersion];
  if (kind === "grpc 2") return createGrpcTransport({ baseUrl, ...options });
  if (kind.startsWith("grpc-web")) return createGrpcWebTransport({ baseUrl, httpVersion, ...options });
  return createConnectTransport({ baseUrl, httpVersion, ...options });
}

async function failure(run: () => Promise<unknown>): Promise<ConnectError> {
  return run().then(
    () => Promise.reject(new Error("the call did not fail")),
    (error: unknown) => ConnectError.from(error),
  );
}

describe.each(variants)("$name", (variant) => {
  const client = () => createClient(ChatCompletionService, transport(variant));

  it("answers a unary call, with headers and trailers", async () => {
    let header = new Headers();
    let trailer = new Headers();
    const reply = await client().createChatCompletion(chat, {
      headers: { "x-request-id": "mine" },
      onHeader: (headers) => {
        header = headers;
      },
      onTrailer: (headers) => {
        trailer = headers;
      },
    });
    expect(reply.choices[0]?.message?.content).toBe("Hello");
    expect(reply.usage?.totalTokens).toBe(5);
    const { head, request, closed } = server.calls.last;
    expect(header.get("x-request-id")).toBe("mine");
    expect(header.get("x-sluice-call-id")).toBe(head.callId);
    expectTrailers(trailer, "ok");
    expect(await closed).toBeUndefined();
    expect(head).toMatchObject({ operation: "chat", protocol: variant.kind.split(" ")[0] });
    expect(request).toMatchObject({ model: "m", streamed: false });
  });

  it("streams, and ends with trailers", async () => {
    let trailer = new Headers();
    const chunks = [];
    for await (const chunk of client().streamChatCompletion(
      { ...chat, stream: true },
      { onTrailer: (each) => (trailer = each) },
    )) {
      chunks.push(chunk);
    }
    expect(chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? "").join("")).toBe("Hello");
    expect(chunks.at(-1)?.route?.provider).toBe("fake");
    expectTrailers(trailer, "ok");
    expect(await server.calls.last.closed).toBeUndefined();
    expect(server.calls.last.request?.streamed).toBe(true);
  });

  it("tells usage once, in the last chunk, wherever the vendor told it", async () => {
    const usage = create(UsageSchema, { totalTokens: 4 });
    const last = create(ChatCompletionChunkSchema, { id: "c1", usage });
    const more = create(ChatCompletionChunkSchema, { id: "c1", usage, unknownFieldsJson: '{"a":1}' });
    server.calls.script = { batches: [[{ ...piece("Hello"), usage }], [last], [more], ending()] };
    const chunks: ChatCompletionChunk[] = [];
    for await (const chunk of client().streamChatCompletion(chat)) chunks.push(chunk);
    expect(chunks.map(({ usage: told }) => told?.totalTokens)).toEqual([undefined, undefined, undefined, 5]);
    expect(chunks[0]?.choices[0]?.delta?.content).toBe("Hello");
    expect(chunks[1]?.unknownFieldsJson).toBe('{"a":1}');
  });

  it.each(["createChatCompletion", "streamChatCompletion"] as const)(
    "%s: fails before the first message, with details",
    async (method) => {
      const error = new GatewayError("rate_limit_exceeded", "slow down: 100 %", { retryAfterMs: 1500, provider: "p" });
      server.calls.script = { batches: [], end: error };
      const got = await failure(() => drain(client()[method](chat)));
      expect(got).toMatchObject({ code: Code.ResourceExhausted, rawMessage: "slow down: 100 %" });
      expect(got.findDetails(ErrorInfoSchema)[0]).toMatchObject({
        reason: "rate_limit_exceeded",
        domain: "sluice",
        metadata: { provider: "p" },
      });
      expect(got.findDetails(RetryInfoSchema)[0]?.retryDelay).toMatchObject({ seconds: 1n, nanos: 500_000_000 });
      expect(got.metadata.get("sluice-outcome")).toBe("rate_limit_exceeded");
      expect(got.metadata.get("x-should-retry")).toBe("true");
      expect(await server.calls.last.closed).toBe(error);
    },
  );

  it("is refused at admission, before its body", async () => {
    server.calls.refusal = new GatewayError("invalid_api_key", "no such key");
    const got = await failure(() => drain(client().streamChatCompletion(chat)));
    expect(got.code).toBe(Code.Unauthenticated);
    expect(got.findDetails(ErrorInfoSchema)[0]?.reason).toBe("invalid_api_key");
    expect(got.findDetails(RetryInfoSchema)).toEqual([]);
  });

  it("fails in the middle of a stream", async () => {
    const [, final] = ending();
    server.calls.script = {
      batches: [[piece("Hel")], final === undefined ? [] : [final]],
      end: new GatewayError("upstream_interrupted", "cut"),
    };
    const texts: string[] = [];
    const got = await failure(async () => {
      for await (const chunk of client().streamChatCompletion(chat)) texts.push(chunk.choices[0]?.delta?.content ?? "");
    });
    expect(texts).toEqual(["Hel", ""]);
    expect(got.code).toBe(Code.Unavailable);
    expect(got.findDetails(ErrorInfoSchema)[0]?.reason).toBe("upstream_interrupted");
    expectTrailers(got.metadata, "upstream_interrupted");
  });

  it("says nothing of an unknown exception", async () => {
    server.calls.script = { batches: [], end: new TypeError("secret") as unknown as GatewayError };
    const got = await failure(() => client().createChatCompletion(chat));
    expect(got).toMatchObject({ code: Code.Internal, rawMessage: "internal error" });
  });

  it("says half a character as well as it can be said", async () => {
    const half = "half a \ud83d";
    server.calls.script = { batches: [], end: new GatewayError("model_not_found", half, { param: half }) };
    const got = await failure(() => client().createChatCompletion(chat));
    expect(got.rawMessage).toBe("half a \ufffd");
    expect(got.findDetails(BadRequestSchema)[0]?.fieldViolations).toMatchObject([
      { field: "half a \ufffd", description: "half a \ufffd" },
    ]);
    server.calls.script = { batches: [[piece(half)], ending()] };
    expect((await client().createChatCompletion(chat)).choices[0]?.message?.content).toBe("half a \ufffd");
    let text = "";
    for await (const { choices } of client().streamChatCompletion(chat))
      for (const { delta } of choices) text += delta?.content ?? "";
    expect(text).toBe("half a \ufffd");
  });

  it("names every field that breaks the contract", async () => {
    const got = await failure(() => client().createChatCompletion({ messages: [{ role: Role.USER }], temperature: 3 }));
    expect(got.code).toBe(Code.InvalidArgument);
    const fields = got.findDetails(BadRequestSchema)[0]?.fieldViolations.map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining(["model", "temperature"]));
    expect(got.metadata.get("x-should-retry")).toBe("false");
    expect((await server.calls.last.closed)?.code).toBe("invalid_request");
  });

  it.each([
    ["createChatCompletion", true],
    ["streamChatCompletion", false],
  ] as const)("%s refuses stream: %s", async (method, stream) => {
    const got = await failure(() => drain(client()[method]({ ...chat, stream })));
    expect(got.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field).toBe("stream");
  });

  it("closes the call when the client goes in the middle", async () => {
    server.calls.script = { batches: [[piece("Hel")]], end: "silence" };
    const abort = new AbortController();
    await failure(async () => {
      for await (const _ of client().streamChatCompletion(chat, { signal: abort.signal })) abort.abort();
    });
    expect((await server.calls.last.closed)?.code).toBe("cancelled");
    expect(server.calls.last.cancelledWith?.code).toBe("cancelled");
  });

  it("asks for no more while the client does not read", async () => {
    const batches = Array.from<ReturnType<typeof piece>[]>({ length: 2000 }).fill([piece("x".repeat(64 * 1024))]);
    server.calls.script = { batches };
    const abort = new AbortController();
    const stream = client().streamChatCompletion(chat, { signal: abort.signal })[Symbol.asyncIterator]();
    await stream.next();
    await createClient(Health, transport(variant)).check({}); // by now all batches would have been asked for
    expect(server.calls.last.pulls).toBeLessThan(1000);
    abort.abort();
    expect((await server.calls.last.closed)?.code).toBe("cancelled");
  });

  it("closes the call when the client of a unary call goes", async () => {
    server.calls.script = { batches: [], end: "silence" };
    const abort = new AbortController();
    const admitted = server.calls.next();
    const failed = failure(() => client().createChatCompletion(chat, { signal: abort.signal }));
    const { closed } = await admitted;
    abort.abort();
    expect((await closed)?.code).toBe("cancelled");
    expect((await failed).code).toBe(Code.Canceled);
  });

  it("hands on the client's time limit, cut to the longest", async () => {
    await client().createChatCompletion(chat, { timeoutMs: 5000 });
    expect(server.calls.last.head.timeoutMs).toBeLessThanOrEqual(5000);
    expect(server.calls.last.head.timeoutMs).toBeGreaterThan(4000);
    await client().createChatCompletion(chat, { timeoutMs: 9_000_000 });
    expect(server.calls.last.head.timeoutMs).toBe(60_000);
    await client().createChatCompletion(chat);
    expect(server.calls.last.head.timeoutMs).toBeUndefined();
  });

  it("reads gzip, and compresses large unary replies", async () => {
    const long = "long ".repeat(2000);
    server.calls.script = { batches: [[piece(long)], ending()] };
    const compressed = createClient(ChatCompletionService, transport(variant, { sendCompression: compressionGzip }));
    const reply = await compressed.createChatCompletion(chat);
    expect(reply.choices[0]?.message?.content).toBe(long);
    expect(server.calls.last.request?.decode().messages[0]?.content).toBe("hi");
  });

  it("refuses a request over the cap, also one that only inflates to it", async () => {
    const large = { model: "m", messages: [{ role: Role.USER, content: "x".repeat(70_000) }] };
    const got = await failure(() => client().createChatCompletion(large));
    expect(got.code).toBe(Code.ResourceExhausted);
    expect(got.rawMessage).toBe("the request is larger than 65536 bytes");
    expect(got.findDetails(ErrorInfoSchema)[0]?.reason).toBe("request_too_large");
    const compressed = createClient(ChatCompletionService, transport(variant, { sendCompression: compressionGzip }));
    expect((await failure(() => compressed.createChatCompletion(large))).code).toBe(Code.ResourceExhausted);
  });

  it("lists models", async () => {
    const models = createClient(ModelService, transport(variant));
    expect((await models.listModels({})).models.map(({ id }) => id)).toEqual(["m"]);
    expect((await models.getModel({ id: "m" })).model?.ownedBy).toBe("fake");
    expect(server.calls.last.head.operation).toBe("models");
  });
});

function expectTrailers(trailer: Headers, outcome: string): void {
  expect(trailer.get("sluice-outcome")).toBe(outcome);
  expect(trailer.get("sluice-cost-nanousd")).toBe("1234");
  expect(fromBinary(UsageSchema, base64Decode(trailer.get("sluice-usage-bin") ?? "")).totalTokens).toBe(5);
  expect(fromBinary(RouteInfoSchema, base64Decode(trailer.get("sluice-route-bin") ?? "")).model).toBe("fake-1");
}

async function drain(call: AsyncIterable<unknown> | Promise<unknown>): Promise<void> {
  if (call instanceof Promise) await call;
  else for await (const _ of call);
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** One plain HTTP/1.1 request. */
async function send(path: string, headers: Record<string, string>, body: string | Uint8Array, method = "POST"): Promise<Answer> {
  const request = httpRequest(server.url["1.1"] + path, { method, headers });
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) };
}

const json = { "content-type": "application/json" };

describe("Connect unary on the wire", () => {
  const unary = `${services}/CreateChatCompletion`;

  it("answers with proto field names", async () => {
    const { status, headers, body } = await send(unary, json, '{"model":"m","messages":[{"role":"ROLE_USER","content":"hi"}]}');
    expect({ status, type: headers["content-type"] }).toEqual({ status: 200, type: "application/json" });
    expect(JSON.parse(body.toString())).toMatchObject({
      choices: [{ finish_reason: "FINISH_REASON_STOP" }],
      usage: { total_tokens: 5 },
    });
    expect(headers["trailer-sluice-outcome"]).toBe("ok");
  });

  it.each([
    ["a slip at the top", '{"modle":"m"}', "modle", "modle: ChatCompletionRequest has no such field; did you mean model?"],
    [
      "a slip inside",
      '{"messages":[{},{"rolle":1}]}',
      "messages[1].rolle",
      "messages[1].rolle: ChatMessage has no such field; did you mean role?",
    ],
    ["a strange field", '{"zzzzzzzz":1}', "zzzzzzzz", "zzzzzzzz: ChatCompletionRequest has no such field"],
    ["a wrong type", '{"model":7}', "model", "model: expected a valid string"],
    ["a wrong item", '{"stop":["a",1]}', "stop[1]", "stop[1]: expected a valid string"],
    ["no list", '{"stop":7}', "stop", "stop: expected an array of valid items"],
    ["no map", '{"metadata":7}', "metadata", "metadata: expected an object of valid values"],
    ["a wrong enum", '{"messages":[{"role":"USER"}]}', "messages[0].role", expect.stringContaining("one of ROLE_UNSPECIFIED, ")],
    ["a wrong map value", '{"metadata":{"a":1}}', "metadata.a", "metadata.a: expected a valid string"],
    ["no object", '{"messages":[1]}', "messages[0]", "messages[0]: expected an object: ChatMessage"],
    ["an array", "[]", undefined, "expected an object: ChatCompletionRequest"],
    ["__proto__", '{"__proto__":{"model":"m"}}', "__proto__", "__proto__: this key is not allowed"],
    ["one key twice", '{"model":"a","model":"b"}', "model", "model: this key comes twice"],
    [
      "one key twice inside",
      '{"messages":[{},{"role":1,"role":1}]}',
      "messages[1].role",
      "messages[1].role: this key comes twice",
    ],
    ["one field under both names", '{"top_p":1,"topP":1}', "top_p", "top_p: cannot stand beside top_p"],
    [
      "two fields of a oneof",
      '{"messages":[{"parts":[{"text":"a","file":{}}]}]}',
      "messages[0].parts[0].file",
      "messages[0].parts[0].file: cannot stand beside text",
    ],
    ["no JSON", '{"model":', "model", "model: invalid JSON at character 9"],
    ["something after JSON", "{} {}", undefined, "invalid JSON at character 3: something follows the value"],
    ["nothing", "", undefined, "invalid JSON at character 0"],
    ["a byte order mark", "\ufeff{}", undefined, "invalid JSON at character 0"],
    [
      "deep JSON",
      `{"tools":[{"function":{"parameters":${"[".repeat(5000)}${"]".repeat(5000)}}}]}`,
      expect.stringMatching(/^tools\[0\]\.function\.parameters\[0\].*…$/),
      expect.stringMatching(/: nested deeper than 64 levels$/),
    ],
  ])("refuses %s", async (_, body, field, message) => {
    const answer = await send(unary, json, body);
    expect(answer.status).toBe(400);
    const error = JSON.parse(answer.body.toString());
    expect(error).toMatchObject({ code: "invalid_argument", message });
    const violations = error.details.find(({ type }: { type: string }) => type === "google.rpc.BadRequest");
    expect(violations?.debug.fieldViolations[0].field).toEqual(field);
  });

  it("refuses invalid UTF-8", async () => {
    const { body } = await send(unary, json, Buffer.from([0x22, 0xff, 0x22]));
    expect(JSON.parse(body.toString()).message).toBe("the request is not valid UTF-8");
  });

  it("refuses a time limit that is none", async () => {
    const { status, body } = await send(unary, { ...json, "connect-timeout-ms": "soon" }, "{}");
    expect(status).toBe(400);
    expect(JSON.parse(body.toString()).message).toBe("connect-timeout-ms: not a timeout");
  });

  it.each([
    ["application/json", { "connect-timeout-ms": "0" }],
    ["application/grpc-web", { "grpc-timeout": "0m" }],
  ])("does not begin a call of %s whose time is up", async (type, limit) => {
    const admitted = server.calls.admitted.length;
    const { body } = await send(unary, { "content-type": type, ...limit }, "{}");
    expect(body.toString()).toMatch(/"deadline_exceeded"|grpc-status: 4/);
    expect(server.calls.admitted.length).toBe(admitted);
  });

  it("answers a call of a method that is not there, in its own protocol, with the one that was meant", async () => {
    const path = `${services}/StreamChatCompletions`;
    const said = "has no method StreamChatCompletions; did you mean StreamChatCompletion?";
    const plain = await send(path, json, "{}");
    expect(plain.status).toBe(501);
    expect(JSON.parse(plain.body.toString())).toMatchObject({ code: "unimplemented", message: expect.stringContaining(said) });
    const grpc = await send(path, { "content-type": "application/grpc" }, "");
    expect(grpc.headers).toMatchObject({ "grpc-status": "12", "grpc-message": expect.stringContaining("did%20you%20mean") });
    const web = await send(path, { "content-type": "application/grpc-web" }, "");
    expect(web.body.toString()).toContain("grpc-status: 12");
    const stream = await send(path, { "content-type": "application/connect+json" }, "");
    expect(stream.body.toString()).toContain('"code":"unimplemented"');
    const page = await send(path, {}, "", "GET");
    expect([page.status, JSON.parse(page.body.toString()).error.code]).toEqual([404, "not_found"]);
  });

  it("answers a call of a service that is not there, with the one that was meant", async () => {
    const path = "/sluice.chat.v1.ModelServices/ListModels";
    const said = "there is no service sluice.chat.v1.ModelServices; did you mean sluice.chat.v1.ModelService?";
    for (const type of ["application/proto", "application/connect+json"]) {
      const { status, headers, body } = await send(path, { "content-type": type }, "");
      expect({ status, type: headers["content-type"], body: body.toString() }).toEqual({
        status: 404,
        type: "text/plain; charset=utf-8",
        body: `not_found: ${said}\n`,
      });
    }
    const grpc = await send(path, { "content-type": "application/grpc" }, "");
    expect(grpc.headers).toMatchObject({ "grpc-status": "12", "grpc-message": encodeURIComponent(said) });
    const web = await send("/a.b/c", { "content-type": "application/grpc-web" }, "");
    expect(web.body.toString()).toContain("grpc-message: there%20is%20no%20service%20a.b\r\n");
    expect((await send(path, json, "{}")).status).toBe(404); // not of RPC only: whoever serves the rest answers
  });

  it.each([
    ["GET", "", 405],
    ["POST", "text/plain", 415],
    ["POST", "application/connect+json", 415],
    ["POST", "application/grpc-web-text", 415],
    ["POST", "application/grpc+thrift", 415],
    ["GET", "application/grpc", 405],
  ])("answers %s %s with %i", async (method, type, status) => {
    const admitted = server.calls.admitted.length;
    const answer = await send(unary, { "content-type": type }, method === "GET" ? "" : "{}", method);
    expect(answer.status).toBe(status);
    expect(answer.headers["x-should-retry"]).toBe("false");
    if (type.startsWith("application/grpc")) expect(answer.body).toHaveLength(0);
    else {
      expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
      expect(answer.body.toString()).toMatch(
        status === 405
          ? /^method_not_allowed: the method is called with POST\n$/
          : /^unsupported_media_type: the content-type of this unary/,
      );
    }
    expect(answer.headers[status === 405 ? "allow" : "accept-post"]).toContain(status === 405 ? "POST" : "application/grpc");
    expect(server.calls.admitted.length).toBe(admitted);
  });

  it("refuses an unknown compression, and names what it knows", async () => {
    const { status, headers, body } = await send(unary, { ...json, "content-encoding": "br" }, "x");
    expect({ status, accept: headers["accept-encoding"] }).toEqual({ status: 501, accept: "gzip" });
    expect(JSON.parse(body.toString()).code).toBe("unimplemented");
  });

  it("refuses broken gzip", async () => {
    const { status, body } = await send(unary, { ...json, "content-encoding": "gzip" }, "no gzip");
    expect(status).toBe(400);
    expect(JSON.parse(body.toString()).message).toContain("not valid gzip");
  });

  it.each([
    ["gzip", true],
    ["br, gzip;q=0.5", true],
    ["br, gzip;q=0", false],
    ["", false],
  ])("compresses for accept-encoding %s: %s", async (accept, compressed) => {
    server.calls.script = { batches: [[piece("x".repeat(2000))], ending()] };
    const body = '{"model":"m","messages":[{"role":"ROLE_USER","content":"hi"}]}';
    const answer = await send(unary, { ...json, "accept-encoding": accept }, body);
    expect(answer.headers["content-encoding"]).toBe(compressed ? "gzip" : undefined);
    expect(JSON.parse((compressed ? gunzipSync(answer.body) : answer.body).toString()).choices).toHaveLength(1);
  });
});

describe("envelopes on the wire", () => {
  const stream = `${services}/StreamChatCompletion`;
  const type = { "content-type": "application/connect+json" };
  const request = '{"model":"m","messages":[{"role":"ROLE_USER","content":"hi"}]}';
  const wrap = (body: string | Buffer, flags = 0) => {
    const bytes = Buffer.from(body);
    const head = Buffer.from([flags, 0, 0, 0, 0]);
    head.writeUInt32BE(bytes.length, 1);
    return Buffer.concat([head, bytes]);
  };
  /** The messages of a body, the end-of-stream one last. */
  const open = (body: Buffer) => {
    const messages: { flags: number; json: { error?: { code: string; message: string } } }[] = [];
    for (let at = 0; at < body.length; ) {
      const end = at + 5 + body.readUInt32BE(at + 1);
      messages.push({ flags: body[at] ?? 0, json: JSON.parse(body.subarray(at + 5, end).toString()) });
      at = end;
    }
    return messages;
  };

  it.each([
    ["no message", Buffer.alloc(0), {}, "unimplemented"],
    ["two messages", Buffer.concat([wrap(request), wrap(request)]), {}, "unimplemented"],
    ["a cut prefix", Buffer.from([0, 0]), {}, "invalid_argument"],
    ["a cut message", wrap(request).subarray(0, 20), {}, "invalid_argument"],
    ["an end of stream", wrap("{}", 2), {}, "invalid_argument"],
    ["compression without a name", wrap(gzipSync(request), 1), {}, "internal"],
    ["an unknown compression", wrap(request), { "connect-content-encoding": "zstd" }, "unimplemented"],
    ["broken gzip", wrap("no gzip", 1), { "connect-content-encoding": "gzip" }, "invalid_argument"],
    ["a gzip bomb", wrap(gzipSync(Buffer.alloc(10_000_000)), 1), { "connect-content-encoding": "gzip" }, "resource_exhausted"],
  ] as const)("refuses %s", async (_, body, headers, code) => {
    const answer = await send(stream, { ...type, ...headers }, body);
    expect(answer.status).toBe(200);
    expect(open(answer.body)).toMatchObject([{ flags: 2, json: { error: { code } } }]);
  });

  it("takes an uncompressed message in a call that names gzip", async () => {
    const { body } = await send(stream, { ...type, "connect-content-encoding": "gzip" }, wrap(request));
    const messages = open(body);
    expect(messages.at(-1)).toMatchObject({ flags: 2, json: { metadata: { "sluice-outcome": ["ok"] } } });
    expect(messages).toHaveLength(5);
  });
});

describe("an upload nobody waits for", () => {
  it("is answered on HTTP/2 while the client still sends, and its stream ends", async () => {
    server.calls.refusal = new GatewayError("invalid_api_key", "no such key");
    const session = http2Connect(server.url["2"]);
    const stream = session.request({
      ":method": "POST",
      ":path": `${services}/CreateChatCompletion`,
      "content-type": "application/grpc",
    });
    stream.on("error", () => undefined);
    stream.write(Buffer.alloc(1024));
    const [headers] = await once(stream, "response");
    expect(headers).toMatchObject({ ":status": 200, "grpc-status": "16" });
    stream.resume();
    await once(stream, "close");
    session.destroy();
  });

  it("does not disturb the connection's neighbours on HTTP/2", async () => {
    const session = http2Connect(server.url["2"]);
    const headers = { ":method": "POST", ":path": `${services}/CreateChatCompletion` };
    const large = session.request({ ...headers, "content-type": "application/grpc" });
    large.on("error", () => undefined);
    large.end(Buffer.alloc(500_000));
    const [refused] = await once(large, "response");
    expect(refused["grpc-status"]).toBe("8");
    const small = session.request({ ...headers, "content-type": "application/json" });
    small.end('{"model":"m","messages":[{"role":"ROLE_USER","content":"hi"}]}');
    const [answered] = await once(small, "response");
    expect(answered[":status"]).toBe(200);
    session.destroy();
  });
});
