import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createAuthority, type TestAuthority, type TestCertificate } from "../../support/certificates.ts";
import { FakeUpstream, stall } from "../../support/fake-upstream.ts";
import { sse } from "../../support/recorded-replies.ts";
import { type ServeProcess, startServe } from "../../support/serve-process.ts";
import { openCall, questionOf, type Surface, surfaces, understand } from "../../support/surfaces.ts";
import type { WireCall } from "../../support/wire-call.ts";
import { within } from "../../support/within.ts";

const boundMs = 60_000;
let upstream: FakeUpstream;
let authority: TestAuthority;
let certificate: TestCertificate;
let gateway: ServeProcess;

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  authority = await createAuthority();
  certificate = await authority.issue("gateway.example");
});
afterEach(() => gateway.end());
afterAll(async () => {
  await authority.remove();
  await upstream.close();
});

const word = (content: string, finish_reason: string | null = null) =>
  sse({ id: "x", choices: [{ index: 0, delta: { content }, finish_reason }] });

/** A gateway on TCP, on a Unix socket and with TLS. */
function start(server: { readonly drainDelay: string; readonly drainTimeout: string }): Promise<ServeProcess> {
  return startServe((folder) => ({
    server: {
      listen: [
        "127.0.0.1:0",
        `unix:${folder}/sluice.sock`,
        { address: "127.0.0.1:0", tls: { cert: certificate.files.cert, key: certificate.files.key } },
      ],
      admin: "off",
      ...server,
    },
    providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } },
  }));
}

/** The listeners' URLs. */
function urlsOf({ urls }: ServeProcess): readonly string[] {
  const [tcp = "", unix = "", tls = ""] = urls;
  return [tcp, unix, tls.replace("http:", "https:")];
}

const streaming = surfaces.filter(({ streamed }) => streamed);

function ask(url: string, surface: Surface): WireCall {
  return openCall(url, surface).end(questionOf(surface, "up/m", "hi"));
}

async function readiness(url: string): Promise<number> {
  return (await fetch(`${url}/readyz`)).status;
}

/** Asks again until something is so. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  let stop = false;
  const asking = async () => {
    while (!stop && !(await isSo())) await new Promise((resolve) => setImmediate(resolve));
  };
  try {
    await within(boundMs, what, asking());
  } finally {
    stop = true;
  }
}

describe("SIGTERM", () => {
  it("cuts none of 100 running streams, on any protocol and listener, and ends with 0", async () => {
    gateway = await start({ drainDelay: "1s", drainTimeout: "60s" });
    const urls = urlsOf(gateway);
    const [tcp = ""] = urls;
    const release = Promise.withResolvers<void>();
    upstream.always({ steps: [word("one"), release.promise, word(" two", "stop"), sse("[DONE]")] });
    const calls = Array.from({ length: 100 }, (_, at) => {
      const surface = streaming[at % streaming.length] as Surface; // there are some
      return { surface, call: ask(urls[Math.floor(at / streaming.length) % urls.length] ?? "", surface) };
    });
    await within(boundMs, "the first words", Promise.all(calls.map(({ call }) => call.until("one"))));
    expect(await readiness(tcp)).toBe(200);

    gateway.signal("SIGTERM");
    expect(await within(boundMs, "the log", gateway.logged("draining"))).toMatchObject({ signal: "SIGTERM", running: 100 });
    expect(await readiness(tcp)).toBe(503);
    // Whoever has not heard yet is still served.
    upstream.next({ steps: [word("late", "stop"), sse("[DONE]")] });
    const [rest] = streaming;
    const late = ask(tcp, rest as Surface); // there is one
    expect(understand(rest as Surface, await late.read())).toMatchObject({ text: "late", finished: true });
    await until("refused connections", () =>
      readiness(tcp).then(
        () => false,
        () => true,
      ),
    );

    release.resolve();
    for (const { surface, call } of calls) {
      const outcome = understand(surface, await within(boundMs, surface.name, call.read()));
      expect(outcome, surface.name).toEqual({ text: "one two", finished: true, error: undefined });
    }
    expect(await within(boundMs, "the end", gateway.exit)).toBe(0);
  });

  it("cuts what has not finished in time, and tells its clients so", async () => {
    gateway = await start({ drainDelay: "0s", drainTimeout: "1s" });
    const urls = urlsOf(gateway);
    upstream.always({ steps: [word("one"), stall] });
    const calls = streaming.flatMap((surface) => urls.map((url) => ({ surface, call: ask(url, surface) })));
    await within(boundMs, "the first words", Promise.all(calls.map(({ call }) => call.until("one"))));
    gateway.signal("SIGTERM");
    for (const { surface, call } of calls) {
      const outcome = understand(surface, await within(boundMs, surface.name, call.read()));
      expect(outcome, surface.name).toMatchObject({ text: "one", finished: false, error: { code: "draining" } });
    }
    expect(await within(boundMs, "the end", gateway.exit)).toBe(0);
  });

  it("refuses a new call on an old connection with an error that says to try again", async () => {
    gateway = await start({ drainDelay: "0s", drainTimeout: "60s" });
    const [tcp = ""] = urlsOf(gateway);
    const release = Promise.withResolvers<void>();
    upstream.always({ steps: [word("one"), release.promise, word(" two", "stop"), sse("[DONE]")] });
    const socket = connect(Number(new URL(tcp).port), "127.0.0.1").setEncoding("utf8");
    let received = "";
    const first = Promise.withResolvers<void>();
    socket.on("data", (part: string) => {
      received += part;
      if (received.includes("one")) first.resolve();
    });
    const body = '{"model":"up/m","stream":true,"messages":[{"role":"user","content":"hi"}]}';
    const question = `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    socket.write(question);
    await within(boundMs, "the first word", first.promise);

    gateway.signal("SIGTERM");
    await until("refused connections", () =>
      readiness(tcp).then(
        () => false,
        () => true,
      ),
    );
    socket.write(question);
    release.resolve();
    await within(boundMs, "the end of the connection", once(socket, "close"));
    const [stream = "", refusal = ""] = received.split("data: [DONE]\n\n");
    expect(stream).toContain(" two");
    expect(refusal).toContain("HTTP/1.1 503 ");
    expect(refusal).toMatch(/\r\nretry-after: 1\r\n/i);
    expect(refusal).toMatch(/\r\nx-should-retry: true\r\n/i);
    expect(refusal).toContain('"code":"draining"');
    expect(await within(boundMs, "the end", gateway.exit)).toBe(0);
  });

  it("ends at once at the second signal", async () => {
    gateway = await start({ drainDelay: "60s", drainTimeout: "60s" });
    gateway.signal("SIGTERM");
    await within(boundMs, "the log", gateway.logged("draining"));
    gateway.signal("SIGTERM");
    expect(await within(boundMs, "the end", gateway.exit)).toBe(2);
  });
});
