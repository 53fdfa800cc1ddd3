import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { Client, credentials } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { ChatCompletionResponseSchema } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { ChatCompletionService } from "#gen/sluice/chat/v1/chat_completion_service_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import type { ErrorCode } from "../../../src/chat/error.ts";
import { restClient } from "../../support/chat-client.ts";
import { FakeUpstream, Gate } from "../../support/fake-upstream.ts";
import { flags, frame, framesOf, goawayCode, opening, request, requestHead, types } from "../../support/http2-frames.ts";
import { RawConnection } from "../../support/raw-connection.ts";
import { sse } from "../../support/recorded-replies.ts";
import { clientResets, floodOf } from "../../support/reset-flood.ts";
import { type RunningGateway, startGateway } from "../../support/running-gateway.ts";
import { openCall, pathOf, questionOf, surfaces, understand } from "../../support/surfaces.ts";
import type { WireReply } from "../../support/wire-call.ts";
import { within } from "../../support/within.ts";

const boundMs = 30_000;
const rotateAfter = 50;
let upstream: FakeUpstream;
let gateway: RunningGateway;
/** Whose connections serve so many requests and no more. */
let rotating: RunningGateway;
const connections: RawConnection[] = [];
beforeAll(async () => {
  upstream = await FakeUpstream.start();
  gateway = await startGateway({
    server: { keepAlive: "200ms", timeouts: { idle: "1s" } },
    providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } },
  });
  rotating = await startGateway({ server: { maxRequestsPerConnection: rotateAfter } });
});
afterEach(() => {
  for (const connection of connections.splice(0)) connection.leave();
  upstream.clear();
});
afterAll(async () => {
  await rotating.close();
  await gateway.close();
  await upstream.close();
});

function raw({ port } = gateway): RawConnection {
  const connection = new RawConnection(port);
  connections.push(connection);
  return connection;
}

const word = (content: string, finish_reason: string | null = null) =>
  sse({ id: "x", choices: [{ index: 0, delta: { content }, finish_reason }] });
const comment = ": ping\n\n";
const rest = surfaces.filter(({ protocol, streamed }) => protocol === "rest" && streamed);

/** A reply without its comments, and how many there were. */
function withoutComments(reply: WireReply): { readonly reply: WireReply; readonly comments: number } {
  const parts = reply.body.toString("latin1").split(comment);
  return { reply: { ...reply, body: Buffer.from(parts.join(""), "latin1") }, comments: parts.length - 1 };
}

describe.each(rest)("a client that waits for server-sent events ($name)", (surface) => {
  it("hears comments before the first word, between words, and gets all of the reply", async () => {
    const [before, between] = [new Gate(), new Gate()];
    upstream.next({ before, steps: [word("one"), between, word(" two", "stop"), sse("[DONE]")] });
    const call = openCall(gateway.url, surface).end(questionOf(surface, "up/m", "hi"));
    await within(boundMs, "two comments", call.until(comment + comment));
    before.open();
    await within(boundMs, "a word", call.until("one"));
    await within(boundMs, "a comment after it", call.until(`}\n\n${comment}`));
    between.open();
    const { reply, comments } = withoutComments(await within(boundMs, "the reply", call.read()));
    expect(understand(surface, reply)).toEqual({ text: "one two", finished: true, error: undefined });
    expect(comments).toBeGreaterThan(2);
  });

  it("gets an error in the stream after comments", async () => {
    const before = new Gate();
    upstream.next({ before, status: 500, steps: ["{}"] });
    const call = openCall(gateway.url, surface).end(questionOf(surface, "up/m", "hi"));
    await within(boundMs, "a comment", call.until(comment));
    before.open();
    const { reply } = withoutComments(await within(boundMs, "the reply", call.read()));
    const code: ErrorCode = "upstream_error";
    expect(understand(surface, reply)).toMatchObject({ text: "", finished: false, error: { code } });
  });

  it("is found to be gone, and its upstream call ends", async () => {
    upstream.next({ before: new Gate() });
    const call = openCall(gateway.url, surface).end(questionOf(surface, "up/m", "hi"));
    await within(boundMs, "a comment", call.until(comment));
    call.leave();
    await within(boundMs, "the end of the call", (await upstream.request()).closed);
  });
});

it.each(surfaces.filter(({ protocol, streamed }) => protocol !== "rest" || !streamed))(
  "$name has no comments: its status can still be an error's after a wait",
  async (surface) => {
    const before = new Gate();
    upstream.always({ before, status: 503, steps: ["{}"] });
    const [events = surface] = rest;
    const other = openCall(gateway.url, events).end(questionOf(events, "up/m", "hi"));
    const reading = openCall(gateway.url, surface)
      .end(questionOf(surface, "up/m", "hi"))
      .read();
    await within(boundMs, "a comment for somebody else", other.until(comment));
    before.open();
    const { error } = understand(surface, await within(boundMs, "the reply", reading));
    const code: ErrorCode = "upstream_error";
    expect(error).toMatchObject({ code, status: expect.any(Number) });
    await within(boundMs, "the other reply", other.read());
  },
);

describe("a client that waits on HTTP/2", () => {
  const [grpc] = surfaces.filter(({ protocol, streamed }) => protocol === "grpc" && streamed);
  if (grpc === undefined) throw new Error("gRPC is a surface");
  const ask = Buffer.concat([
    opening(),
    requestHead(1, pathOf(grpc), [
      ["content-type", grpc.contentType],
      ["te", "trailers"],
    ]),
    frame(types.data, flags.endStream, 1, questionOf(grpc, "up/m", "hi")),
  ]);
  const pings = (received: Buffer) =>
    framesOf(received).filter(({ type, flags: bits }) => type === types.ping && bits === flags.none);

  it("is asked by PING whether it is there; as long as it answers it may wait", async () => {
    const before = new Gate();
    upstream.next({ before, steps: [word("done", "stop"), sse("[DONE]")] });
    const connection = raw().write(ask);
    for (let count = 1; count <= 5; count++) {
      await within(
        boundMs,
        `PING ${count}`,
        connection.until((received) => pings(received).length >= count),
      );
      const ping = pings(connection.received)[count - 1];
      connection.write(frame(types.ping, flags.ack, 0, ping?.payload));
    }
    before.open();
    await within(
      boundMs,
      "the reply",
      connection.until((received) => received.includes("done")),
    );
    expect(goawayCode(connection.received)).toBeUndefined();
  });

  it("is gone when it does not answer: the connection is closed, and its upstream call ends", async () => {
    upstream.next({ before: new Gate() });
    const connection = raw().write(ask);
    await within(boundMs, "the end of the connection", connection.ended);
    expect(pings(connection.received)).toHaveLength(1);
    await within(boundMs, "the end of the call", (await upstream.request()).closed);
  });

  it("is not asked when it waits for nothing", async () => {
    const connection = raw().write(Buffer.concat([opening(), request(1, "/healthz")]));
    await within(boundMs, "the end of the connection, which is idle", connection.ended);
    expect(pings(connection.received)).toEqual([]);
    expect(goawayCode(connection.received)).toBe(0);
  });
});

describe("a connection that has served enough", () => {
  it("is closed with its last reply on HTTP/1.1", async () => {
    const connection = raw(rotating);
    for (let served = 1; served <= rotateAfter; served++) {
      connection.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
      await within(
        boundMs,
        `reply ${served}`,
        connection.until((received) => received.toString().split("ok\n").length > served),
      );
      expect(/connection: close/i.test(connection.text)).toBe(served === rotateAfter);
    }
    await within(boundMs, "the end", connection.ended);
  });

  it("serves nothing on HTTP/1.1 that was sent after its last request", async () => {
    const connection = raw(rotating).write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(2 * rotateAfter));
    await within(boundMs, "the end", connection.ended);
    expect(connection.text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(rotateAfter);
    expect(connection.text).not.toMatch(/HTTP\/1\.1 [^2]/);
  });

  it("is told to go on HTTP/2, and what is under way is still served", async () => {
    const connection = raw(rotating).write(opening());
    const all = Array.from({ length: rotateAfter + 10 }, (_, at) => request(2 * at + 1, "/healthz"));
    connection.write(Buffer.concat(all));
    await within(boundMs, "the end", connection.ended);
    const received = framesOf(connection.received);
    const answered = received.filter(({ type, payload }) => type === types.data && payload.includes("ok"));
    expect(answered).toHaveLength(rotateAfter + 10);
    const goaways = received.filter(({ type }) => type === types.goaway).map(({ payload }) => payload.readUInt32BE(0));
    expect(goaways[0]).toBe(2 ** 31 - 1);
    expect(received.every(({ type, payload }) => type !== types.goaway || payload.readUInt32BE(4) === 0)).toBe(true);
  });
});

/** Clients that keep their connections, each as one asks with it; every answer is checked. */
const libraries: readonly (readonly [name: string, open: () => { ask(): Promise<string | undefined>; close(): void }])[] = [
  [
    "Node's HTTP agent",
    () => {
      const client = restClient(rotating.url);
      const ask = async () => (await client.ask({ model: "demo/echo", streamed: true })).response.choices[0]?.message?.content;
      return { ask, close: client.close };
    },
  ],
  [
    "grpc-js",
    () => {
      const client = new Client(`127.0.0.1:${rotating.port}`, credentials.createInsecure());
      const message = create(ChatCompletionRequestSchema, { model: "demo/echo", messages: [{ role: Role.USER, content: "hi" }] });
      const bytes = Buffer.from(toBinary(ChatCompletionRequestSchema, message));
      const ask = () =>
        new Promise<string | undefined>((resolve, reject) => {
          client.makeUnaryRequest(
            `/${ChatCompletionService.typeName}/CreateChatCompletion`,
            (sent: Buffer) => sent,
            (came: Buffer) => fromBinary(ChatCompletionResponseSchema, came),
            bytes,
            (error, reply) => (error === null ? resolve(reply?.choices[0]?.message?.content) : reject(error)),
          );
        });
      return { ask, close: () => client.close() };
    },
  ],
  [
    "Connect over HTTP/2",
    () => {
      const client = createClient(ChatCompletionService, createConnectTransport({ baseUrl: rotating.url, httpVersion: "2" }));
      const ask = async () => {
        const reply = await client.createChatCompletion({ model: "demo/echo", messages: [{ role: Role.USER, content: "hi" }] });
        return reply.choices[0]?.message?.content;
      };
      return { ask, close: () => undefined };
    },
  ],
];

it.each(libraries)("no call of %s fails when its connections are closed in good order, beside floods", async (name, open) => {
  const [workers, callsEach] = [8, 50];
  const accepted = new Set<number | undefined>();
  const note = (message: unknown) => {
    const { socket } = message as { socket: Socket }; // the channel's message
    if (socket.localPort === rotating.port) accepted.add(socket.remotePort);
  };
  subscribe("net.server.socket", note);
  let floods = 0;
  const [, kind] = clientResets;
  const flood = async () => {
    for (let at = 0; at < 3 && kind !== undefined; at++) {
      const connection = raw(rotating).write(opening());
      for (const bytes of floodOf(kind, 2000, 50)) if (connection.socket.writable) await connection.sent(bytes);
      await within(boundMs, "the end of a flood", connection.ended);
      accepted.delete(connection.socket.localPort);
      connection.leave();
      floods += 1;
    }
  };
  const flooding = flood();
  const client = open();
  try {
    let calls = 0;
    const work = async () => {
      for (let at = 0; at < callsEach; at++) {
        expect(await client.ask()).toBe("hi");
        calls += 1;
      }
    };
    await within(boundMs, "all calls", Promise.all(Array.from({ length: workers }, work)));
    await flooding;
    process.stdout.write(`${name}: ${calls} calls over ${accepted.size} connections beside ${floods} floods, none failed\n`);
    expect(accepted.size).toBeGreaterThanOrEqual((workers * callsEach) / rotateAfter / 2);
  } finally {
    client.close();
    unsubscribe("net.server.socket", note);
  }
});
