import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate } from "node:timers/promises";

/** Closes the connection in the middle of the reply. */
export const cut: unique symbol = Symbol("cut");
/** Resets the connection in the middle of the reply. */
export const reset: unique symbol = Symbol("reset");
/** Sends nothing more and keeps the connection. */
export const stall: unique symbol = Symbol("stall");
/** Lets everybody else have a turn, so that what is written before and after comes in separate reads. */
export const turn: unique symbol = Symbol("turn");

/** A place in a reply where the upstream waits until the test lets it go on. */
export class Gate {
  readonly #reached = Promise.withResolvers<void>();
  readonly #opened = Promise.withResolvers<void>();

  /** Resolves when the upstream waits here. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  open(): void {
    this.#opened.resolve();
  }

  /** Waits here: the upstream's side. */
  pass(): Promise<void> {
    this.#reached.resolve();
    return this.#opened.promise;
  }
}

/** Bytes to write, something to wait for before going on, or an end of another kind than a good one. */
export type Step = string | Buffer | Promise<unknown> | Gate | typeof cut | typeof reset | typeof stall | typeof turn;

/** What the upstream answers to one request. */
export interface Script {
  /** Default 200. */
  readonly status?: number;
  /** Default: a stream's content type when the request asks for one, else JSON's. Null takes it away. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** Waits for this before the headers. */
  readonly before?: Promise<unknown> | Gate;
  /** The body, step by step. */
  readonly steps?: readonly Step[];
  /** Whether the steps are the whole HTTP reply, headers and framing included. */
  readonly raw?: boolean;
}

/** A request the upstream has got. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** Which connection it came on, counted from 0. */
  readonly connection: number;
  /** Resolves when the reply is over or its connection is closed. */
  readonly closed: Promise<void>;
  /** How many steps have been written. */
  readonly stepsWritten: number;
  /** Bytes of the reply's steps that the operating system has taken. */
  readonly bytesTaken: number;
}

interface Planned {
  readonly script: Script;
  readonly fits: (request: UpstreamRequest) => boolean;
  readonly taken?: (request: UpstreamRequest) => void;
}

class Exchange implements UpstreamRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  readonly connection: number;
  readonly closed: Promise<void>;
  stepsWritten = 0;
  readonly #socket: Socket;
  readonly #written: number;

  constructor(request: IncomingMessage, body: Buffer, connection: number, response: ServerResponse) {
    this.method = request.method ?? "";
    this.path = request.url ?? "";
    this.headers = request.headers;
    this.body = body;
    this.connection = connection;
    this.#socket = request.socket;
    this.#written = request.socket.bytesWritten;
    this.closed = new Promise((resolve) => response.once("close", () => resolve()));
  }

  get bytesTaken(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength - this.#written;
  }
}

/** A real HTTP server on a free port that answers by script, one script a request, and records what it was asked. */
export class FakeUpstream {
  readonly requests: UpstreamRequest[] = [];
  /** The connections that are open now. */
  readonly sockets: Set<Socket> = new Set();
  readonly #server: Server;
  #scripts: Planned[] = [];
  #default: Script | ((request: UpstreamRequest) => Script) | undefined;
  #taken = 0;
  #connections = 0;
  #arrived = Promise.withResolvers<void>();

  private constructor() {
    const numbers = new WeakMap<Socket, number>();
    this.#server = createServer((request, response) => void this.#serve(request, response, numbers.get(request.socket) ?? -1));
    this.#server.on("connection", (socket) => {
      numbers.set(socket, this.#connections++);
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
      socket.on("error", () => socket.destroy()); // a client that goes is no fault of the test's
    });
  }

  static async start(): Promise<FakeUpstream> {
    const upstream = new FakeUpstream();
    upstream.#server.listen(0, "127.0.0.1");
    await once(upstream.#server, "listening");
    return upstream;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // it listens on TCP
  }

  /** Where its OpenAI API is: a provider's `baseUrl`. */
  get baseUrl(): string {
    return `${this.origin}/v1`;
  }

  /** How many connections have ever been opened to it. */
  get connections(): number {
    return this.#connections;
  }

  /** Answers the next requests with these scripts, in order. */
  next(...scripts: Script[]): void {
    this.#scripts.push(...scripts.map((script) => ({ script, fits: () => true })));
  }

  /** Answers the next request that fits with this script, and gives it as soon as it has come whole. */
  nextFor(fits: (request: UpstreamRequest) => boolean, script: Script): Promise<UpstreamRequest> {
    return new Promise((taken) => this.#scripts.push({ script, fits, taken }));
  }

  /** Answers every request without a script of its own with this one, or with what it makes of the request. */
  always(script: Script | ((request: UpstreamRequest) => Script)): void {
    this.#default = script;
  }

  /** The next request that nobody has taken, as soon as it has come whole. */
  async request(): Promise<UpstreamRequest> {
    for (;;) {
      const request = this.requests[this.#taken];
      if (request !== undefined) {
        this.#taken++;
        return request;
      }
      await this.#arrived.promise;
    }
  }

  /** Forgets scripts and requests. */
  clear(): void {
    this.#scripts = [];
    this.#default = undefined;
    this.requests.length = 0;
    this.#taken = 0;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse, connection: number): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer); // no encoding is set
    const exchange = new Exchange(request, Buffer.concat(parts), connection, response);
    const planned = this.#scripts.findIndex(({ fits }) => fits(exchange));
    const [plan] = planned < 0 ? [] : this.#scripts.splice(planned, 1);
    const otherwise = typeof this.#default === "function" ? this.#default(exchange) : this.#default;
    const script = planned < 0 ? otherwise : plan?.script;
    plan?.taken?.(exchange);
    this.requests.push(exchange);
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
    if (script === undefined) response.writeHead(599).end("the test has no script for this request");
    else await play(script, exchange, response, request.socket);
  }
}

async function play(script: Script, exchange: Exchange, response: ServerResponse, socket: Socket): Promise<void> {
  await (script.before instanceof Gate ? script.before.pass() : script.before);
  if (socket.destroyed) return;
  const streamed = /"stream":\s*true/.test(exchange.body.toString());
  const type = streamed && (script.status ?? 200) === 200 ? "text/event-stream" : "application/json";
  if (script.raw !== true) {
    const headers = Object.entries({ "content-type": type, ...script.headers }).filter(([, value]) => value !== null);
    response.writeHead(script.status ?? 200, headers as [string, string][]); // nulls are gone
    response.flushHeaders();
  }
  const sink = script.raw === true ? socket : response;
  for (const step of script.steps ?? []) {
    if (socket.destroyed) return;
    if (step === stall) return;
    if (step === cut) return void socket.destroySoon();
    if (step === reset) return void socket.resetAndDestroy();
    if (step === turn) await setImmediate();
    else if (step instanceof Gate) await step.pass();
    else if (step instanceof Promise) await step;
    else {
      const flowing = sink.write(step);
      exchange.stepsWritten++;
      if (!flowing) await Promise.race([once(sink, "drain"), exchange.closed]);
    }
  }
  if (script.raw === true) socket.end();
  else response.end();
}
