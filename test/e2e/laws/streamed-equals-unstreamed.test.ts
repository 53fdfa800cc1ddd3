import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { type ChatCompletionResponse, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { middlewareByName } from "../../../src/middleware/index.ts";
import { chunksOf, randomPieces, seededRandom } from "../../../src/testing/chunking.ts";
import { arbitraryProse } from "../../support/arbitrary-prose.ts";
import { weave } from "../../support/arbitrary-response.ts";
import { arbitraryTalk, arbitraryTalkOf } from "../../support/arbitrary-talk.ts";
import { type ChatAnswer, type ChatClient, chatClients } from "../../support/chat-client.ts";
import { cut, FakeUpstream, type Step } from "../../support/fake-upstream.ts";
import { type RunningGateway, startGatewayFrom } from "../../support/running-gateway.ts";
import { bodyOf, eventsOf, inWrites } from "../../support/upstream-reply.ts";

const chunkings = 3;
const replies = 42;
const repliesOfProse = 84;
vi.setConfig({ testTimeout: 120_000 });

/** What each built-in is tried with. */
const builtIns: Readonly<Record<string, readonly object[]>> = {
  denyList: [
    { entries: ["heron", "her"], action: "mask", keepLast: 1 },
    { entries: ["heron", "lorem ipsum"], action: "block", wholeWords: false, fallbackText: "[withheld]" },
    { entries: ["hi"], action: "tokenize" },
  ],
  inappropriate: [{ action: "redact" }],
  literalGuard: [
    { literals: ["heron", "her"], action: "redact", replacement: "[bird]" },
    { literals: ["heron", "ro"], action: "redact", caseInsensitive: true },
    { literals: ["heron", "lorem ipsum"], action: "block" },
    { literals: ["er", "a"], action: "block", channels: ["content", "tool_arguments"] },
    { literals: ["heron"], action: "annotate" },
    { literals: ["heron"], action: "monitor" },
  ],
  logging: [{}, { bodies: true }],
  pii: [{}, { entities: ["EMAIL_ADDRESS"], action: "block", direction: "output" }],
  promptInjection: [{}],
  promptTemplate: [{}],
  regex: [{ patterns: [{ pattern: "he(?:r|ron)?\\b" }], action: "redact", replacement: "[bird]" }],
  requestMetadata: [{}],
  responseValidator: [{}, { action: "fail" }],
  secrets: [{}],
};

const exampleFolder = join(import.meta.dirname, "../../../examples/middleware");
const examples = readdirSync(exampleFolder).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));

/** A pipeline under test. */
interface Subject {
  readonly name: string;
  /** As the configuration says it. */
  readonly use: readonly object[];
  /** Whether a guard may block a choice: what then leaves of its texts depends on their order, which is the canonical one then. */
  readonly blocks: boolean;
  /** What becomes of a text; for calls that fail, so that no whole reply shows it. */
  readonly says: (text: string, isContent: boolean) => string;
  /** The same pipeline without what fails calls: its whole reply says instead what becomes of their texts. */
  readonly unfailing?: readonly object[];
  /** Whether the replies are prose with values of every kind that guards look for. Default few words. */
  readonly ofProse?: boolean;
}

const folder = mkdtempSync(join(tmpdir(), "sluice-laws-"));
const pathOf = (example: string) => relative(folder, join(exampleFolder, example));
const same = (text: string) => text;
const restored = (text: string) => text.replaceAll("<DENY_LIST_1>", "hi");
const shouted = (text: string, isContent: boolean) => (isContent ? text.toUpperCase() : text);
const allAtOnce = (files: readonly string[]): readonly object[] => [
  ...["logging", "promptTemplate", "requestMetadata", "responseValidator"].map((name) => ({ [name]: {} })),
  ...files.map((example) => ({ [pathOf(example)]: {} })),
  { literalGuard: { literals: ["her"], action: "redact" } },
];

const subjects: readonly Subject[] = [
  ...Object.entries(builtIns).flatMap(([name, tried]) =>
    tried.map((options) => {
      const blocks = "action" in options && options.action === "block";
      const says = "action" in options && options.action === "tokenize" ? restored : same;
      return { name: `${name} ${JSON.stringify(options)}`, use: [{ [name]: options }], blocks, says };
    }),
  ),
  ...examples.map((example) => {
    const says = example.includes("shout") ? shouted : same;
    return { name: example, use: [{ [pathOf(example)]: {} }], blocks: false, says };
  }),
  {
    name: "all at once",
    use: allAtOnce(examples),
    blocks: false,
    says: same,
    unfailing: allAtOnce(examples.filter((example) => !example.includes("watchdog"))),
  },
  ...(["redact", "block"] as const).map((action): Subject => {
    const ticket = { pattern: "TICKET-\\d{4,8}\\b", caseInsensitive: true };
    return {
      name: `several guards: ${action}`,
      use: [
        { pii: { entities: ["EMAIL_ADDRESS", "PHONE_NUMBER", "IP_ADDRESS", { CREDIT_CARD: { action } }], action: "mask" } },
        { pii: { entities: ["URL", "DATE_TIME"], action: "monitor" } },
        { secrets: { action } },
        { denyList: { entries: ["Project Heron", "heron"], action: "redact" } },
        { regex: { patterns: [ticket], action } },
      ],
      blocks: true,
      says: same,
      ofProse: true,
    };
  }),
];

let upstream: FakeUpstream;
let cases = 0;
let casesOfProse = 0;
let calls = 0;
const ends = new Map<string, number>();
beforeAll(async () => {
  upstream = await FakeUpstream.start();
});
afterAll(async () => {
  await upstream.close();
  rmSync(folder, { recursive: true });
  const counts = [...ends].map(([end, count]) => `${count} ${end}`).join(", ");
  console.info(
    `streamed = unstreamed: ${cases} replies x chunkings (${casesOfProse} of prose under several guards), each on REST and gRPC, in ${calls} calls: ${counts}`,
  );
});

/** Starts a gateway with a pipeline, from a configuration file. */
async function start(use: readonly object[]): Promise<RunningGateway> {
  const file = join(folder, "sluice.yaml");
  const providers = { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } };
  writeFileSync(file, JSON.stringify({ providers, pipeline: { use } })); // JSON is YAML too
  return startGatewayFrom(file);
}

/** Every text of a reply by its place, as `says` has it. */
function textsOf({ choices }: ChatCompletionResponse, says: Subject["says"] = same): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { index, message } of choices) {
    for (const channel of ["reasoning", "content", "refusal"] as const) {
      texts.set(`${index} ${channel}`, says(message?.[channel] ?? "", channel === "content"));
    }
    for (const call of message?.toolCalls ?? []) {
      texts.set(`${index} ${call.id}`, says(call.function?.arguments ?? call.custom?.input ?? "", false));
    }
  }
  return texts;
}

function expectPrefix(part: ChatCompletionResponse, whole: ReadonlyMap<string, string>): void {
  for (const [place, text] of textsOf(part)) expect((whole.get(place) ?? "").slice(0, text.length), place).toBe(text);
}

function expectSame(streamed: ChatAnswer, whole: ChatAnswer): void {
  expect(streamed.code).toBe(whole.code);
  expect(streamed.complete).toBe(true);
  if (whole.code !== undefined) return;
  expect(streamed.response.choices).toEqual(whole.response.choices);
  const wasBlocked = whole.response.choices.some(({ finishReason }) => finishReason === FinishReason.CONTENT_FILTER);
  for (const field of ["id", "created", "model", "usage", "systemFingerprint"] as const) {
    if (field === "usage" && wasBlocked) continue; // an upstream that is hung up on says no usage
    expect(streamed.response[field], field).toEqual(whole.response[field]);
  }
}

class Trial {
  readonly #subject: Subject;
  readonly #reply: ChatCompletionResponse;
  readonly #json: boolean;
  readonly #random: () => number;

  constructor(subject: Subject, reply: ChatCompletionResponse, json: boolean, seed: number) {
    this.#subject = subject;
    this.#reply = reply;
    this.#json = json;
    this.#random = seededRandom(seed);
  }

  /** `unfailing`: a client of the subject's other pipeline, where it has one. */
  async run(clients: readonly ChatClient[], unfailing?: ChatClient): Promise<void> {
    const answers = [];
    for (const client of clients) answers.push(await this.#ask(client, bodyOf(this.#reply), false));
    const [whole] = answers;
    if (whole === undefined) return;
    for (const answer of answers) expectSame(answer, whole);
    count(whole);
    // What failed, or is cut below, has said so far; as the upstream's words where no whole reply shows what becomes of them.
    const instead = whole.code === undefined || unfailing === undefined ? undefined : await this.#whole(unfailing);
    const shown = whole.code === undefined ? whole : instead;
    const all = shown === undefined ? textsOf(this.#reply, this.#subject.says) : textsOf(shown.response);
    for (let i = 0; i < chunkings; i++) {
      const seed = Math.floor(this.#random() * 2 ** 31);
      const bytes = eventsOf(this.#chunks(seed), this.#random);
      const deadAt = i === 0 ? Math.floor(this.#random() * bytes.lastIndexOf('"finish_reason":"')) : undefined;
      for (const client of clients) {
        const streamed = await this.#ask(client, bytes, true);
        expectSame(streamed, whole);
        expectPrefix(streamed.response, all);
        if (this.#subject.blocks && whole.code !== undefined) expect(streamed.chunks).toEqual([]);
        if (deadAt === undefined) continue;
        const dead = await this.#ask(client, bytes.subarray(0, deadAt), true, seed % 2 === 0 ? [cut] : []);
        expectPrefix(dead.response, all);
        if (dead.code !== "upstream_interrupted") expectSame(dead, streamed); // it was over by then
      }
      cases++;
      if (this.#subject.ofProse) casesOfProse++;
    }
  }

  async #whole(client: ChatClient): Promise<ChatAnswer> {
    const answer = await this.#ask(client, bodyOf(this.#reply), false);
    expect(answer.code).toBeUndefined();
    return answer;
  }

  async #ask(client: ChatClient, bytes: Buffer, streamed: boolean, end: readonly Step[] = []): Promise<ChatAnswer> {
    calls++;
    upstream.clear();
    upstream.always({ steps: [...inWrites(bytes, this.#random), ...end] });
    return client.ask({ model: "up/m", streamed, n: this.#reply.choices.length, json: this.#json });
  }

  #chunks(seed: number): ChatCompletionChunk[] {
    if (this.#subject.blocks) return chunksOf(this.#reply, randomPieces(seed, 5));
    return weave(this.#reply, { seed, noise: this.#random() < 0.5, finishLast: true });
  }
}

function count({ code = "ended well" }: ChatAnswer): void {
  ends.set(code, (ends.get(code) ?? 0) + 1);
}

describe("a streamed reply is the unstreamed one, on REST and gRPC", () => {
  it("is tried with every built-in middleware and every example, over 2,000 replies x chunkings and more", () => {
    expect(Object.keys(builtIns).sort()).toEqual([...middlewareByName.keys()].sort());
    expect(examples.length).toBeGreaterThanOrEqual(5);
    expect(subjects.length * replies * chunkings).toBeGreaterThanOrEqual(2000);
    const ofProse = subjects.filter(({ ofProse }) => ofProse);
    expect(ofProse.length * repliesOfProse * chunkings).toBeGreaterThanOrEqual(500);
  });

  it.each(subjects)("under $name", async (subject) => {
    const gateway = await start(subject.use);
    const clients = chatClients.map((make) => make(gateway.url));
    const other = subject.unfailing && (await start(subject.unfailing));
    const unfailing = other && chatClients[0]?.(other.url);
    try {
      await fc.assert(
        fc.asyncProperty(
          subject.ofProse ? arbitraryTalkOf(arbitraryProse()) : arbitraryTalk,
          fc.boolean(),
          fc.integer(),
          (reply, json, seed) => new Trial(subject, reply, json, seed).run(clients, unfailing),
        ),
        { numRuns: subject.ofProse ? repliesOfProse : replies, interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true },
      );
    } finally {
      for (const client of clients) client.close();
      unfailing?.close();
      await other?.close();
      await gateway.close();
    }
  });
});
