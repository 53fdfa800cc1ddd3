import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CallLog } from "../../support/call-log.ts";
import { FakeUpstream, Gate, type Script, type UpstreamRequest } from "../../support/fake-upstream.ts";
import { inParallel } from "../../support/in-parallel.ts";
import { recorded, recordedText, sse } from "../../support/recorded-replies.ts";
import { type RunningGateway, startGateway } from "../../support/running-gateway.ts";
import { openCall, questionOf, type Surface, surfaces, understand } from "../../support/surfaces.ts";
import type { WireCall } from "../../support/wire-call.ts";
import { within } from "../../support/within.ts";

const runs = 200;
const boundMs = 20_000;
let upstream: FakeUpstream;
let gateway: RunningGateway;
const log = new CallLog();
const counts: string[] = [];

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  gateway = await startGateway({ providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } } }, log);
});
afterEach(() => upstream.clear());
afterAll(async () => {
  process.stdout.write(`client gone, upstream closed before its next chunk:\n${counts.map((line) => `  ${line}\n`).join("")}`);
  await gateway.close();
  await upstream.close();
});

const word = (content: string, finish_reason: string | null = null) =>
  sse({ id: "x", choices: [{ index: 0, delta: { content }, finish_reason }] });
const [first, second] = [recorded.text.subarray(0, 200), recorded.text.subarray(200)];

/** When a client leaves: what the upstream has sent by then, before the chunk that it must not get out, and what the client has got. */
interface Moment {
  readonly name: string;
  script(surface: Surface, gate: Gate): Script;
  arrived?(call: WireCall, surface: Surface): Promise<void>;
}

const moments: readonly Moment[] = [
  { name: "before the reply", script: ({ streamed }, before) => ({ before, steps: [streamed ? word("one") : first] }) },
  {
    name: "in the reply",
    script: ({ streamed }, gate) => ({ steps: streamed ? [word("one"), gate, word("two", "stop")] : [first, gate, second] }),
    arrived: async (call, { streamed }) => {
      if (streamed) await call.until("one");
    },
  },
  {
    name: "after its last text",
    script: ({ streamed }, gate) => ({
      steps: streamed ? [word("one"), word("two", "stop"), gate, sse("[DONE]")] : [recorded.text, gate, "\n"],
    }),
    arrived: async (call, { streamed }) => {
      if (streamed) await call.until("two");
    },
  },
];

let question = 0;

/** Asks, so that this call's request can be told from all others upstream and in the log. */
function ask(surface: Surface, script: Script): { id: string; call: WireCall; asked: Promise<UpstreamRequest> } {
  const id = `question-${question++}.`;
  const asked = upstream.nextFor(({ body }) => body.includes(`"${id}"`), script);
  const call = openCall(gateway.url, surface, { "x-request-id": id }).end(questionOf(surface, "up/m", id));
  return { id, call, asked };
}

describe.each(surfaces)("$name", (surface) => {
  it.each(moments)("gone $name closes the upstream before its next chunk, every time", { timeout: 120_000 }, async (moment) => {
    let closed = 0;
    await inParallel(runs, async (at) => {
      const gate = new Gate();
      const { id, call, asked } = ask(surface, moment.script(surface, gate));
      const request = await within(boundMs, "the upstream to be asked", asked);
      await gate.reached;
      await moment.arrived?.(call, surface);
      const before = request.stepsWritten;
      call.leave(at % 2 === 0 ? "connection" : "stream");
      await within(boundMs, "the upstream to be closed", request.closed);
      gate.open();
      expect(await within(boundMs, "the call to settle", log.outcome(id))).toBe("cancelled");
      if (request.stepsWritten === before) closed++;
    });
    counts.push(`${surface.name.padEnd(28)}gone ${moment.name.padEnd(20)}${closed} of ${runs}`);
    expect(closed).toBe(runs);
  });

  it("gone after the reply disturbs nobody: it was a good call, and its upstream connection serves the next", async () => {
    const before = upstream.connections;
    await inParallel(runs, async () => {
      const { id, call } = ask(surface, { steps: [surface.streamed ? recorded.textStream : recorded.text] });
      const { text, finished } = understand(surface, await within(boundMs, "the reply", call.read()));
      call.leave();
      expect({ text, finished }).toEqual({ text: recordedText, finished: true });
      expect(await within(boundMs, "the call to settle", log.outcome(id))).toBe("ok");
    });
    expect(upstream.connections - before).toBeLessThanOrEqual(8); // as many as ran at once
  });

  it("gone while its request is still being sent never gets upstream", async () => {
    await inParallel(runs, async (at) => {
      const id = `question-${question++}.`;
      const call = openCall(gateway.url, surface, { "x-request-id": id, expect: "100-continue" });
      call.write(questionOf(surface, "up/m", id).subarray(0, 30));
      await within(boundMs, "the gateway to see the call", call.continued);
      call.leave(at % 2 === 0 ? "connection" : "stream");
      expect(await within(boundMs, "the call to settle", log.outcome(id))).toBe("cancelled");
    });
    expect(upstream.requests).toEqual([]);
  });
});

it("leaves nothing behind in the log", () => {
  expect(log.others).toEqual([]);
});
