import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { create, fromBinary, toJsonString } from "@bufbuild/protobuf";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { ChatCompletionResponseSchema, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { RouteInfoSchema } from "#gen/sluice/chat/v1/route_info_pb";
import { chunksOf, randomPieces, seededRandom } from "../../../src/testing/chunking.ts";
import { type ChatAnswer, type ChatClient, chatClients } from "../../support/chat-client.ts";
import { cut, FakeUpstream, type Step, turn } from "../../support/fake-upstream.ts";
import { sse } from "../../support/recorded-replies.ts";
import { type RunningGateway, startGatewayFrom } from "../../support/running-gateway.ts";
import { bodyOf, eventsOf, inWrites } from "../../support/upstream-reply.ts";
import { WireTap } from "../../support/wire-tap.ts";

vi.setConfig({ testTimeout: 120_000 });

/** Of characters that occur nowhere else, so that not one byte of one may be seen; each other one begins like another. */
const secrets = ["~^|^~", "^|~~", "🜁🜂🜃🜄", "🜁🜂", "~🜅^"];
/** Of common ones: what looks like it makes the guard hold. */
const decoy = "hidden";
const secretCharacters = [...new Set(secrets.join(""))];

const word = fc.constantFrom("hid", "hidde", decoy, "a ", "plain text, ", "hi", "[1] ");
const secret = fc.constantFrom(...secrets);
const text = fc
  .array(fc.oneof({ weight: 3, arbitrary: word }, { weight: 2, arbitrary: secret }), { maxLength: 6 })
  .map((all) => all.join(""));
/** An id or a name: with a secret in it the call fails. */
const name = fc.oneof({ weight: 30, arbitrary: fc.constant("name") }, { weight: 1, arbitrary: secret });

const toolCall = fc.oneof(
  fc.record({ type: fc.constant("function"), function: fc.record({ name, arguments: text.map((q) => JSON.stringify({ q })) }) }),
  fc.record({ type: fc.constant("custom"), custom: fc.record({ name, input: text }) }),
);
const annotation = fc.record({ url: text, title: text }).map((cited) => ({ type: "url_citation", urlCitation: cited }));
const unknownFieldsJson = text.map((vendor_note) => JSON.stringify({ vendor_note }));
const token = fc.record({ token: text, logprob: fc.constant(-1) });
const message = fc.record(
  {
    role: fc.constant(Role.ASSISTANT),
    reasoning: text,
    content: text,
    refusal: text,
    toolCalls: fc.array(
      fc.tuple(name, toolCall).map(([id, call]) => ({ id, ...call })),
      { maxLength: 2 },
    ),
    annotations: fc.array(annotation, { maxLength: 1 }),
    unknownFieldsJson,
  },
  { requiredKeys: ["role"], noNullPrototype: true },
);
const choice = fc.record(
  {
    message,
    finishReason: fc.constantFrom(FinishReason.STOP, FinishReason.LENGTH, FinishReason.TOOL_CALLS),
    logprobs: fc.array(token, { maxLength: 2 }).map((content) => ({ content })),
    unknownFieldsJson,
  },
  { requiredKeys: ["message", "finishReason"], noNullPrototype: true },
);
const reply = fc
  .record({
    id: name,
    model: name,
    systemFingerprint: name,
    unknownFieldsJson,
    choices: fc.array(choice, { minLength: 1, maxLength: 3 }),
  })
  .map(({ choices, ...rest }) =>
    create(ChatCompletionResponseSchema, { ...rest, choices: choices.map((each, index) => ({ ...each, index })) }),
  );

/** Every secret character that is among what a client's socket has got, and its protocol's header fields. */
function leaks(bytes: Buffer, { chunks, fields }: ChatAnswer, protocol: ChatClient["protocol"]): string[] {
  const route = fromBinary(RouteInfoSchema, Buffer.from(String(fields["sluice-route-bin"] ?? ""), "base64"));
  const read =
    JSON.stringify(fields) +
    toJsonString(RouteInfoSchema, route) +
    chunks.map((chunk) => toJsonString(ChatCompletionChunkSchema, chunk)).join("");
  const found = secretCharacters.filter((character) => {
    if (read.includes(character)) return true;
    // One byte of a Protobuf message may be a length and look like a character.
    return (protocol === "REST" || character.length > 1) && bytes.includes(character);
  });
  if (bytes.includes("\ufffd")) found.push("half a character");
  if (protocol === "REST" && /\\u/.test(bytes.toString("latin1"))) found.push("an escape");
  return found;
}

/** JSON in which some of what may be escaped is. */
function escaped(bytes: Buffer, random: () => number): Buffer {
  if (random() < 0.5) return bytes;
  const escapeOf = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const some = (character: string) => (random() < 0.5 ? character.split("").map(escapeOf).join("") : character);
  return Buffer.from(bytes.toString().replace(/[~^|]|[^\0-\x7f]/gu, some));
}

/** What stands between the secrets and the client: literals, and a pattern that every secret and every row of them matches. */
const literals = [...secrets, decoy];
const patterns = [{ pattern: `[${secretCharacters.join("")}]{2,64}|${decoy}` }];
const guards = {
  redact: { literalGuard: { literals, action: "redact", replacement: "[x]" } },
  block: { literalGuard: { literals, action: "block" } },
  regex: { regex: { patterns, action: "redact", replacement: "[x]" } },
  monitor: { literalGuard: { literals, action: "monitor" } },
};
type Guarding = keyof typeof guards;
const strict: readonly Guarding[] = ["redact", "block", "regex"];

/** A client, and a record of what comes to its sockets. */
interface Recorded {
  readonly tap: WireTap;
  readonly make: (url: string) => ChatClient;
  client: ChatClient;
}

const folder = mkdtempSync(join(tmpdir(), "sluice-leaks-"));
let upstream: FakeUpstream;
const gateways: RunningGateway[] = [];
const recorded = new Map<Guarding, Recorded[]>();
const counts: string[] = [];

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  for (const [action, guard] of Object.entries(guards)) {
    const file = join(folder, "sluice.yaml");
    const providers = { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } };
    const breaker = { [relative(folder, join(import.meta.dirname, "../../support/breaking-middleware.ts"))]: {} };
    writeFileSync(file, JSON.stringify({ providers, pipeline: { use: [breaker, guard, breaker] } }));
    const gateway = await startGatewayFrom(file);
    gateways.push(gateway);
    const clients: Recorded[] = [];
    for (const make of chatClients) {
      const tap = await WireTap.start(gateway.port);
      clients.push({ tap, make, client: make(tap.url) });
    }
    recorded.set(action as Guarding, clients); // a key of theirs
  }
});
// A connection that nobody has used for long is closed: every test has new ones.
afterEach(() => {
  for (const each of [...recorded.values()].flat()) {
    each.client.close();
    each.client = each.make(each.tap.url);
  }
});
afterAll(async () => {
  for (const { client, tap } of [...recorded.values()].flat()) {
    client.close();
    await tap.close();
  }
  for (const gateway of gateways) await gateway.close();
  await upstream.close();
  rmSync(folder, { recursive: true });
  console.info(`no byte of a secret leaves: ${counts.join(", ")}`);
});

interface Question {
  readonly streamed: boolean;
  readonly n: number;
  readonly leaveAfter?: number;
  readonly content?: string;
}

/** Asks a gateway over every protocol; gives what leaked, a line per call that leaked something. */
async function ask(action: Guarding, question: Question, steps: readonly Step[]) {
  upstream.clear();
  upstream.always({ steps });
  const leaked: string[] = [];
  const answers: ChatAnswer[] = [];
  for (const { client, tap } of recorded.get(action) ?? []) {
    const answer = await client.ask({ model: "up/m", ...question });
    answers.push(answer);
    const found = leaks(tap.take(), answer, client.protocol);
    if (found.length > 0) leaked.push(`${client.protocol}: ${found.join(" ")}`);
  }
  return { leaked, answers };
}

describe("of what a guard blocks or redacts", () => {
  it.each(strict)("not a byte leaves, however a reply is cut, under %s", async (action) => {
    let calls = 0;
    let good = 0;
    await fc.assert(
      fc.asyncProperty(reply, fc.integer(), async (said, seed) => {
        const random = seededRandom(seed);
        const n = said.choices.length;
        const stream = () => escaped(eventsOf(chunksOf(said, randomPieces(seed, 4)), random), random);
        const dying = stream();
        const tries: readonly [Omit<Question, "n">, readonly Step[]][] = [
          [{ streamed: false }, inWrites(escaped(bodyOf(said), random), random)],
          [{ streamed: true }, inWrites(stream(), random)],
          [{ streamed: true, leaveAfter: Math.floor(random() * 12) }, inWrites(stream(), random)],
          [{ streamed: true }, [...inWrites(dying.subarray(0, Math.floor(random() * dying.length)), random), cut]],
        ];
        for (const [question, steps] of tries) {
          const { leaked, answers } = await ask(action, { ...question, n }, steps);
          expect(leaked).toEqual([]);
          calls += answers.length;
          good += answers.filter(({ complete, code }) => complete && code === undefined).length;
        }
      }),
      { numRuns: 100 },
    );
    counts.push(`${action}: ${calls} random calls (${good} to a good end)`);
    expect(good).toBeGreaterThan(100);
  });

  /** One event after the other with secrets in every kind of text, cut in the middle of them, and an end. */
  const events = [
    ...[
      { role: "assistant", reasoning: "so ~^" },
      { reasoning: "|^~ hid" },
      { content: "a 🜁" },
      { content: "🜂🜃" },
      { content: "🜄 b hidd" },
      { content: "en" },
      { refusal: "no ^|~~" },
      { tool_calls: [{ index: 0, id: "1", type: "function", function: { name: "f", arguments: '{"q":"~' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '🜅^"}' } }] },
    ].map((delta) => sse({ choices: [{ index: 0, delta }] })),
    ...["x ~^|", "^", "~ y"].map((content) => sse({ choices: [{ index: 1, delta: { content } }] })),
    ...[0, 1].map((index) => sse({ choices: [{ index, delta: {}, finish_reason: "stop" }] })),
    sse("[DONE]"),
  ];
  const paced: readonly Step[] = events.flatMap((event) => [event, turn, turn]);

  it.each(strict)("not a byte leaves when the client goes, at any step of a reply, under %s", async (action) => {
    let gone = 0;
    for (let leaveAfter = 0, all = false; !all && leaveAfter < 50; leaveAfter++) {
      const { leaked, answers } = await ask(action, { streamed: true, n: 2, leaveAfter }, paced);
      expect(leaked, `after ${leaveAfter}`).toEqual([]);
      all = answers.every(({ complete }) => complete);
      gone += answers.filter(({ complete }) => !complete).length;
    }
    counts.push(`${action}: ${gone} clients gone`);
    expect(gone).toBeGreaterThan(5);
  });

  it.each(["redact", "block"] as const)(
    "not a byte leaves when the upstream dies, at any byte of a reply, under %s",
    async (action) => {
      const bytes = Buffer.from(events.join(""));
      for (let at = 0; at <= bytes.length; at++) {
        const { leaked, answers } = await ask(action, { streamed: true, n: 2 }, [bytes.subarray(0, at), cut]);
        expect(leaked, `at byte ${at}`).toEqual([]);
        expect(
          answers.every(({ complete }) => complete),
          `at byte ${at}`,
        ).toBe(true);
      }
      counts.push(`${action}: ${2 * bytes.length} upstreams dead`);
    },
  );

  it.each(strict.flatMap((action) => (["fault", "halt"] as const).map((how) => [action, how] as const)))(
    "not a byte leaves when the call breaks at any step of a reply, under %s: %s",
    async (action, how) => {
      let broken = 0;
      for (let step = 1, all = false; !all && step < 60; step++) {
        const { leaked, answers } = await ask(action, { streamed: true, n: 2, content: `${how} ${step}` }, paced);
        expect(leaked, `at step ${step}`).toEqual([]);
        all = answers.every(({ code }) => code === undefined);
        broken += answers.filter(({ code }) => code === (how === "fault" ? "internal" : "budget_exceeded")).length;
      }
      counts.push(`${action}: ${broken} calls broken by a ${how}`);
      expect(broken).toBeGreaterThan(10);
    },
  );

  it("every character would be seen, if it left", async () => {
    const { leaked } = await ask("monitor", { streamed: true, n: 2 }, paced);
    expect(leaked).toEqual(["REST", "gRPC"].map((protocol) => `${protocol}: ${secretCharacters.join(" ")}`));
  });
});
