import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FakeUpstream } from "../support/fake-upstream.ts";
import { sse } from "../support/recorded-replies.ts";
import { Relay } from "../support/relay.ts";
import { type RunningGateway, startGateway } from "../support/running-gateway.ts";
import { openCall, questionOf, type Surface, surfaces, understand } from "../support/surfaces.ts";
import { within } from "../support/within.ts";

const boundMs = 20_000;
let upstream: FakeUpstream;
/** Its providers: itself, and the second gateway. */
let first: RunningGateway;
/** Its providers: the first gateway, and an upstream. */
let second: RunningGateway;
let toFirst: Relay;

const compatible = (url: string) => ({ type: "openai-compatible", baseUrl: `${url}/v1` }) as const;

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  toFirst = await Relay.start();
  second = await startGateway({ providers: { back: compatible(toFirst.url), up: compatible(upstream.origin) } });
  first = await startGateway({ providers: { self: compatible(toFirst.url), second: compatible(second.url) } });
  toFirst.target = first.port;
});
afterEach(() => upstream.clear());
afterAll(async () => {
  await Promise.all([first.close(), second.close()]);
  await Promise.all([toFirst.close(), upstream.close()]);
});

async function ask(surface: Surface, model: string, headers: Record<string, string> = {}) {
  const call = openCall(first.url, surface, headers).end(questionOf(surface, model, "hi"));
  return understand(surface, await within(boundMs, "the reply", call.read()));
}

/** How `loop_detected` is told: to OpenAI's clients as HTTP does, to others as gRPC's FAILED_PRECONDITION. */
const loop = ({ protocol }: Surface) => ({ code: "loop_detected", status: protocol === "rest" ? 508 : 9, retry: false });

describe.each(surfaces)("over $name", (surface) => {
  it("a gateway that asks itself is stopped at its second turn", async () => {
    expect((await ask(surface, "self/demo/echo")).error).toMatchObject(loop(surface));
  });

  it("so are two gateways that ask each other", async () => {
    expect((await ask(surface, "second/back/demo/echo")).error).toMatchObject(loop(surface));
  });

  it("a request that names the gateway is refused before its body", async () => {
    upstream.next({ status: 500 });
    await ask(surface, "second/up/m");
    const { headers } = await upstream.request();
    const call = openCall(first.url, surface, { via: `1.0 x, ${headers.via}` });
    call.write(Buffer.alloc(1));
    const { status } = await within(boundMs, "the head", call.head());
    expect(status).toBe(surface.protocol === "rest" ? 508 : surface.protocol === "connect" && !surface.streamed ? 400 : 200);
    call.leave();
  });
});

it("a chain of gateways is no loop, and each of them is named", async () => {
  const [surface] = surfaces;
  if (surface === undefined) return expect.unreachable();
  upstream.next({
    steps: [sse({ id: "x", choices: [{ index: 0, delta: { content: "hi" }, finish_reason: "stop" }] }), sse("[DONE]")],
  });
  const outcome = await ask(surface, "second/up/m", { via: "1.1 internal-proxy.example (secret)" });
  expect(outcome).toMatchObject({ text: "hi", finished: true });
  const { via = "" } = (await upstream.request()).headers;
  expect(via).toMatch(/^1\.1 sluice-[\da-f]{16}, 1\.1 sluice-[\da-f]{16}$/);
  expect(new Set(via.split(", ")).size).toBe(2);
});

it("the list of models, too, is refused", async () => {
  upstream.next({ status: 500 });
  const [surface] = surfaces;
  if (surface === undefined) return expect.unreachable();
  await ask(surface, "second/up/m");
  const via = (await upstream.request()).headers.via ?? "";
  expect((await fetch(`${first.url}/v1/models`, { headers: { via } })).status).toBe(508);
});
