import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CallLog } from "../../support/call-log.ts";
import { FakeUpstream, type Script, stall } from "../../support/fake-upstream.ts";
import { sse } from "../../support/recorded-replies.ts";
import { type RunningGateway, startGateway } from "../../support/running-gateway.ts";
import { openCall, questionOf, type Surface, surfaces, timeLimit, understand } from "../../support/surfaces.ts";
import { within } from "../../support/within.ts";

const boundMs = 20_000;
let upstream: FakeUpstream;
let gateway: RunningGateway;
const log = new CallLog();

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  gateway = await startGateway({ providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } } }, log);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const word = sse({ id: "x", choices: [{ index: 0, delta: { content: "one" } }] });

/** What a client with a time limit of a second sees of an upstream that falls silent. */
async function outcomeOf(surface: Surface, script: Script) {
  const id = `${surface.name} ${script.steps === undefined ? "silent" : "stalled"}`.replaceAll(" ", "-");
  const asked = upstream.nextFor(({ body }) => body.includes(`"${id}"`), script);
  const call = openCall(gateway.url, surface, { "x-request-id": id, ...timeLimit(surface, 1000) });
  call.end(questionOf(surface, "up/m", id));
  const request = await within(boundMs, "the upstream to be asked", asked);
  await within(boundMs, "the upstream to be closed", request.closed);
  expect(await within(boundMs, "the call to settle", log.outcome(id))).toBe("deadline_exceeded");
  return understand(surface, await within(boundMs, "the end of the reply", call.read()));
}

describe.concurrent.each(surfaces)("the client's time limit, $name,", (surface) => {
  const message = "the call took longer than the 1000 ms it was given";
  const status = surface.protocol === "rest" ? 504 : 4;

  it("ends a call whose upstream does not answer", async () => {
    const { error, ...rest } = await outcomeOf(surface, { before: new Promise(() => undefined) });
    expect(rest).toEqual({ text: "", finished: false });
    expect(error).toMatchObject({ code: "deadline_exceeded", message, status, retry: false });
  });

  it("ends a reply that does not go on", async () => {
    const { error, text, finished } = await outcomeOf(surface, { steps: [surface.streamed ? word : '{"id":', stall] });
    expect({ text, finished }).toEqual({ text: surface.streamed ? "one" : "", finished: false });
    expect(error).toMatchObject({ code: "deadline_exceeded", message });
    if (surface.streamed && surface.protocol === "rest")
      expect(error?.status).toBeUndefined(); // its 200 had been sent
    else expect(error).toMatchObject({ status, retry: false });
  });
});
