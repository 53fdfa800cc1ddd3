// Reads the event stream messages that AWS tests its own SDKs with, whole and byte by byte. Needs Go.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { GatewayError } from "../../src/chat/error.ts";
import { EventStreamFrames } from "../../src/transport/event-stream.ts";
import type { EventStreamHeader } from "../../src/transport/event-stream-headers.ts";
import { goModule } from "./go-module.ts";

interface Expected {
  readonly headers: readonly { readonly name: string; readonly type: number; readonly value: unknown }[];
  readonly payload: string;
}

/** A header's value as the vectors write it: what is no number or boolean in base64. */
function written(value: EventStreamHeader, type: number): unknown {
  if (value instanceof Date) return value.getTime();
  if (typeof value === "bigint") return Number(value);
  if (Buffer.isBuffer(value)) return value.toString("base64");
  if (typeof value !== "string") return value;
  return type === 9 ? Buffer.from(value.replaceAll("-", ""), "hex").toString("base64") : Buffer.from(value).toString("base64");
}

type Read = { readonly headers: ReadonlyMap<string, EventStreamHeader>; readonly payload: string };

function read(pieces: readonly Buffer[]): Read[] {
  const messages: Read[] = [];
  const frames = new EventStreamFrames((headers, payload) => messages.push({ headers, payload: payload.toString("base64") }));
  for (const piece of pieces) frames.push(piece);
  return messages;
}

const bytesOf = (bytes: Buffer): Buffer[] => Array.from(bytes, (byte) => Buffer.from([byte]));

const { dir, version } = goModule("github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream");
const failures: string[] = [];
let count = 0;

for (const name of readdirSync(join(dir, "testdata/encoded/positive"))) {
  const bytes = readFileSync(join(dir, "testdata/encoded/positive", name));
  const expected = JSON.parse(readFileSync(join(dir, "testdata/decoded/positive", name), "utf8")) as Expected; // AWS's own form
  for (const pieces of [[bytes], bytesOf(bytes)]) {
    count++;
    const [message, ...more] = read(pieces);
    const headers = expected.headers.map((header) => ({
      ...header,
      value: written(message?.headers.get(header.name) ?? "", header.type),
    }));
    const same = isDeepStrictEqual(headers, expected.headers) && message?.headers.size === expected.headers.length;
    if (!same || message.payload !== expected.payload || more.length > 0) failures.push(`${name} is read wrongly`);
  }
}
for (const name of readdirSync(join(dir, "testdata/encoded/negative"))) {
  const bytes = readFileSync(join(dir, "testdata/encoded/negative", name));
  for (const pieces of [[bytes], bytesOf(bytes)]) {
    count++;
    try {
      read(pieces);
      failures.push(`${name} is not refused`);
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== "upstream_error")
        failures.push(`${name} fails with ${String(error)}`);
    }
  }
}

console.log(`${count} readings of the messages of aws-sdk-go-v2 ${version}, ${failures.length} wrong`);
for (const failure of failures) console.log(failure);
process.exitCode = failures.length > 0 || count < 18 ? 1 : 0;
