import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { create, createRegistry, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type ChatCompletionRequest, ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { ChunkScanner } from "../src/codec/openai/chunk-scanner.ts";
import { WireEvent } from "../src/codec/openai/wire-event.ts";
import { GuardedRequest } from "../src/pipeline/guarded-request.ts";
import { decodeMessage } from "../src/protocols/connect/decode-message.ts";
import { envelope } from "../src/protocols/connect/envelope.ts";
import { readMessage } from "../src/protocols/connect/read-message.ts";
import { wireOf } from "../src/protocols/connect/wire.ts";
import { SseFrames } from "../src/transport/sse-frames.ts";
import { GuardRun } from "./support/guard-run.ts";
import { guardsOf, shippedGuards } from "./support/shipped-guards.ts";

/** Deltas of a reply's one choice, and what leaves of it. */
interface Case {
  readonly deltas: readonly object[];
  readonly left: string;
}

const pipeline = shippedGuards.redact.filter(({ name }, index) => name !== "secrets" && index !== 1);
const call = (text: string) => ({ tool_calls: [{ function: { arguments: text } }] });

const corpus: readonly Case[] = [
  { deltas: [{ content: "é ada@a" }, { content: ".com 😀" }], left: "é [EMAIL_ADDRESS] 😀" },
  { deltas: [{ content: "４１11 1111\u200b 11" }, { content: "11 1111, 1" }], left: "[CREDIT_CARD], 1" },
  { deltas: [{ content: "Project He" }, { content: "ron\u{1F426}" }], left: "[DENY_LIST]\u{1F426}" },
  { deltas: [call('{"q":"ada\\u00'), call('40b.co"}')], left: '{"q":"[EMAIL_ADDRESS]"}' },
  { deltas: [call('{"q":"\\ud83d'), call('\\ude00 TICKET-1234"}')], left: '{"q":"\\ud83d\\ude00 [TICKET]"}' },
];

/** The events of a case, in one of the forms that streams have; `escaped`: what is not ASCII is written as escapes. */
function streamOf({ deltas }: Case, lineEnd: string, escaped: boolean): Buffer {
  const chunks = deltas.map((delta, i) => ({ choices: [{ delta, ...(i === 0 ? {} : { finish_reason: "stop" }) }] }));
  const json = chunks.map((chunk) => JSON.stringify(chunk));
  const written = json.map((text) =>
    escaped ? text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`) : text,
  );
  return Buffer.from(
    written.map((text) => `data:${lineEnd === "\n" ? text : text.replace("[", `${lineEnd}data:[`)}${lineEnd}${lineEnd}`).join(""),
  );
}

/** What leaves of a stream whose bytes come in these reads. */
function released(reads: readonly Buffer[]): string {
  const run = new GuardRun(guardsOf(pipeline), 1);
  const scanner = new ChunkScanner();
  const frames = new SseFrames((text, start, end) => {
    const { scan, usageShift } = scanner.next(text, start, end);
    run.pushEvents([new WireEvent("chunk", text, start, end, scan, usageShift, "m")]);
  });
  for (const read of reads) frames.push(read);
  if (run.end("eof").error !== undefined) throw run.error;
  return [...run.texts.values()].join("");
}

/** Every way to cut bytes into two and into three. */
function* splits(bytes: Buffer): Generator<readonly Buffer[]> {
  for (let first = 0; first <= bytes.length; first++) {
    yield [bytes.subarray(0, first), bytes.subarray(first)];
    for (let second = first + 1; second < bytes.length; second++) {
      yield [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
    }
  }
}

describe("under shipped guards, in two reads and in three, whichever bytes they end at,", () => {
  it("the same leaves of server-sent events", () => {
    const seen = new Map<string, string>();
    let cases = 0;
    corpus.forEach((each, index) => {
      const bytes = streamOf(each, index === 2 ? "\r\n" : "\n", index === 2);
      for (const reads of splits(bytes)) {
        cases++;
        const left = released(reads);
        if (left !== each.left) seen.set(`${reads.map((read) => read.length)} of ${bytes}`, left);
      }
    });
    expect([...seen]).toEqual([]);
    process.stdout.write(`framing: ${cases} splits of ${corpus.length} streams of server-sent events\n`);
    expect(cases).toBeGreaterThan(25_000);
  });

  it.each(["application/grpc", "application/grpc-web+json", "application/connect+json"])(
    "the same goes on of a request in an envelope: %s",
    async (contentType) => {
      const wire = wireOf(contentType, true);
      if (wire === undefined) throw new Error(`no wire for ${contentType}`);
      const content = "é: ada@example.com 😀";
      const request = { model: "m", messages: [{ role: Role.USER, content }] };
      const message = wire.binary
        ? toBinary(ChatCompletionRequestSchema, create(ChatCompletionRequestSchema, request))
        : Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "ROLE_USER", content }] }));
      let cases = 0;
      for (const reads of splits(envelope([message]))) {
        const incoming = new IncomingMessage(new Socket());
        incoming.method = "POST";
        for (const read of reads) if (read.length > 0) incoming.push(read);
        incoming.push(null);
        const bytes = await readMessage(incoming, wire, { maxBytes: 1000 });
        expect(guarded(decodeMessage(ChatCompletionRequestSchema, bytes, wire.binary, createRegistry()))).toBe(
          "é: [EMAIL_ADDRESS] 😀",
        );
        cases++;
      }
      process.stdout.write(`framing: ${cases} splits of an envelope, ${contentType}\n`);
    },
  );
});

function guarded(request: ChatCompletionRequest): string | undefined {
  const ignored = { addVerdict() {}, addDroppedField() {}, held() {}, withheld() {} };
  const look = new GuardedRequest(guardsOf(pipeline), ignored);
  look.look(ChatCompletionRequestSchema, request, {});
  look.apply(request);
  return request.messages[0]?.content;
}
