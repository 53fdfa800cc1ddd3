import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AttackedGateway } from "../support/attacked-gateway.ts";
import { fieldBlock, flags, frame, framesOf, opening, requestFields, types } from "../support/http2-frames.ts";
import { RecordingLog } from "../support/recording-log.ts";
import { within } from "../support/within.ts";

const boundMs = 30_000;
let gateway: AttackedGateway;
const log = new RecordingLog();

beforeAll(async () => {
  const timeouts = { headers: "300ms", body: "300ms", idle: "1s" };
  gateway = await AttackedGateway.start({ server: { timeouts }, pipeline: { use: ["logging"] } }, log);
});
afterAll(() => gateway.close());

const json = '{"model":"demo/echo","messages":[{"role":"user","content":"hi"}]}';
const post = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
const get = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n";
/** What is hidden in another request's body, and must never be taken for a request. */
const hidden = "GET /v1/models HTTP/1.1\r\nhost: localhost\r\nx-request-id: hidden\r\n\r\n";
/** The ids of the requests that were handled. */
const handled = () => log.lines.map(({ fields }) => fields.request_id);
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const chunked = `${post}transfer-encoding: chunked\r\n`;

const rows: readonly (readonly [what: string, bytes: string])[] = [
  // two ways to say where the body ends
  ["Content-Length and Transfer-Encoding", `${post}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`],
  ["Transfer-Encoding and Content-Length", `${post}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n${hidden}`],
  [
    "Transfer-Encoding, and Content-Length in other letters",
    `${post}transfer-encoding: chunked\r\ncOnTeNt-LeNgTh: 5\r\n\r\n0\r\n\r\n${hidden}`,
  ],
  // lengths
  [
    "two lengths that differ",
    `${post}content-length: ${json.length}\r\ncontent-length: ${json.length + hidden.length}\r\n\r\n${json}${hidden}`,
  ],
  ["one length twice", `${post}content-length: ${json.length}\r\ncontent-length: ${json.length}\r\n\r\n${json}${hidden}`],
  ["a list of lengths", `${post}content-length: ${json.length}, ${json.length}\r\n\r\n${json}${hidden}`],
  ["a length with a sign", `${post}content-length: +${json.length}\r\n\r\n${json}${hidden}`],
  ["a length below nothing", `${post}content-length: -1\r\n\r\n${json}${hidden}`],
  ["a length in hexadecimal", `${post}content-length: 0x41\r\n\r\n${json}${hidden}`],
  ["a length with a fraction", `${post}content-length: ${json.length}.0\r\n\r\n${json}${hidden}`],
  ["a length of two numbers", `${post}content-length: ${json.length} 0\r\n\r\n${json}${hidden}`],
  ["an empty length", `${post}content-length:\r\n\r\n${json}${hidden}`],
  ["a length that no number holds", `${post}content-length: 184467440737095516${json.length}\r\n\r\n${json}${hidden}`],
  // encodings
  ["an encoding that is unknown", `${post}transfer-encoding: xchunked\r\n\r\n${chunk(json)}0\r\n\r\n${hidden}`],
  ["chunked that is not last", `${post}transfer-encoding: chunked, identity\r\n\r\n${chunk(json)}0\r\n\r\n${hidden}`],
  ["chunked twice", `${post}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n${chunk(json)}0\r\n\r\n${hidden}`],
  [
    "chunked, then something else in a field of its own",
    `${chunked}transfer-encoding: gzip\r\n\r\n${chunk(json)}0\r\n\r\n${hidden}`,
  ],
  ["chunked with a vertical tab", `${post}transfer-encoding: \x0bchunked\r\n\r\n${chunk(json)}0\r\n\r\n${hidden}`],
  ["chunked in quotes", `${post}transfer-encoding: "chunked"\r\n\r\n${chunk(json)}0\r\n\r\n${hidden}`],
  ["chunked in HTTP/1.0", `${chunked.replace("HTTP/1.1", "HTTP/1.0")}\r\n${chunk(json)}0\r\n\r\n${hidden}`],
  // fields that are not quite fields
  ["a space before the colon", `${post}transfer-encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`],
  ["a folded line", `${post}x: a\r\n b\r\ncontent-length: ${json.length}\r\n\r\n${json}${hidden}`],
  ["a folded Transfer-Encoding", `${post}transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n${hidden}`],
  ["a space before the first field", `GET /healthz HTTP/1.1\r\n host: localhost\r\n\r\n${hidden}`],
  ["a field without a colon", `${get}nonsense\r\n\r\n${hidden}`],
  ["a field without a name", `${get}: x\r\n\r\n${hidden}`],
  ["a NUL in a name", `${get}x\0y: z\r\n\r\n${hidden}`],
  ["a NUL in a value", `${get}x: y\0z\r\n\r\n${hidden}`],
  ["a NUL in a value that matters", `${post}transfer-encoding: chunked\0\r\n\r\n0\r\n\r\n${hidden}`],
  ["a space in a name", `${get}x y: z\r\n\r\n${hidden}`],
  // line ends
  ["lines that end in LF", `${get.replaceAll("\r\n", "\n")}\n${hidden}`],
  ["one line that ends in LF", `${get}x: y\nz: 1\r\n\r\n${hidden}`],
  ["a head that ends in LF", `${get}\n${hidden}`],
  ["one line that ends in CR", `${get}x: y\rz: 1\r\n\r\n${hidden}`],
  ["a CR in a value", `${get}x: y\rz\r\n\r\n${hidden}`],
  // chunks
  ["a chunk size with a sign", `${chunked}\r\n+5\r\nhello\r\n0\r\n\r\n${hidden}`],
  ["a chunk size below nothing", `${chunked}\r\n-1\r\nhello\r\n0\r\n\r\n${hidden}`],
  ["a chunk size with 0x", `${chunked}\r\n0x5\r\nhello\r\n0\r\n\r\n${hidden}`],
  ["a chunk size that no number holds", `${chunked}\r\n1${"0".repeat(16)}5\r\nhello\r\n0\r\n\r\n${hidden}`],
  ["a chunk size that is none", `${chunked}\r\nhello\r\n0\r\n\r\n${hidden}`],
  ["an empty chunk size", `${chunked}\r\n\r\nhello\r\n0\r\n\r\n${hidden}`],
  ["a space after a chunk size", `${chunked}\r\n5 \r\nhello\r\n0\r\n\r\n${hidden}`],
  ["a chunk size that ends in LF", `${chunked}\r\n5\nhello\r\n0\r\n\r\n${hidden}`],
  ["a chunk extension that ends in LF", `${chunked}\r\n5;x\nhello\r\n0\r\n\r\n${hidden}`],
  ["a chunk that is longer than its size", `${chunked}\r\n5\r\nhello!\r\n0\r\n\r\n${hidden}`],
  ["a chunk that ends in LF", `${chunked}\r\n5\r\nhello\n0\r\n\r\n${hidden}`],
  ["chunk extensions without end", `${chunked}\r\n5;${"x".repeat(40_000)}\r\nhello\r\n0\r\n\r\n${hidden}`],
  ["trailers with a broken line", `${chunked}\r\n0\r\nx y\r\n\r\n${hidden}`],
  ["trailers with a length", `${chunked}\r\n0\r\ncontent-length: 5\r\n\r\n${hidden}`],
  ["trailers with an encoding", `${chunked}\r\n0\r\ntransfer-encoding: chunked\r\n\r\n${hidden}`],
  // request lines
  ["HTTP/0.9", "GET /healthz\r\n"],
  ["HTTP/2.0", `GET /healthz HTTP/2.0\r\nhost: localhost\r\n\r\n${hidden}`],
  ["HTTP/1.2", `GET /healthz HTTP/1.2\r\nhost: localhost\r\n\r\n${hidden}`],
  ["HTTP/1.10", `GET /healthz HTTP/1.10\r\nhost: localhost\r\n\r\n${hidden}`],
  ["http/1.1", `GET /healthz http/1.1\r\nhost: localhost\r\n\r\n${hidden}`],
  ["ICY/1.1", `GET /healthz ICY/1.1\r\nhost: localhost\r\n\r\n${hidden}`],
  ["a tab in the request line", `GET\t/healthz\tHTTP/1.1\r\nhost: localhost\r\n\r\n${hidden}`],
  ["a space in the path", `GET /health z HTTP/1.1\r\nhost: localhost\r\n\r\n${hidden}`],
  ["a method in small letters", `get /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n${hidden}`],
  ["a method that there is not", `STEAL /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n${hidden}`],
  ["TRACE", `TRACE /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n${hidden}`],
  ["CONNECT", `CONNECT localhost:80 HTTP/1.1\r\nhost: localhost\r\n\r\n${hidden}`],
  ["PRI, but no preface of HTTP/2", `PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n${hidden}`],
  // hosts
  ["no Host", `GET /healthz HTTP/1.1\r\n\r\n${hidden}`],
  ["two Hosts", `${get}host: evil.example\r\n\r\n${hidden}`],
  ["one Host twice", `${get}host: localhost\r\n\r\n${hidden}`],
];

/** The statuses of all answers on a connection of HTTP/1.1. */
const statuses = (received: string) => [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);

/** Refused after their head by something else than the parser, or not in words. */
const others: Readonly<Record<string, RegExp>> = { "HTTP/0.9": /^HTTP\/1\.1 408 /, TRACE: /^HTTP\/1\.1 405 /, CONNECT: /^$/ };

describe("HTTP/1.1", () => {
  it("what is not clear is refused, and nothing after it is taken for a request", async () => {
    await gateway.attack(`${rows.length} ways to hide a request in HTTP/1.1`, async () => {
      for (const [what, bytes] of rows) {
        const connection = gateway.connect().write(bytes);
        await within(boundMs, `the end of ${what}`, connection.ended);
        connection.leave();
        expect(connection.text, what).toMatch(others[what] ?? /^HTTP\/1\.1 400 .*"code":"invalid_request"/s);
        expect(statuses(connection.text).length, what).toBeLessThanOrEqual(1);
      }
      expect(handled()).not.toContain("hidden");
      return "all refused";
    });
  });

  it.each<[string, string, string]>([
    ["a body with a length that nobody reads", `${get}content-length: ${hidden.length}\r\n\r\n${hidden}`, "200"],
    ["a body in chunks that nobody reads", `${get}transfer-encoding: chunked\r\n\r\n${chunk(hidden)}0\r\n\r\n`, "200"],
    ["a body of a refused request", `${post.replace("POST", "PUT")}content-length: ${hidden.length}\r\n\r\n${hidden}`, "405"],
    ["a body that is no JSON", `${post}content-length: ${hidden.length}\r\n\r\n${hidden}`, "400"],
    ["a chunk extension", `${chunked}\r\n41;x="GET /hidden HTTP/1.1"\r\n${json}\r\n0\r\n\r\n`, "200"],
    ["a trailer", `${chunked}\r\n${chunk(json)}0\r\nx: GET /hidden HTTP/1.1\r\n\r\n`, "200"],
  ])("a request that is hidden in %s stays there, and the next one is answered", async (_what, bytes, status) => {
    const connection = gateway.connect().write(`${bytes}${hidden.replace("hidden", "next")}`);
    await within(
      boundMs,
      "both answers",
      connection.until((received) => statuses(received.toString()).length > 1 && received.includes('demo/echo"')),
    );
    expect(statuses(connection.text)).toEqual([status, "200"]);
    expect(handled()).toContain("next");
    expect(handled()).not.toContain("hidden");
    connection.leave();
  });
});

type Fields = readonly (readonly [string, string])[];
const all: Fields = requestFields("/v1/models");
const replaced = (wanted: string, value: string): Fields => all.map(([name, old]) => [name, name === wanted ? value : old]);
const heads: readonly (readonly [what: string, fields: Fields])[] = [
  ["Connection", [...all, ["connection", "close"]]],
  ["Keep-Alive", [...all, ["keep-alive", "x"]]],
  ["Proxy-Connection", [...all, ["proxy-connection", "x"]]],
  ["Upgrade", [...all, ["upgrade", "h2c"]]],
  ["Transfer-Encoding", [...all, ["transfer-encoding", "chunked"]]],
  ["TE other than trailers", [...all, ["te", "gzip"]]],
  ["a length and no body", [...all, ["content-length", "5"]]],
  ["two lengths", [...all, ["content-length", "0"], ["content-length", "1"]]],
  ["a length with a sign", [...all, ["content-length", "+0"]]],
  ["a name in large letters", [...all, ["X-Y", "z"]]],
  ["a pseudo field after others", [["x", "y"], ...all]],
  ["a pseudo field twice", [...all, [":path", "/hidden"]]],
  ["an unknown pseudo field", [...all, [":x", "y"]]],
  ["a pseudo field of responses", [...all, [":status", "200"]]],
  ["no method", all.filter(([name]) => name !== ":method")],
  ["no path", all.filter(([name]) => name !== ":path")],
  ["no scheme", all.filter(([name]) => name !== ":scheme")],
  ["an empty path", replaced(":path", "")],
  ["a path without a slash", replaced(":path", "v1/models")],
  ["a path with a space", replaced(":path", "/v1/mod els")],
  ["a path with CR and LF", replaced(":path", "/v1/models HTTP/1.1\r\nhost: evil.example\r\n\r\n")],
  ["a method with CR and LF", replaced(":method", "GET / HTTP/1.1\r\n\r\n")],
  ["an authority with CR and LF", replaced(":authority", "localhost\r\nx: y")],
  ["a scheme with CR and LF", replaced(":scheme", "http\r\nx: y")],
  ["TRACE", replaced(":method", "TRACE")],
  [
    "CONNECT",
    [
      [":method", "CONNECT"],
      [":authority", "localhost"],
    ],
  ],
];

describe("HTTP/2", () => {
  it("what is not clear is refused, and the connection serves the next", async () => {
    await gateway.attack(`${heads.length} ways to hide a request in HTTP/2`, async () => {
      for (const [what, fields] of heads) {
        const connection = gateway.connect();
        const next = frame(types.headers, flags.endHeaders | flags.endStream, 3, fieldBlock(all));
        connection.write(
          Buffer.concat([opening(), frame(types.headers, flags.endHeaders | flags.endStream, 1, fieldBlock(fields)), next]),
        );
        const of = (stream: number) => framesOf(connection.received).find((each) => each.stream === stream);
        const isOver = () => of(1) !== undefined && of(3) !== undefined;
        await within(boundMs, `both answers after ${what}`, connection.until(isOver));
        connection.leave();
        expect(of(3)?.type, what).toBe(types.headers);
        if (of(1)?.type === types.resetStream) expect(of(1)?.payload.readUInt32BE(0), what).toBe(1);
        else expect(["TRACE", "CONNECT"]).toContain(what); // refused with 405
      }
      return "all refused";
    });
  });
});
