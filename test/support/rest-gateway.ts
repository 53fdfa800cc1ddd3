import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2, type OutgoingHttpHeaders } from "node:http2";
import { text } from "node:stream/consumers";
import type { BrowserGuardOptions } from "../../src/protocols/browser-guard.ts";
import { dispatch, type RpcHandler } from "../../src/protocols/dispatch.ts";
import type { HttpHandler } from "../../src/protocols/exchange.ts";
import { listen } from "../../src/protocols/listener/listener.ts";
import { Rest } from "../../src/protocols/openai/rest.ts";
import type { Readiness } from "../../src/protocols/ops/health-pages.ts";
import { ScriptedCalls } from "./scripted-calls.ts";

/** What a test changes of a {@link RestGateway}. */
export interface RestGatewayOptions {
  readonly maxRequestBytes?: number;
  readonly rpc?: RpcHandler;
  readonly readiness?: () => Readiness;
  readonly browser?: Partial<BrowserGuardOptions>;
  /** Sees every request before it is answered. */
  readonly watch?: HttpHandler;
}

/** An answer of either HTTP version. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** The protocols on a real port, in front of scripted calls. */
export interface RestGateway {
  readonly calls: ScriptedCalls;
  readonly url: string;
  readonly port: number;
  /** One HTTP/2 session to it. */
  http2(): ClientHttp2Session;
  /** Sends a request over HTTP/1.1 or 2 and reads the answer. */
  send(
    version: string,
    request: { method?: string; path: string; headers?: Record<string, string>; body?: string | Buffer },
  ): Promise<Answer>;
  /** Closes it; what runs is cut after `timeoutMs`, default at once. */
  close(timeoutMs?: number): Promise<void>;
}

const noRpc: RpcHandler = { match: () => false, handle: () => undefined };

/** Starts the protocols in front of scripted calls. */
export async function startRestGateway(options: RestGatewayOptions = {}): Promise<RestGateway> {
  const calls = new ScriptedCalls();
  const handler = dispatch({
    rest: new Rest({ calls, body: { maxBytes: options.maxRequestBytes ?? 1024 * 1024 } }),
    rpc: options.rpc ?? noRpc,
    readiness: options.readiness ?? (() => ({ ready: true, reasons: [] })),
    browser: () => ({ allowedHosts: [], origins: [], ...options.browser }),
  });
  const listener = await listen({ at: { host: "127.0.0.1", port: 0 } }, (request, response) => {
    options.watch?.(request, response);
    handler(request, response);
  });
  const url = `http://${listener.address}`;
  let session: ClientHttp2Session | undefined;
  const http2 = () => {
    // Large uploads in tests: what a client may hold of them is 10 MB by default.
    if (session === undefined || session.destroyed || session.closed)
      session = connectHttp2(url, { maxSessionMemory: 64 }).on("error", () => undefined);
    return session;
  };
  return {
    calls,
    url,
    port: Number(new URL(url).port),
    http2,
    send: (version, request) => (version === "2" ? sendHttp2(http2(), request) : sendHttp1(url, request)),
    async close(timeoutMs = 0) {
      session?.destroy();
      await listener.close(timeoutMs);
    },
  };
}

type Request = Parameters<RestGateway["send"]>[1];

async function sendHttp1(url: string, { method = "GET", path, headers = {}, body }: Request): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
  });
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

async function sendHttp2(session: ClientHttp2Session, { method = "GET", path, headers = {}, body }: Request): Promise<Answer> {
  const outgoing: OutgoingHttpHeaders = { ":method": method, ":path": path, ...headers };
  const stream = session.request(outgoing, { endStream: body === undefined });
  stream.end(body);
  const [{ ":status": status, ...rest }] = await once(stream, "response");
  return { status, headers: rest, body: await text(stream) };
}
