import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AttackedGateway } from "../support/attacked-gateway.ts";
import { FakeUpstream } from "../support/fake-upstream.ts";
import { flags, frame, opening, requestHead, types } from "../support/http2-frames.ts";
import { pathOf, questionOf, type Surface, surfaces, understand } from "../support/surfaces.ts";
import { WireCall, type WireReply } from "../support/wire-call.ts";
import { within } from "../support/within.ts";

const boundMs = 30_000;
let upstream: FakeUpstream;
let gateway: AttackedGateway;

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  gateway = await AttackedGateway.start({ providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } } });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

/** Types that are no protocol's, some of which a browser's page may send anywhere without asking first (Fetch, "CORS-safelisted"). */
const wrong: readonly string[] = [
  "",
  " ",
  ";",
  ";charset=utf-8",
  "text/plain",
  "text/plain;charset=UTF-8",
  "text/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "multipart/related; type=application/json",
  "application/octet-stream",
  "application",
  "application/",
  "/json",
  "json",
  "application/json-seq",
  "application/problem+json",
  "application/jsonx",
  "application /json",
  "application/ json",
  "application/json,application/json",
  "application/json, text/plain",
  "text/plain, application/json",
  "text/plain; application/json",
  "*/*",
  "application/*",
  "application/grpcx",
  "application/grpc+",
  "application/grpc+json+proto",
  "application/grpc-web-text",
  "application/grpc-web-text+proto",
  "application/connect",
  "application/connect+text",
  "application/protobuf",
  "application/x-protobuf",
];

/** Other ways to write a type that means the same (RFC 9110, section 8.3.1). JSON is UTF-8, whatever is said (RFC 8259, section 11). */
function written({ contentType: type, version }: Surface): readonly string[] {
  const charsets = ["utf-8", '"UTF-8"', "utf-16", "us-ascii", "x-none"].map((charset) => `${type};charset=${charset}`);
  const spaced = version === "1.1" ? [`  ${type} `] : []; // no value of HTTP/2 begins or ends like that (RFC 9113, section 8.2.1)
  return [
    type,
    type.toUpperCase(),
    type.replace("application", "Application"),
    `${type};`,
    `${type} ; x=y;z="a;b"`,
    ...charsets,
    ...spaced,
  ];
}

/** The types of the other protocols, and of the other kind of method, that are none of this surface's path. */
function othersOf({ protocol, streamed }: Surface): readonly string[] {
  if (protocol === "rest") return surfaces.map(({ contentType }) => contentType).filter((type) => type !== "application/json");
  return streamed ? ["application/json", "application/proto"] : ["application/connect+json", "application/connect+proto"];
}

/** An answer of the upstream that shows that a request has reached it. */
const reached = { status: 404, steps: ['{"error":{"message":"no"}}'] };

async function send(surface: Surface, type: string | undefined, body = questionOf(surface, "up/m", "hi")): Promise<WireReply> {
  const headers = type === undefined ? {} : { "content-type": type };
  const call = new WireCall(gateway.url, { version: surface.version, path: pathOf(surface), headers });
  return within(boundMs, "the reply", call.end(body).read());
}

beforeEach(() => upstream.clear());

describe.each(surfaces)("$name", (surface) => {
  it("nothing runs for a content type that is missing or wrong", async () => {
    const all = [undefined, ...wrong, ...othersOf(surface)];
    await gateway.attack(`content types, ${surface.name}`, async () => {
      for (const type of all) {
        const { status, headers, body, complete } = await send(surface, type);
        expect({ status, complete, retry: headers.get("x-should-retry") }, type).toEqual({
          status: 415,
          complete: true,
          retry: "false",
        });
        if (type?.startsWith("application/grpc")) continue; // told by headers alone: gRPC reads no such body
        expect(body.toString(), type).toContain("unsupported_media_type");
      }
      return `${all.length} refused with 415`;
    });
    expect(upstream.requests).toHaveLength(0);
  });

  it("the right one may be written in any way", async () => {
    for (const type of written(surface)) {
      upstream.next(reached);
      expect(understand(surface, await send(surface, type)).error?.code, type).toBe("not_found");
    }
    expect(upstream.requests).toHaveLength(written(surface).length);
  });
});

it.each(surfaces.filter(({ contentType }) => contentType === "application/json"))(
  "JSON that is in another character set than UTF-8 is refused: $name",
  async (surface) => {
    const question = questionOf(surface, "up/m", "größe").toString();
    const texts = { "utf-16le": "utf16le", "iso-8859-1": "latin1" } as const;
    for (const [charset, encoding] of Object.entries(texts)) {
      const reply = await send(surface, `application/json;charset=${charset}`, Buffer.from(question, encoding));
      expect(understand(surface, reply).error?.code, charset).toBe("invalid_request");
    }
    expect(upstream.requests).toHaveLength(0);
  },
);

describe.each([
  ["text/plain", "application/json", 0],
  ["application/json", "text/plain", 1],
])("of two content types, %s before %s, the first one counts", (first, second, requests) => {
  const body = Buffer.from('{"model":"up/m","messages":[{"role":"user","content":"hi"}]}');

  it("over HTTP/1.1", async () => {
    upstream.always(reached);
    await gateway.attack(`${first} before ${second} over HTTP/1.1`, async () => {
      const connection = gateway.connect();
      connection.write(
        `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${first}\r\ncontent-type: ${second}\r\n`,
      );
      connection.write(`content-length: ${body.length}\r\nconnection: close\r\n\r\n`).write(body);
      await within(boundMs, "the end of the connection", connection.ended);
      connection.leave();
      expect(connection.text).toMatch(requests === 0 ? /^HTTP\/1\.1 415 / : /^HTTP\/1\.1 404 /);
      return requests === 0 ? "refused" : "taken";
    });
    expect(upstream.requests).toHaveLength(requests);
  });

  it("over HTTP/2", async () => {
    upstream.always(reached);
    await gateway.attack(`${first} before ${second} over HTTP/2`, async () => {
      const connection = gateway.connect();
      const both = [first, second].map((type) => ["content-type", type] as const);
      const head = requestHead(1, "/v1/chat/completions", both);
      connection.write(Buffer.concat([opening(), head, frame(types.data, flags.endStream, 1, body)]));
      const told = requests === 0 ? "content-type must be application/json" : "not_found";
      await within(
        boundMs,
        "an answer",
        connection.until((received) => received.includes(told)),
      );
      connection.leave();
      return requests === 0 ? "refused" : "taken";
    });
    expect(upstream.requests).toHaveLength(requests);
  });
});
