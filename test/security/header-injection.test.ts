import { connect } from "node:http2";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AttackedGateway } from "../support/attacked-gateway.ts";
import { FakeUpstream } from "../support/fake-upstream.ts";
import { http1Reply, http2Reply, type RawReply } from "../support/raw-reply.ts";
import { sse } from "../support/recorded-replies.ts";
import { startServe } from "../support/serve-process.ts";
import { openCall, pathOf, questionOf, type Surface, surfaces, understand } from "../support/surfaces.ts";
import { within } from "../support/within.ts";

const boundMs = 30_000;
const origin = "https://app.example.com";
let upstream: FakeUpstream;
let gateway: AttackedGateway;
beforeAll(async () => {
  upstream = await FakeUpstream.start();
  upstream.always(({ body }) => {
    const choice = { index: 0, finish_reason: "stop" };
    return body.includes('"stream":true')
      ? { steps: [sse({ id: "x", choices: [{ ...choice, delta: { content: "hi" } }] }), sse("[DONE]")] }
      : { steps: [JSON.stringify({ id: "x", choices: [{ ...choice, message: { role: "assistant", content: "hi" } }] })] };
  });
  gateway = await AttackedGateway.start({
    server: { cors: { origins: [origin] } },
    providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl, forwardMetadata: true } },
    pipeline: { use: ["logging"] },
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

/** What would begin a field, a reply or something else of its own, if it went out as it came in. */
const payloads = [
  "a\r\nx-injected: 1",
  "a\nx-injected: 1",
  "a\rx-injected: 1",
  "a\r\n\r\nHTTP/1.1 200 OK\r\nx-injected: 1\r\n\r\n",
  "a\r\n x-injected: 1", // a folded line
  "a\0x-injected: 1",
  "a\x0bx-injected: 1",
  "a\x7fx-injected: 1",
  "a\u00e9\u00ff", // obs-text (RFC 9110, section 5.5)
  "a\u0085x-injected: 1", // the next line of ISO 8859-1
  "a%0d%0ax-injected: 1",
  "a\\r\\nx-injected: 1",
  'a","x-injected":"1',
  "a<script>x-injected</script>",
  "a, b; x-injected=1",
];
/** The same for texts: two of these letters become CR and LF where they are cut to a byte, others end lines elsewhere. */
const texts = [...payloads, "a\u010d\u010ax-injected: 1", "a\u2028x-injected: 1", "a\u{1f600}x-injected: 1", "a\ud800"];

/** All fields that the gateway reads, and some that others do. */
const fields = [
  "x-request-id",
  "traceparent",
  "tracestate",
  "baggage",
  "host",
  "origin",
  "access-control-request-method",
  "access-control-request-headers",
  "content-type",
  "content-encoding",
  "accept",
  "accept-encoding",
  "authorization",
  "cookie",
  "user-agent",
  "te",
  "grpc-timeout",
  "grpc-encoding",
  "grpc-accept-encoding",
  "connect-timeout-ms",
  "connect-protocol-version",
  "connect-content-encoding",
  "x-request-timeout-ms",
  "x-forwarded-for",
  "x-forwarded-host",
  "sluice-outcome",
];

/** What is wrong with a reply, if anything. */
function faultOf({ fields, body }: Pick<RawReply, "fields" | "body">): string | undefined {
  for (const [name, value] of fields) {
    if (!/^[a-z0-9-]+$/.test(name) || name.includes("injected")) return `the field ${JSON.stringify(name)}`;
    if (!/^[\x20-\x7e]*$/.test(value)) return `the value ${JSON.stringify(value)} of ${name}`;
  }
  if (/[\r\n]\s*x-injected/.test(body)) return `the body ${JSON.stringify(body)}`;
  return undefined;
}

const statuses = (seen: ReadonlySet<number>) => [...seen].sort((a, b) => a - b).join(", ");
/** Every protocol and version, streamed or not. */
const each: readonly (Surface | "preflight")[] = [
  ...surfaces.filter(({ protocol, version, streamed }) => streamed === !(protocol === "connect" && version === "1.1")),
  "preflight",
];

/** A request of a surface, or a preflight, as fields and a body. */
function requestOf(surface: Surface | "preflight"): {
  method: string;
  path: string;
  about: Record<string, string>;
  body: string;
} {
  if (surface === "preflight") {
    const about = { origin, "access-control-request-method": "POST" };
    return { method: "OPTIONS", path: "/v1/chat/completions", about, body: "" };
  }
  const body = questionOf(surface, "demo/echo", "hi").toString("latin1");
  return { method: "POST", path: pathOf(surface), about: { "content-type": surface.contentType }, body };
}

it("no field of a request comes back as more than a field, on any protocol", async () => {
  await gateway.attack(`${payloads.length} values of ${fields.length} fields`, async () => {
    const faults: string[] = [];
    const seen = new Set<number>();
    const session = connect(gateway.url);
    let count = 0;
    for (const surface of each) {
      const { method, path, about, body } = requestOf(surface);
      const version = surface === "preflight" ? undefined : surface.version;
      const ask = (name: string, payload: string): Promise<RawReply>[] => {
        const all = { host: "localhost", ...about, [name]: payload };
        const replies: Promise<RawReply>[] = [];
        if (version !== "2") {
          const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
          const head = `${method} ${path} HTTP/1.1\r\n${lines.join("")}connection: close\r\ncontent-length: ${body.length}\r\n\r\n`;
          replies.push(http1Reply(gateway.connect().write(head + body)));
        }
        if (version !== "1.1" && !payload.includes("\0") && name !== "te") {
          // Node's client writes values as they are, except NUL, which it takes for their end.
          const { host, ...others } = all;
          replies.push(http2Reply(session, { ":method": method, ":path": path, ":authority": host, ...others }, body));
        }
        return replies;
      };
      for (const name of fields) {
        const replies = payloads.flatMap((payload) => ask(name, payload).map(async (reply) => [payload, await reply] as const));
        for (const [payload, reply] of await within(boundMs, name, Promise.all(replies))) {
          count += 1;
          seen.add(reply.status);
          const fault = faultOf(reply);
          if (fault !== undefined) faults.push(`${JSON.stringify(surface)} ${name} ${JSON.stringify(payload)}: ${fault}`);
        }
      }
    }
    session.close();
    expect(faults).toEqual([]);
    return `${count} replies with the statuses ${statuses(seen)}, nothing injected`;
  });
});

it("the name of a model comes back escaped, in errors and in the route", async () => {
  await gateway.attack(`${texts.length} names of models, on ${surfaces.length} surfaces`, async () => {
    const faults: string[] = [];
    let count = 0;
    for (const surface of surfaces) {
      for (const text of texts) {
        for (const model of [text, `up/${text}`]) {
          const what = `${surface.name} ${JSON.stringify(model)}`;
          const call = openCall(gateway.url, surface).end(questionOf(surface, model, "hi"));
          const reply = await within(boundMs, what, call.read());
          count += 1;
          const all = reply.body.toString("latin1");
          // In a binary message a text is as it is, in what follows it is not.
          const body = surface.contentType.endsWith("json") ? all : all.slice(all.indexOf("grpc-status:") >>> 0);
          const fault = faultOf({ fields: [...reply.headers, ...reply.trailers], body });
          if (fault !== undefined) faults.push(`${what}: ${fault}`);
          const { text: said, error } = understand(surface, reply);
          if (model === text) {
            expect(error, what).toMatchObject({ code: text.isWellFormed() ? "model_not_found" : expect.any(String) });
            if (text.isWellFormed()) expect(error?.message, what).toContain(text.slice(0, 100));
          } else if (error === undefined) {
            expect(said, what).toBe("hi");
            const asked = JSON.parse((await upstream.request()).body.toString()) as { model: string };
            expect(asked.model.toWellFormed(), what).toBe(text.toWellFormed());
          } else expect(error.code, what).toBe("invalid_request");
        }
      }
    }
    upstream.clear();
    expect(faults).toEqual([]);
    return `${count} replies, nothing injected`;
  });
});

it("what is logged stays on its line", async () => {
  const serve = await startServe(() => ({
    server: { listen: ["127.0.0.1:0"], admin: "off" },
    pipeline: { use: [{ logging: { bodies: true } }] },
    log: { level: "debug" },
  }));
  const [url = ""] = serve.urls;
  let asked = 0;
  try {
    for (const text of texts.filter((text) => text.isWellFormed())) {
      for (const surface of surfaces.filter(({ version }) => version === "1.1")) {
        const call = openCall(url, surface, { "x-request-id": "%0a\u00ff", "user-agent": "a\u00ff" });
        await within(boundMs, text, call.end(questionOf(surface, `demo/${text}`, text)).read());
        asked += 1;
      }
    }
    serve.signal("SIGINT");
    expect(await within(boundMs, "the end", serve.exit)).toBe(0);
    const calls = serve.log.filter(({ msg }) => msg === "call"); // every line was JSON, or it would have thrown
    expect(calls).toHaveLength(asked);
    for (const { request_id, call_id } of calls) expect(request_id).toBe(call_id);
    expect(serve.log.filter((line) => "x-injected" in line)).toEqual([]);
  } finally {
    await serve.end();
  }
});
