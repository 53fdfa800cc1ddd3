import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingHttpHeaders } from "node:http2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AttackedGateway } from "../support/attacked-gateway.ts";
import {
  fieldBlock,
  flags,
  frame,
  framesOf,
  goawayCode,
  opening,
  request,
  requestFields,
  types,
} from "../support/http2-frames.ts";
import { within } from "../support/within.ts";

const boundMs = 30_000;
let gateway: AttackedGateway;
/** What Node has handed on of the requests whose `x-request-id` is `attack`. */
const handed: IncomingHttpHeaders[] = [];
const note = (message: unknown) => {
  const { headers } = message as { readonly headers: IncomingHttpHeaders }; // the channel's message
  if (headers["x-request-id"] === "attack") handed.push(headers);
};
beforeAll(async () => {
  subscribe("http2.server.stream.start", note);
  gateway = await AttackedGateway.start({ server: { timeouts: { body: "300ms" } } });
});
afterAll(async () => {
  unsubscribe("http2.server.stream.start", note);
  await gateway.close();
});

type Fields = readonly (readonly [name: string, value: string])[];

const own: Fields = [["x-request-id", "attack"]];
const get: Fields = [...requestFields("/healthz"), ...own];
const post: Fields = [...requestFields("/v1/chat/completions", "POST"), ...own, ["content-type", "application/json"]];
const body = '{"model":"demo/echo","messages":[{"role":"user","content":"hi"}]}';
const without = (name: string): Fields => get.filter(([each]) => each !== name);
const replaced = (name: string, value: string): Fields => get.map(([each, old]) => [each, each === name ? value : old]);
const added = (name: string, value: string): Fields => [...get, [name, value]];

/** What came on the first stream of a connection. */
interface Ending {
  /** The code of its reset or of the connection's end; undefined: it was answered. */
  readonly code: number | undefined;
  readonly body: string;
  /** Whether the stream after it on the same connection was answered. */
  readonly next: boolean;
  readonly handed: IncomingHttpHeaders | undefined;
}

/** Sends a head and what follows it, then another request on the same connection. */
async function send(what: string, fields: Fields, ...rest: readonly Buffer[]): Promise<Ending> {
  handed.length = 0;
  const connection = gateway.connect();
  const last = rest.length === 0 ? flags.endStream : flags.none;
  const head = frame(types.headers, flags.endHeaders | last, 1, fieldBlock(fields));
  connection.write(Buffer.concat([opening(), head, ...rest, request(3, "/healthz")]));
  const on = (received: Buffer, id: number) => framesOf(received).filter(({ stream }) => stream === id);
  const isOver = (received: Buffer, id: number) =>
    on(received, id).some(
      (each) => each.type === types.resetStream || (each.type <= types.headers && (each.flags & flags.endStream) > 0),
    );
  const both = (received: Buffer) => goawayCode(received) !== undefined || (isOver(received, 1) && isOver(received, 3));
  await within(boundMs, `the end of ${what}`, connection.until(both));
  connection.leave();
  const { received } = connection;
  const reset = on(received, 1)
    .find(({ type }) => type === types.resetStream)
    ?.payload.readUInt32BE(0);
  const said = (id: number) =>
    on(received, id)
      .filter(({ type }) => type === types.data)
      .map(({ payload }) => payload.toString())
      .join("");
  return {
    code: goawayCode(received) ?? (reset === 0 ? undefined : reset),
    body: said(1),
    next: said(3) === "ok\n",
    handed: handed[0],
  };
}

const controls = [
  ["CR", "\r"],
  ["LF", "\n"],
  ["CR and LF", "\r\n"],
  ["NUL", "\0"],
  ["a vertical tab", "\x0b"],
  ["DEL", "\x7f"],
] as const;

describe("a field's value", () => {
  it.each(controls)("with %s never reaches anything: the field is left out", async (what, control) => {
    await gateway.attack(`values with ${what}`, async () => {
      for (const value of [`a${control}b`, `${control}a`, `a${control}`, `a${control}x-injected: 1`]) {
        const { code, body, next, handed } = await send(what, added("x", value));
        expect({ code, body, next }).toEqual({ code: undefined, body: "ok\n", next: true });
        expect(handed).toBeDefined();
        expect(handed?.x).toBeUndefined();
        expect(handed).not.toHaveProperty("x-injected");
      }
      return "left out, answered";
    });
  });

  it.each([
    ["a space before it", " a"],
    ["a space after it", "a "],
    ["a tab before it", "\ta"],
    ["a tab after it", "a\t"],
  ])("with %s never reaches anything as it is", async (what, value) => {
    await gateway.attack(`a value with ${what}`, async () => {
      const { code, handed, next } = await send(what, added("x", value));
      expect(handed?.x).not.toBe(value);
      expect(next).toBe(true);
      return code === undefined ? `handed on as ${JSON.stringify(handed?.x)}` : `RST_STREAM ${code}`;
    });
  });

  it("that is empty, or of any other bytes, is handed on as it is", async () => {
    for (const value of ["", "a b\tc", "\u00e9\u00ff", "a, b; c"]) {
      const { body, handed } = await send(value, added("x", value));
      expect([body, handed?.x]).toEqual(["ok\n", value]);
    }
  });
});

describe("a field's name", () => {
  it.each([
    ["large letters", "X-Y"],
    ["one large letter", "x-Y"],
    ["a space", "x y"],
    ["a space at its end", "x "],
    ["a colon", "x:y"],
    ["CR and LF", "x\r\ny"],
    ["NUL", "x\0y"],
    ["DEL", "x\x7f"],
    ["a byte above ASCII", "x\u00e9"],
    ["nothing", ""],
    ["a whole field in it", "x: y\r\nx-injected"],
  ])("with %s never reaches anything", async (what, name) => {
    await gateway.attack(`a name with ${what}`, async () => {
      const { code, body, next, handed } = await send(what, added(name, "1"));
      for (const each of Object.keys(handed ?? {})) expect(each).toMatch(/^:?[a-z-]+$/);
      expect(next).toBe(true);
      expect(code === undefined ? body : code).toEqual(code === undefined ? "ok\n" : 1);
      return code === undefined ? "left out, answered" : `RST_STREAM ${code}`;
    });
  });
});

const malformed: readonly (readonly [what: string, fields: Fields, ...rest: readonly Buffer[]])[] = [
  ["Connection", added("connection", "keep-alive")],
  ["Connection that names another field", [...get, ["connection", "x"], ["x", "y"]]],
  ["Keep-Alive", added("keep-alive", "timeout=5")],
  ["Proxy-Connection", added("proxy-connection", "keep-alive")],
  ["Transfer-Encoding", added("transfer-encoding", "chunked")],
  ["Upgrade", added("upgrade", "websocket")],
  ["TE: gzip", added("te", "gzip")],
  ["TE: trailers, gzip", added("te", "trailers, gzip")],
  ["no :method", without(":method")],
  ["no :scheme", without(":scheme")],
  ["no :path", without(":path")],
  ["no pseudo fields", own],
  ["two :method", added(":method", "POST")],
  ["two :path", added(":path", "/v1/models")],
  ["one :path twice", [...requestFields("/healthz"), [":path", "/healthz"], ...own]],
  ["two :authority", [...requestFields("/healthz"), [":authority", "evil.example"], ...own]],
  ["two :scheme", [...requestFields("/healthz"), [":scheme", "https"], ...own]],
  ["a pseudo field after another", [...own, ...requestFields("/healthz")]],
  ["a pseudo field that there is not", [[":x", "y"], ...get]],
  ["a pseudo field of CONNECT with another method", [[":protocol", "websocket"], ...get]],
  ["a pseudo field of replies", [[":status", "200"], ...get]],
  ["an empty :path", replaced(":path", "")],
  ["a :path without a slash", replaced(":path", "healthz")],
  ["a :path with a space", replaced(":path", "/health z")],
  ["a :path with CR and LF", replaced(":path", "/healthz\r\nx: y")],
  ["a :path with NUL", replaced(":path", "/healthz\0")],
  ["an empty :method", replaced(":method", "")],
  ["a :method with a space", replaced(":method", "GET /x")],
  ["a :method with CR and LF", replaced(":method", "GET\r\nx: y")],
  ["a :scheme with CR and LF", replaced(":scheme", "http\r\nx: y")],
  ["a :scheme that is none", replaced(":scheme", "1:/")],
  ["an :authority with CR and LF", replaced(":authority", "localhost\r\nx: y")],
  ["an :authority with a space", replaced(":authority", "local host")],
  ["an :authority with a user", replaced(":authority", "user@localhost")],
  ["Content-Length and no body", added("content-length", "5")],
  ["two Content-Length", [...get, ["content-length", "0"], ["content-length", "1"]]],
  ["Content-Length that is no number", added("content-length", "x")],
  ["Content-Length below nothing", added("content-length", "-1")],
  ["Content-Length with a sign", added("content-length", "+0")],
  ["an empty Content-Length", added("content-length", "")],
  ["Content-Length that no number holds", added("content-length", "99999999999999999999")],
  ["a body shorter than Content-Length", [...post, ["content-length", String(body.length + 1)]], dataFrame(body)],
  ["trailers with a pseudo field", post, dataFrame(body, flags.none), trailers([[":path", "/x"]])],
  ["trailers with large letters", post, dataFrame(body, flags.none), trailers([["X-Y", "z"]])],
  ["trailers with Transfer-Encoding", post, dataFrame(body, flags.none), trailers([["transfer-encoding", "chunked"]])],
];

function dataFrame(text: string, flag: number = flags.endStream): Buffer {
  return frame(types.data, flag, 1, Buffer.from(text));
}

function trailers(fields: Fields): Buffer {
  return frame(types.headers, flags.endHeaders | flags.endStream, 1, fieldBlock(fields));
}

it("a malformed request is reset, and its connection serves the next", async () => {
  await gateway.attack(`${malformed.length} malformed requests`, async () => {
    const taken: string[] = [];
    for (const [what, fields, ...rest] of malformed) {
      const { code, next, body: answer } = await send(what, fields, ...rest);
      if (code !== 1 || !next || answer.includes("choices")) taken.push(`${what}: ${code} ${next} ${answer}`);
    }
    expect(taken).toEqual([]);
    return "all reset with PROTOCOL_ERROR";
  });
});

it("a body longer than its Content-Length ends its connection", async () => {
  await gateway.attack("a body longer than its Content-Length", async () => {
    const { code, body: answer } = await send("it", [...post, ["content-length", String(body.length - 1)]], dataFrame(body));
    expect([1, 2]).toContain(code);
    expect(answer).not.toContain("choices");
    return `GOAWAY ${code}`;
  });
});

it("a head in the middle of a body is a fault", async () => {
  await gateway.attack("a head in the middle of a body", async () => {
    const open = frame(types.headers, flags.endHeaders, 1, fieldBlock([["x", "y"]])); // without the end of the stream
    const { code, next } = await send("trailers", post, dataFrame(body, flags.none), open, dataFrame("", flags.endStream));
    expect([1, 5]).toContain(code);
    return `${next ? "RST_STREAM" : "GOAWAY"} ${code}`;
  });
});

describe("the host", () => {
  it.each<[string, Fields, boolean]>([
    ["Host alone", [...without(":authority"), ["host", "localhost"]], true],
    ["a foreign Host alone", [...without(":authority"), ["host", "evil.example"]], false],
    ["a foreign :authority and a good Host", [...replaced(":authority", "evil.example"), ["host", "localhost"]], false],
  ])("is judged by :authority, else by Host: %s", async (what, fields, good) => {
    const { body } = await send(
      what,
      fields.map(([name, value]) => [name, name === ":path" ? "/v1/models" : value]),
    );
    expect(body).toContain(good ? "demo/echo" : "permission_denied");
  });
});
