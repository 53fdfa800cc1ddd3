import { constants, deflateRawSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FakeUpstream } from "../support/fake-upstream.ts";
import { IsolatedGateway } from "../support/isolated-gateway.ts";
import { framed, messageOf, openCall, questionOf, type Surface, surfaces, understand } from "../support/surfaces.ts";
import { within } from "../support/within.ts";

const mebi = 1024 * 1024;
const capBytes = 4 * mebi;
const boundMs = 30_000;
/** The cap, once as pieces and once in one, with what is on its way; for one request and for all at once. */
const [mostResident, mostTogether] = [48 * mebi, 96 * mebi];
let upstream: FakeUpstream;
let gateway: IsolatedGateway;

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  gateway = await IsolatedGateway.start({
    server: { maxRequestBytes: "4MiB", maxInFlightBytes: "32MiB" },
    providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl, models: ["known"] } },
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const blanks = Buffer.alloc(16 * mebi, " ");
/** 16 MiB, 1,000 to 1; and what begins and ends a member around as many of them as one likes (RFC 1952). */
const block = deflateRawSync(blanks, { finishFlush: constants.Z_FULL_FLUSH });
const begins = gzipSync("").subarray(0, 10);
const ends = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const bomb = Buffer.concat([begins, ...Array<Buffer>(64).fill(block), ends]);
const member = gzipSync(blanks);

const enveloped = ({ contentType }: Surface) => framed(contentType, new Uint8Array()).length > 0;

/** The body with one message that is said to be gzip. */
function zipped(surface: Surface, message: Uint8Array): Buffer {
  const body = framed(surface.contentType, message);
  if (enveloped(surface)) body[0] = 1; // compressed
  return body;
}

/** The header that names the compression, which each protocol calls something else. */
function encodingHeader({ protocol, streamed }: Surface): string {
  if (protocol.startsWith("grpc")) return "grpc-encoding";
  return protocol === "connect" && streamed ? "connect-content-encoding" : "content-encoding";
}

/** A question's bytes before they are compressed. */
function plain({ protocol, contentType, ...rest }: Surface): Uint8Array {
  if (protocol === "rest") return questionOf({ protocol, contentType, ...rest }, "up/known", "hi");
  return messageOf(contentType, { model: "up/known", messages: [{ role: 2, content: "hi" }] });
}

interface Row {
  readonly what: string;
  readonly message: (good: Buffer) => Buffer;
  readonly code: string;
  /** What the header says. Default gzip. */
  readonly encoding?: string;
}

const broken = (good: Buffer, at: number) => Buffer.concat([good.subarray(0, at), Buffer.from([255]), good.subarray(at + 1)]);

const rows: readonly Row[] = [
  { what: "1 GiB in 1 MiB", message: () => bomb, code: "request_too_large" },
  { what: "1 GiB in 64 members", message: () => Buffer.concat(Array(64).fill(member)), code: "request_too_large" },
  { what: "a little over the cap", message: () => gzipSync(blanks.subarray(0, capBytes + 1)), code: "request_too_large" },
  { what: "a bomb in gzip, named once", message: () => gzipSync(bomb), code: "invalid_request" },
  { what: "a bomb in gzip, named twice", message: () => gzipSync(bomb), code: "unsupported_media_type", encoding: "gzip, gzip" },
  { what: "a thousand encodings", message: () => bomb, code: "unsupported_media_type", encoding: "gzip,".repeat(1000) },
  { what: "another encoding", message: () => bomb, code: "unsupported_media_type", encoding: "deflate" },
  { what: "gzip that is none", message: () => Buffer.alloc(1000, "x"), code: "invalid_request" },
  { what: "gzip that is cut in its head", message: (good) => good.subarray(0, 5), code: "invalid_request" },
  { what: "gzip that is cut in its data", message: (good) => good.subarray(0, 20), code: "invalid_request" },
  { what: "gzip that is cut in its end", message: (good) => good.subarray(0, -1), code: "invalid_request" },
  { what: "gzip of a wrong checksum", message: (good) => broken(good, good.length - 8), code: "invalid_request" },
  { what: "gzip of a wrong length", message: (good) => broken(good, good.length - 1), code: "invalid_request" },
  {
    what: "members of nothing without end",
    message: () => Buffer.concat(Array(capBytes / 16).fill(gzipSync(""))),
    code: "request_too_large",
  },
  {
    what: "a file name without end",
    message: () => Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]), Buffer.alloc(capBytes, "x")]),
    code: "request_too_large",
  },
];

/** Sends a body; gives the code of the error that is answered, or none. */
async function codeOf(surface: Surface, body: Uint8Array, headers: Record<string, string>): Promise<string | undefined> {
  const call = openCall(gateway.url, surface, headers).end(body);
  return understand(surface, await within(boundMs, "the reply", call.read())).error?.code;
}

/** Each protocol with each HTTP version; Connect in both of its forms. */
const oneOfEach = surfaces.filter(({ protocol, streamed }) => streamed || protocol === "connect");

describe.each(oneOfEach)("$name", (surface) => {
  const name = encodingHeader(surface);

  it("refuses bombs, and what is no gzip", async () => {
    const good = gzipSync(plain(surface));
    await gateway.attack(
      `gzip, ${surface.name}`,
      async () => {
        for (const { what, message, code, encoding = "gzip" } of rows) {
          expect(await codeOf(surface, zipped(surface, message(good)), { [name]: encoding }), what).toBe(code);
        }
        return `${rows.length} requests refused`;
      },
      { resident: mostResident },
    );
    expect(upstream.requests).toHaveLength(0);
  });

  it("still takes gzip that is good", async () => {
    upstream.next({ status: 404, steps: ['{"error":{"message":"no"}}'] });
    expect(await codeOf(surface, zipped(surface, gzipSync(plain(surface))), { [name]: "gzip" })).toBe("not_found");
    upstream.clear();
  });
});

it.each(surfaces.filter(enveloped))("a message is gzip only if both its flag and the headers say so: $name", async (surface) => {
  const plainly = framed(surface.contentType, gzipSync(plain(surface)));
  expect(await codeOf(surface, zipped(surface, bomb), {})).toBe("invalid_request");
  expect(await codeOf(surface, plainly, { [encodingHeader(surface)]: "gzip" })).toBe("invalid_request");
  expect(upstream.requests).toHaveLength(0);
});

it("bombs on all protocols at once take no more than there is for all requests", async () => {
  const perSurface = 4;
  await gateway.attack(
    "bombs of 1 GiB on all protocols at once",
    async () => {
      const codes = await Promise.all(
        surfaces.flatMap((surface) =>
          Array.from({ length: perSurface }, () => codeOf(surface, zipped(surface, bomb), { [encodingHeader(surface)]: "gzip" })),
        ),
      );
      for (const code of codes) expect(["request_too_large", "overloaded"]).toContain(code);
      const tooLarge = codes.filter((code) => code === "request_too_large").length;
      return `${tooLarge} refused as too large, ${codes.length - tooLarge} as overloaded`;
    },
    { resident: mostTogether },
  );
});
