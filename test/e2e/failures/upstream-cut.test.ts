import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { cut, FakeUpstream, reset } from "../../support/fake-upstream.ts";
import { inParallel } from "../../support/in-parallel.ts";
import { recorded, recordedText } from "../../support/recorded-replies.ts";
import { type RunningGateway, startGateway } from "../../support/running-gateway.ts";
import { openCall, questionOf, type Surface, surfaces, understand } from "../../support/surfaces.ts";
import { within } from "../../support/within.ts";

let upstream: FakeUpstream;
let gateway: RunningGateway;
const table: string[] = [];

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  gateway = await startGateway({ providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } } });
});
afterEach(() => upstream.clear());
afterAll(async () => {
  process.stdout.write(`upstreams that break off:\n${table.join("")}`);
  await gateway.close();
  await upstream.close();
});

/** A recorded reply as it comes over HTTP. */
class Recording {
  readonly name: string;
  readonly streamed: boolean;
  /** The body ends with the connection. */
  readonly open: boolean;
  readonly head: string;
  readonly bytes: Buffer;
  readonly #pieces: readonly string[];
  /** From how many bytes on it is finished: what would come after them says nothing new. */
  readonly enough: number;

  /** `last`: what stands in the piece that finishes it. */
  constructor(name: string, type: string, framing: string, pieces: readonly string[], last: string) {
    this.name = name;
    this.streamed = type === "text/event-stream";
    this.open = framing === "connection: close";
    this.head = `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${framing}\r\n\r\n`;
    this.bytes = Buffer.from(this.head + pieces.join(""));
    this.#pieces = pieces;
    this.enough = this.head.length + sizeOf(pieces.slice(0, pieces.findIndex((piece) => piece.includes(last)) + 1));
  }

  /** The pieces that are whole after so many bytes. */
  before(at: number): readonly string[] {
    let end = this.head.length;
    return this.#pieces.filter((piece) => {
      end += Buffer.byteLength(piece);
      return end <= at;
    });
  }
}

function sizeOf(pieces: readonly string[]): number {
  return Buffer.byteLength(pieces.join(""));
}

/** Real events, without most of the thoughts and one of the words: a shorter stream of the same kinds. */
const events = recorded.reasoningStream
  .toString()
  .split(/(?<=\n\n)/)
  .filter((event) => !/"reasoning_content":"\w|"content":"\."/.test(event));
const chunks = events.map((event, index) => `${index === 0 ? "" : "\r\n"}${Buffer.byteLength(event).toString(16)}\r\n${event}`);
const whole = recorded.text.toString();

const chunked = new Recording(
  "in chunks",
  "text/event-stream",
  "transfer-encoding: chunked",
  [...chunks, "\r\n0\r\n\r\n"],
  "[DONE]",
);
// Its end is the connection's: the model's own word that it has stopped must do.
const openStream = new Recording("to the connection's end", "text/event-stream", "connection: close", events, '"stop"');
const measured = new Recording("with its length", "application/json", `content-length: ${sizeOf([whole])}`, [whole], whole);
const openReply = new Recording("to the connection's end", "application/json", "connection: close", [whole], whole);

/** The text that a piece brings. */
function textOf(piece: string): string {
  return piece === whole ? recordedText : (/"content":"([^"]*)"/.exec(piece)?.[1] ?? "");
}

let question = 0;

/** What a client sees of a reply that breaks off after `at` bytes. */
async function outcomeOf(surface: Surface, { bytes }: Recording, at: number, end: typeof cut | typeof reset) {
  const id = `question-${question++}.`;
  const asked = upstream.nextFor(({ body }) => body.includes(`"${id}"`), { raw: true, steps: [bytes.subarray(0, at), end] });
  const call = openCall(gateway.url, surface).end(questionOf(surface, "up/m", id));
  await within(20_000, "the upstream to be asked", asked);
  return understand(surface, await within(20_000, "the reply", call.read()));
}

const restStream = surfaceOf("rest 1.1 stream JSON");
const grpcStream = surfaceOf("grpc 2 stream binary");
const restUnary = surfaceOf("rest 1.1 unary JSON");
const grpcUnary = surfaceOf("grpc 2 unary binary");

function surfaceOf(name: string): Surface {
  const found = surfaces.find((surface) => surface.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

describe.each([
  { surface: restStream, recording: chunked },
  { surface: grpcStream, recording: chunked },
  { surface: restStream, recording: openStream },
  { surface: restUnary, recording: measured },
  { surface: grpcUnary, recording: measured },
  { surface: restUnary, recording: openReply },
])("$surface.name: a reply $recording.name", ({ surface, recording }) => {
  const { name, bytes, head, enough, open, streamed } = recording;

  const ends = [
    ["closed", cut],
    ["reset", reset],
  ] as const;

  // A reply that lasts as long as its connection ends well with a reset, too: HTTP clients take it for the end.
  it.each(ends.slice(0, open ? 1 : 2))(
    "%s after any byte is never taken for a finished one",
    { timeout: 120_000 },
    async (how, end) => {
      const counts = new Map<string, number>();
      await inParallel(bytes.length + 1, async (at) => {
        const { text, finished, error } = await outcomeOf(surface, recording, at, end);
        const code = error?.code ?? "finished";
        counts.set(code, (counts.get(code) ?? 0) + 1);
        const pieces = recording.before(at);
        const said = at >= enough || streamed ? pieces.map(textOf).join("") : "";
        if (how === "closed") {
          // Where nothing of the reply has come, or JSON ends too early, nobody knows that more was to come.
          const failure = at < head.length || (open && !streamed) ? "upstream_error" : "upstream_interrupted";
          expect({ at, text, code }).toEqual({ at, text: said, code: at >= enough ? "finished" : failure });
        } else {
          // With its connection the network may lose the last of what was sent.
          expect({ at, isPrefix: said.startsWith(text) }).toEqual({ at, isPrefix: true });
          expect(["upstream_error", "upstream_interrupted", ...(at >= enough ? ["finished"] : [])]).toContain(code);
        }
        expect(finished).toBe(error === undefined);
        if (error === undefined) return;
        if (surface.protocol === "grpc") expect(error).toMatchObject({ status: 14, retry: true });
        else if (pieces.length === 0) expect(error).toMatchObject({ status: 502, retry: true });
      });
      table.push(`  ${surface.name}, ${name}, ${how}: ${JSON.stringify(Object.fromEntries(counts))}\n`);
    },
  );
});
