import { once } from "node:events";
import { createServer as createHttp1Server } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";
import { gzipSync } from "node:zlib";
import { create, createFileRegistry, type Message } from "@bufbuild/protobuf";
import type { GenMessage, GenService } from "@bufbuild/protobuf/codegenv2";
import {
  type Any,
  anyPack,
  FileDescriptorProtoSchema,
  file_google_protobuf_any,
  MethodOptions_IdempotencyLevel,
} from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { compressionGzip, createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GatewayError } from "../../chat/error.ts";
import { type HttpHandler, pathOf } from "../exchange.ts";
import { toConnectError } from "./error-details.ts";
import { serverStreaming, unary } from "./method.ts";
import { serveCall } from "./serve-call.ts";

/** A contract that uses what Sluice's own does not. */
const file = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: "box.proto",
    package: "test",
    syntax: "proto3",
    dependency: ["google/protobuf/any.proto"],
    messageType: [
      {
        name: "Box",
        field: [
          { name: "text", number: 1, type: 9, label: 1, jsonName: "text" },
          { name: "any", number: 2, type: 11, label: 1, typeName: ".google.protobuf.Any", jsonName: "any" },
        ],
      },
    ],
    service: [
      {
        name: "Boxes",
        method: [
          {
            name: "Echo",
            inputType: ".test.Box",
            outputType: ".test.Box",
            options: { idempotencyLevel: MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS },
          },
          { name: "Watch", inputType: ".test.Box", outputType: ".test.Box", serverStreaming: true },
        ],
      },
    ],
  }),
  () => file_google_protobuf_any,
);
type Box = Message<"test.Box"> & { text: string; any?: Any };
const boxDesc = file.getMessage("test.Box") as GenMessage<Box>;
const boxes = file.getService("test.Boxes") as GenService<{
  echo: { methodKind: "unary"; input: typeof boxDesc; output: typeof boxDesc };
  watch: { methodKind: "server_streaming"; input: typeof boxDesc; output: typeof boxDesc };
}>;
const box = (text: string) => create(boxDesc, { text });

const echo = unary(boxes.method.echo, undefined, (request, call) => {
  call.setHeader("x-head", String(call.requestHeaders["x-mine"] ?? ""));
  call.setTrailer("X-Tail", "after");
  if (request.text === "fail") throw new GatewayError("not_found", "no such box");
  return request;
});
const watch = serverStreaming(boxes.method.watch, undefined, async ({ text }, call, send) => {
  call.setHeader("x-head", "before");
  call.setTrailer("x-tail", "after");
  if (text !== "at once") await send([]);
  throw new GatewayError("not_found", text);
});

const options = {
  calls: { admit: () => Promise.reject(new Error("not to be admitted")) },
  body: { maxBytes: 1000 },
  describe: (error: GatewayError) => {
    const described = toConnectError(error);
    described.metadata.set("x-described", "yes");
    return described;
  },
};
let calledWith: string | undefined;
const handler: HttpHandler = (request, response) => {
  calledWith = request.method;
  void serveCall(request, response, pathOf(request) === watch.path ? watch : echo, options);
};
const http1 = createHttp1Server(handler);
const http2 = createHttp2Server(handler);
const sessions = new Set<ServerHttp2Session>();
http2.on("session", (session) => sessions.add(session));
const url = { "1.1": "", "2": "" };
beforeAll(async () => {
  for (const [version, server] of [
    ["1.1", http1],
    ["2", http2],
  ] as const) {
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    url[version] = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }
});
afterAll(async () => {
  for (const session of sessions) session.destroy();
  http1.closeAllConnections();
  await Promise.all([new Promise((resolve) => http1.close(resolve)), new Promise((resolve) => http2.close(resolve))]);
});

const jsonOptions = { registry: file };
const variants: readonly (readonly [name: string, open: (useBinaryFormat: boolean) => Transport])[] = [
  ["gRPC", (useBinaryFormat) => createGrpcTransport({ baseUrl: url["2"], useBinaryFormat, jsonOptions })],
  [
    "gRPC-Web",
    (useBinaryFormat) => createGrpcWebTransport({ baseUrl: url["1.1"], httpVersion: "1.1", useBinaryFormat, jsonOptions }),
  ],
  [
    "Connect",
    (useBinaryFormat) => createConnectTransport({ baseUrl: url["1.1"], httpVersion: "1.1", useBinaryFormat, jsonOptions }),
  ],
];

describe.each(variants)("a method over %s", (_, open) => {
  it("reads and sets headers, and sets trailers", async () => {
    const seen: Record<string, string | null> = {};
    const reply = await createClient(boxes, open(true)).echo(box("hi"), {
      headers: { "x-mine": "mine" },
      onHeader: (headers) => (seen.head = headers.get("x-head")),
      onTrailer: (trailers) => (seen.tail = trailers.get("x-tail")),
    });
    expect(reply).toMatchObject({ text: "hi" });
    expect(seen).toEqual({ head: "mine", tail: "after" });
  });

  it("sends them with an error too, as the server describes it", async () => {
    const error = ConnectError.from(
      await createClient(boxes, open(true))
        .echo(box("fail"))
        .catch((thrown: unknown) => thrown),
    );
    expect(error).toMatchObject({ code: Code.NotFound, rawMessage: "no such box" });
    for (const [name, value] of [
      ["x-tail", "after"],
      ["x-described", "yes"],
    ] as const)
      expect(error.metadata.get(name)).toBe(value);
  });

  it("sends headers before anything else when asked to", async () => {
    let head: string | null = null;
    const onHeader = (headers: Headers) => {
      head = headers.get("x-head");
    };
    const stream = createClient(boxes, open(true)).watch(box("late"), { onHeader });
    const error = ConnectError.from(
      await stream[Symbol.asyncIterator]()
        .next()
        .catch((thrown: unknown) => thrown),
    );
    expect(error).toMatchObject({ code: Code.NotFound, rawMessage: "late" });
    expect([head, error.metadata.get("x-tail")]).toEqual(["before", "after"]);
  });

  it("knows what its own file defines inside of an Any, in JSON", async () => {
    const any = anyPack(boxDesc, box("inside"));
    const reply = await createClient(boxes, open(false)).echo(create(boxDesc, { any }), {});
    expect(reply.any?.typeUrl).toBe("type.googleapis.com/test.Box");
    const json = { any: { "@type": "type.googleapis.com/test.Box", text: "inside" } };
    const answer = await fetch(url["1.1"] + echo.path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(json),
    });
    expect(await answer.json()).toEqual(json);
  });
});

it("sends a gRPC stream that fails at once as one block of headers, and apart once headers are out", async () => {
  const session = connectHttp2(url["2"]);
  const blocks = async (text: string) => {
    const stream = session.request({ ":method": "POST", ":path": watch.path, "content-type": "application/grpc+json" });
    const message = Buffer.from(JSON.stringify({ text }));
    const prefix = Buffer.from([0, 0, 0, 0, message.length]);
    stream.end(Buffer.concat([prefix, message]));
    let trailers: object | undefined;
    stream.once("trailers", (fields) => {
      trailers = fields;
    });
    const [headers] = await once(stream, "response");
    stream.resume();
    await once(stream, "close");
    return [headers, trailers];
  };
  expect(await blocks("at once")).toMatchObject([{ "grpc-status": "5", "x-head": "before", "x-tail": "after" }, undefined]);
  const [headers, trailers] = await blocks("late");
  expect([headers["grpc-status"], headers["x-head"]]).toEqual([undefined, "before"]);
  expect(trailers).toMatchObject({ "grpc-status": "5", "x-tail": "after" });
  session.destroy();
});

describe("a method without side effects", () => {
  const json = '{"text":"hi"}';
  const get = (query: Record<string, string>, headers: Record<string, string> = {}, path = echo.path) =>
    fetch(`${url["1.1"]}${path}?${new URLSearchParams(query)}`, { headers });

  it.each([true, false])("is called with GET by Connect clients (binary: %s)", async (useBinaryFormat) => {
    const transport = createConnectTransport({
      baseUrl: url["2"],
      httpVersion: "2",
      useBinaryFormat,
      useHttpGet: true,
      sendCompression: compressionGzip,
      compressMinBytes: 0,
    });
    expect(await createClient(boxes, transport).echo(box("hi"))).toMatchObject({ text: "hi" });
    expect(calledWith).toBe("GET");
  });

  it.each([
    ["text", { message: json }],
    ["base64", { message: Buffer.from(json).toString("base64url"), base64: "1" }],
    ["gzip", { message: gzipSync(json).toString("base64url"), base64: "1", compression: "gzip" }],
    ["no compression", { message: json, compression: "identity", connect: "v1" }],
  ])("reads its message from a query: %s", async (_, query) => {
    const answer = await get({ encoding: "json", ...query });
    expect([answer.status, await answer.json()]).toEqual([200, { text: "hi" }]);
  });

  it.each([
    ["no message", {}, 400, "invalid_argument", "message: missing in the query"],
    ["a broken message", { message: "{" }, 400, "invalid_argument", "invalid JSON"],
    ["broken gzip", { message: json, compression: "gzip" }, 400, "invalid_argument", "not valid gzip"],
    ["an unknown compression", { message: json, compression: "br" }, 501, "unimplemented", "compression is unknown"],
    [
      "a gzip bomb",
      { message: gzipSync(Buffer.alloc(1_000_000)).toString("base64url"), base64: "1", compression: "gzip" },
      429,
      "resource_exhausted",
      "larger than 1000 bytes",
    ],
  ])("refuses a query with %s", async (_, query: Record<string, string>, status, code, message) => {
    const answer = await get({ encoding: "json", ...query });
    expect([answer.status, await answer.json()]).toMatchObject([status, { code, message: expect.stringContaining(message) }]);
  });

  it.each(["", "grpc", "connect+json", "JSON"])("does not know the encoding %j", async (encoding) => {
    const answer = await get({ encoding, message: json });
    expect([answer.status, await answer.text()]).toEqual([
      415,
      "unsupported_media_type: the query's encoding is proto or json\n",
    ]);
  });

  it("is not called in other ways, and others are not called with GET", async () => {
    const put = await fetch(url["1.1"] + echo.path, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: json,
    });
    expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, POST"]);
    const stream = await get({ encoding: "json", message: json }, {}, watch.path);
    expect([stream.status, stream.headers.get("allow")]).toEqual([405, "POST"]);
  });
});
