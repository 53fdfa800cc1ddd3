import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Log } from "../../../src/chat/ports/log.ts";
import { type ChatAnswer, type ChatClient, type ChatQuestion, chatClients } from "../../support/chat-client.ts";
import { cut, FakeUpstream, type Script, type Step, stall, turn, type UpstreamRequest } from "../../support/fake-upstream.ts";
import type { Probed } from "../../support/probe-middleware.ts";
import { sse } from "../../support/recorded-replies.ts";
import { type RunningGateway, startGatewayFrom } from "../../support/running-gateway.ts";

/** What the probes of a gateway have logged, and when a call is over. */
class ProbeLog implements Log {
  #lines: Probed[] = [];
  #settled: (() => void) | undefined;

  debug(): void {}

  info(fields: object, message: string): void {
    if (message !== "probe") return;
    const line = fields as Probed;
    this.#lines.push(line);
    if (line.hook === "onSettled" && line.probe === "outer") this.#settled?.(); // the outermost settles last
  }

  warn(fields: object, message: string): void {
    throw new Error(`${message}: ${JSON.stringify(fields)}`);
  }

  error(fields: object, message: string): void {
    this.warn(fields, message);
  }

  /** The lines of the call that is running, when it has settled, or has already. */
  async ofCall(): Promise<readonly Probed[]> {
    if (!this.#lines.some(({ hook, probe }) => hook === "onSettled" && probe === "outer")) {
      await new Promise<void>((resolve) => {
        this.#settled = resolve;
      });
    }
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }
}

const folder = mkdtempSync(join(tmpdir(), "sluice-ends-"));
const fileOf = (...parts: string[]) => relative(folder, join(import.meta.dirname, ...parts));
const probe = (name: string, throws?: string) => ({
  [fileOf("../../support/probe-middleware.ts")]: { name, ...(throws ? { throws } : {}) },
});
const retry = { [fileOf("../../../examples/middleware/level-3-retry.ts")]: {} };
const watchdog = { [fileOf("../../../examples/middleware/level-1-watchdog.ts")]: { phrase: "halt" } };
const guard = { literalGuard: { literals: ["secret"], action: "block" } };

let upstream: FakeUpstream;
let gateway: RunningGateway;
let log: ProbeLog;
let clients: readonly ChatClient[] = [];
/** What the upstream has been asked in a test. */
let asked: UpstreamRequest[] = [];
let calls = 0;

beforeAll(async () => {
  upstream = await FakeUpstream.start();
});
afterEach(async () => {
  for (const { closed } of asked) await closed; // no upstream is left waiting
  asked = [];
  for (const client of clients) client.close();
  await gateway.close(60_000); // and nothing is in flight: this does not wait for its end
}, 10_000);
afterAll(async () => {
  await upstream.close();
  rmSync(folder, { recursive: true });
  console.info(`calls let go of everything and let out everybody: ${calls} calls`);
});

/** Starts a gateway with a pipeline between the probes `outer` and, inside a retry, `inner`. */
async function start(...use: readonly object[]): Promise<void> {
  const file = join(folder, "sluice.yaml");
  const providers = { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } };
  writeFileSync(file, JSON.stringify({ providers, pipeline: { use: [probe("outer"), ...use, retry, probe("inner")] } }));
  log = new ProbeLog();
  gateway = await startGatewayFrom(file, log);
  clients = chatClients.map((make) => make(gateway.url));
}

interface Ended {
  readonly protocol: ChatClient["protocol"];
  readonly answer: ChatAnswer;
  readonly lines: readonly Probed[];
}

/** Asks over every protocol, and checks what holds for every call. `leaves`: the client does when the upstream has been asked. */
async function ask(question: Partial<ChatQuestion>, script: Script, leaves = false): Promise<readonly Ended[]> {
  const ended: Ended[] = [];
  for (const client of clients) {
    calls++;
    upstream.clear();
    upstream.always(script);
    const leaving = leaves ? { leaveAfter: upstream.request() } : {};
    const answer = await client.ask({ model: "up/m", streamed: true, ...question, ...leaving });
    asked.push(...upstream.requests);
    const lines = await log.ofCall();
    checkOrder(lines);
    ended.push({ protocol: client.protocol, answer, lines });
  }
  return ended;
}

/** Everybody entered is let out once, the last entered first; then everybody settles, with nothing held. */
function checkOrder(lines: readonly Probed[]): void {
  const inside: string[] = [];
  const settled: string[] = [];
  expect(new Set(lines.map(({ call }) => call)).size).toBe(1);
  for (const { hook, probe, released } of lines) {
    if (hook === "onSettled") {
      expect(inside).toEqual([]);
      expect(released).toBe(true);
      settled.push(probe);
      continue;
    }
    expect(settled).toEqual([]);
    if (hook === "beforeLlm") inside.push(probe);
    else expect(inside.pop()).toBe(probe);
  }
  expect(settled.at(-1)).toBe("outer");
  expect(new Set(settled).size).toBe(settled.length);
}

const shortOf = ({ hook, probe, error }: Probed) =>
  `${{ beforeLlm: ">", afterLlm: "<", onSettled: "." }[hook]}${probe}${error === undefined ? "" : ` ${error}`}`;
const short = (lines: readonly Probed[]) => lines.map(shortOf);

const steps = (...all: readonly Step[]): readonly Step[] => all;
const delta = (fields: object, index = 0) => sse({ id: "1", choices: [{ index, delta: fields }] });
const said = (content: string, index = 0) => delta({ content }, index);
const finish = (index = 0) => sse({ id: "1", choices: [{ index, delta: {}, finish_reason: "stop" }] });
const done = sse("[DONE]");
const whole = (...contents: string[]): Step =>
  JSON.stringify({
    id: "1",
    choices: contents.map((content, index) => ({ index, message: { role: "assistant", content }, finish_reason: "stop" })),
  });
const contents = ({ response }: ChatAnswer) => response.choices.map(({ message }) => message?.content ?? "");
const reasons = ({ response }: ChatAnswer) => response.choices.map(({ finishReason }) => finishReason);
const [stop, contentFilter] = [1, 4];

const good = [">outer", ">inner", "<inner", "<outer", ".inner", ".outer"];

describe("afterLlm", () => {
  it.each([true, false])("runs after the last content and before the end, streamed: %s", async (streamed) => {
    await start();
    const script = { steps: streamed ? steps(said("one "), turn, said("two"), turn, finish(), done) : steps(whole("one two")) };
    for (const { answer, lines, protocol } of await ask({ streamed }, script)) {
      expect(short(lines)).toEqual(good);
      expect(lines.filter(({ hook }) => hook === "afterLlm").map(({ content }) => content)).toEqual(["one two", "one two"]);
      expect(answer).toMatchObject({ complete: true, code: undefined });
      expect(contents(answer)).toEqual(["one two"]);
      if (protocol === "REST") continue; // which has no notices
      const last = answer.chunks.at(-1);
      const notices = last?.events.map(({ event }) => (event.case === "notice" ? event.value.middleware : event.case));
      expect(notices).toEqual(["inner", "outer"]);
      expect(answer.chunks.slice(0, -1).flatMap(({ events }) => events)).toEqual([]);
    }
  });

  it.each([true, false])("can still fail the call, after its last content, streamed: %s", async (streamed) => {
    await start(probe("failing", "afterLlm"));
    const script = { steps: streamed ? steps(said("one "), turn, said("two"), finish(), done) : steps(whole("one two")) };
    for (const { answer, lines } of await ask({ streamed }, script)) {
      expect(short(lines).slice(0, 6)).toEqual([
        ">outer",
        ">failing",
        ">inner",
        "<inner",
        "<failing",
        "<outer permission_denied",
      ]);
      expect(answer).toMatchObject({ complete: true, code: "permission_denied" });
      expect(contents(answer)).toEqual(streamed ? ["one two"] : []);
    }
  });

  it("runs for exactly those who were entered", async () => {
    await start(probe("refusing", "beforeLlm"));
    for (const { answer, lines } of await ask({}, { steps: [] })) {
      const no = "permission_denied";
      expect(short(lines).slice(0, 4)).toEqual([">outer", ">refusing", `<refusing ${no}`, `<outer ${no}`]);
      expect(lines.some(({ probe, hook }) => probe === "inner" && hook !== "onSettled")).toBe(false);
      expect(answer).toMatchObject({ complete: true, code: no, chunks: [] });
    }
    expect(asked).toEqual([]);
  });

  const failed = (code: string, entered = 1) => [
    ">outer",
    ...Array(entered)
      .fill([">inner", `<inner ${code}`])
      .flat(),
    `<outer ${code}`,
    `.inner ${code}`,
    `.outer ${code}`,
  ];
  it.each<[string, Partial<ChatQuestion>, Script, string, readonly string[]]>([
    ["an upstream that fails, at each try", {}, { status: 500 }, "upstream_error", failed("upstream_error", 3)],
    ["an upstream that refuses", {}, { status: 400 }, "invalid_request", failed("invalid_request")],
    ["an upstream that dies at once", {}, { steps: [cut] }, "upstream_interrupted", failed("upstream_interrupted", 3)],
    ["one that dies later", {}, { steps: [said("a"), turn, cut] }, "upstream_interrupted", failed("upstream_interrupted")],
    [
      "half an answer",
      { streamed: false },
      { steps: ['{"id":', cut] },
      "upstream_interrupted",
      failed("upstream_interrupted", 3),
    ],
    ["no JSON", { streamed: false }, { steps: ["}"] }, "upstream_error", failed("upstream_error", 3)],
    [
      "a halt",
      {},
      { steps: steps(...["h", "a", "l", "t"].flatMap((letter) => steps(said(letter), turn)), said("!"), said("!"), stall) },
      "guardrail_blocked",
      failed("guardrail_blocked"),
    ],
  ])("runs after %s", async (_, question, script, code, expected) => {
    await start(watchdog);
    for (const { answer, lines } of await ask(question, script)) {
      expect(answer).toMatchObject({ complete: true, code });
      expect(short(lines)).toEqual(expected);
    }
  });

  it("runs when the client goes, at whatever step", async () => {
    await start();
    const letters = [..."abcdefgh"].flatMap((letter) => steps(said(letter), turn, turn));
    let gone = 0;
    for (let leaveAfter = 0, all = false; !all && leaveAfter < 50; leaveAfter++) {
      const before = leaveAfter === 0;
      const script = before ? { before: new Promise(() => undefined) } : { steps: [...letters, finish(), done] };
      const ended = await ask({ leaveAfter }, script, before);
      all = ended.every(({ answer }) => answer.complete);
      for (const { answer, lines } of ended) {
        if (answer.complete) continue;
        const errors = lines.filter(({ hook }) => hook !== "beforeLlm").map(({ error }) => error ?? "ok");
        expect(new Set([...errors, "ok", "cancelled"]).size).toBe(2); // it may have ended by then
        if (errors.every((error) => error === "cancelled")) gone++;
      }
    }
    expect(gone).toBeGreaterThan(8);
  });
});

describe("an upstream whose last live choice is blocked", () => {
  const hungUp: readonly [string, readonly Step[], readonly string[], readonly number[]][] = [
    ["its only one", [said("a "), turn, said("sec"), turn, said("ret"), stall], ["a "], [contentFilter]],
    [
      "its second",
      [said("a secret"), said("b ", 1), turn, said("secret", 1), stall],
      ["a ", "b "],
      [contentFilter, contentFilter],
    ],
    ["after the other ended", [said("a"), finish(), said("b secret", 1), stall], ["a", "b "], [stop, contentFilter]],
  ];
  it.each(hungUp)("is hung up on, and the stream ends well: %s", async (_, said, texts, ends) => {
    await start(guard);
    for (const { answer, lines } of await ask({ n: texts.length }, { steps: said })) {
      expect(answer).toMatchObject({ complete: true, code: undefined });
      expect(contents(answer)).toEqual(texts);
      expect(reasons(answer)).toEqual(ends);
      expect(short(lines)).toEqual([">outer", ">inner", "<inner cancelled", "<outer", ".inner", ".outer"]);
    }
    expect(asked).toHaveLength(2);
  });

  it.each<[string, readonly string[], readonly Step[]]>([
    ["its only one", ["secret"], steps(said("sec"), turn, said("ret"))],
    ["both", ["secret", "secret"], steps(said("secret"), turn, said("secret", 1))],
  ])("fails when nothing of it has left, streamed or not: %s", async (_, texts, said) => {
    await start(guard);
    const n = texts.length;
    const streamed = await ask({ n }, { steps: [...said, stall] });
    const unstreamed = await ask({ n, streamed: false }, { steps: [whole(...texts)] });
    for (const { answer } of [...streamed, ...unstreamed]) {
      expect(answer).toMatchObject({ complete: true, code: "guardrail_blocked", chunks: [] });
    }
  });

  it("goes on while another choice is live", async () => {
    await start(guard);
    const both = steps(
      said("a secret"),
      turn,
      said("b ", 1),
      turn,
      said("more"),
      said("and on", 1),
      turn,
      finish(),
      finish(1),
      done,
    );
    for (const { answer, lines } of await ask({ n: 2 }, { steps: both })) {
      expect(answer).toMatchObject({ complete: true, code: undefined });
      expect(contents(answer)).toEqual(["a ", "b and on"]);
      expect(reasons(answer)).toEqual([contentFilter, stop]);
      expect(short(lines)).toEqual(good);
    }
  });
});

describe("upstream connections", () => {
  it("are used again after good ends, and none is kept busy by others", async () => {
    await start(guard);
    const before = upstream.connections;
    const good = { steps: [said("a"), finish(), done] };
    for (let i = 0; i < 20; i++) await ask({}, good);
    expect(upstream.connections - before).toBeLessThanOrEqual(2);
    const bad: readonly Script[] = [
      { steps: [said("a"), turn, cut] },
      { steps: [said("a secret"), stall] },
      { status: 500, steps: ["{}"] },
    ];
    for (const script of bad) for (let i = 0; i < 5; i++) await ask({}, script);
    for (let i = 0; i < 5; i++) await ask({ leaveAfter: 1 }, { steps: [said("a"), stall] });
    for (const streamed of [true, false]) for (let i = 0; i < 5; i++) await ask({ streamed }, { steps: [stall] }, true);
    await Promise.all(asked.map(({ closed }) => closed));
    expect(upstream.sockets.size).toBeLessThanOrEqual(2);
    for (const { answer } of await ask({}, good)) expect(contents(answer)).toEqual(["a"]);
  });
});
