// The clients of `npm run overload`, in a process of their own: told a load by its parent, it offers that and answers with what came
// of it. Open loop: calls come at their rate, whether or not those before them have been answered. Three thousand connections are open
// before, as those of a load balancer are; who finds none idle opens another.
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { type CallKind, type Mix, mixes } from "./call-kinds.ts";
import { codeIn, type Outcome, ReplyReader } from "./reply-reader.ts";
import { Count, type Tally } from "./tally.ts";

/** A load: so many calls a second. */
export interface Load {
  readonly port: number;
  readonly mix: Mix;
  readonly seconds: number;
  readonly rate: number;
  /** How long answers are waited for after that, in seconds. */
  readonly patience: number;
}

const openBefore = 3000;
const mostConnections = 6000;
const healthRequest = Buffer.from("GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
const grpcPath = "/sluice.chat.v1.ChatCompletionService/CreateChatCompletion";

type Ended = (outcome: Outcome) => void;

/** Connections to one gateway. Each has one call at a time, but those of gRPC. */
class Connections {
  readonly port: number;
  readonly #idle: Connection[] = [];
  readonly #open = new Set<Connection>();
  #session: ClientHttp2Session | undefined;

  constructor(port: number) {
    this.port = port;
  }

  /** False: there are too many. */
  call(kind: CallKind, ended: Ended): boolean {
    if (kind.grpc) {
      this.#callGrpc(kind, ended);
      return true;
    }
    let connection = this.#idle.pop();
    if (connection === undefined) {
      if (this.#open.size >= mostConnections) return false;
      connection = this.#add();
    }
    connection.call(kind.bytes, ended);
    return true;
  }

  /** Opens what is missing of those that are to be open before a load; each has had an answer, so that it counts as idle. */
  async prepare(): Promise<void> {
    while (this.#open.size < openBefore) {
      const connection = this.#add();
      await new Promise<Outcome>((resolve) => connection.call(healthRequest, resolve));
    }
  }

  /** Closes what is still waiting for an answer. */
  giveUp(): void {
    for (const connection of this.#open) if (connection.busy) connection.close();
    this.#session?.destroy();
  }

  close(): void {
    for (const connection of this.#open) connection.close();
  }

  #add(): Connection {
    return new Connection(connect(this.port, "127.0.0.1"), this.#idle, this.#open);
  }

  #callGrpc(kind: CallKind, ended: Ended): void {
    if (this.#session === undefined || this.#session.closed || this.#session.destroyed) {
      this.#session = connectHttp2(`http://127.0.0.1:${this.port}`).on("error", () => undefined);
    }
    const stream = this.#session.request({
      ":method": "POST",
      ":path": grpcPath,
      "content-type": "application/grpc",
      te: "trailers",
    });
    let outcome: Outcome = { kind: "broken", how: "gRPC call without a status" };
    const judge = (headers: Readonly<Record<string, unknown>>) => {
      const status = headers["grpc-status"];
      if (status === undefined) return;
      const details = Buffer.from(String(headers["grpc-status-details-bin"] ?? ""), "base64").toString("latin1");
      if (status === "0") outcome = { kind: "answered" };
      else
        outcome = {
          kind: "refused",
          code: codeIn(details) ?? `grpc-status ${status}`,
          retryAfter: details.includes("google.rpc.RetryInfo"),
        };
    };
    stream
      .on("response", judge)
      .on("trailers", judge)
      .on("error", () => undefined);
    stream.on("close", () => ended(outcome));
    stream.resume().end(kind.bytes);
  }
}

/** One connection of HTTP/1.1. */
class Connection {
  readonly #socket: Socket;
  readonly #reader = new ReplyReader();
  #ended: Ended | undefined;

  constructor(socket: Socket, idle: Connection[], open: Set<Connection>) {
    this.#socket = socket;
    open.add(this);
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("data", (part) => {
      const outcome = this.#reader.push(part);
      if (outcome === undefined) return;
      this.#end(outcome);
      if (this.#reader.closes) socket.destroy();
      else idle.push(this);
    });
    socket.once("end", () => socket.destroy());
    socket.once("close", () => {
      open.delete(this);
      const at = idle.indexOf(this);
      if (at >= 0) idle.splice(at, 1);
      this.#end({ kind: "broken", how: "connection closed" });
    });
  }

  get busy(): boolean {
    return this.#ended !== undefined;
  }

  call(bytes: Buffer, ended: Ended): void {
    this.#ended = ended;
    this.#socket.write(bytes);
  }

  close(): void {
    this.#socket.destroy();
  }

  #end(outcome: Outcome): void {
    const ended = this.#ended;
    this.#ended = undefined;
    ended?.(outcome);
  }
}

let connections = new Connections(0);

/** Offers a load and waits for what comes of it. */
async function offer({ port, mix, seconds, rate, patience }: Load): Promise<Tally> {
  if (connections.port !== port) {
    connections.close();
    connections = new Connections(port);
  }
  await connections.prepare();
  const kinds = mixes[mix];
  const count = new Count(seconds);
  const lag = monitorEventLoopDelay({ resolution: 10 });
  lag.enable();
  const begun = performance.now();
  for (let now = begun; now < begun + seconds * 1000; now = performance.now()) {
    for (const due = ((now - begun) / 1000) * rate; count.offered < due; ) {
      const kind = kinds[count.offered++ % kinds.length] as CallKind; // there are some
      const offeredAt = performance.now();
      count.waiting += 1;
      const sent = connections.call(kind, (outcome) => count.ended(outcome, performance.now() - offeredAt, kind.ownMs));
      if (sent) continue;
      count.waiting -= 1;
      count.unconnected += 1;
    }
    await sleep(2);
  }
  lag.disable();
  const patientUntil = performance.now() + patience * 1000;
  while (count.waiting > 0 && performance.now() < patientUntil) await sleep(20);
  const tally = count.read(lag.percentile(99) / 1e6);
  connections.giveUp();
  return tally;
}

process.on("message", (load: Load) => void offer(load).then((tally) => process.send?.(tally)));
process.on("disconnect", () => process.exit());
