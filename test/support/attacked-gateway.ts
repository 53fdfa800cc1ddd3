import { expect } from "vitest";
import type { Log } from "../../src/chat/ports/log.ts";
import { OpenConnections } from "./open-connections.ts";
import { RawConnection } from "./raw-connection.ts";
import { type RunningGateway, startGateway, type TestConfig } from "./running-gateway.ts";
import { usedMemory } from "./used-memory.ts";
import { within } from "./within.ts";
import { Witness } from "./witness.ts";

const mebi = 1024 * 1024;
const boundMs = 60_000;

/** What is measured of an attack, beside what it says itself. */
interface Toll {
  /** The most that may be left in memory, in bytes. */
  readonly left?: number;
  /** The most buffers that may be in use while it lasts, in bytes. Default any. */
  readonly buffers?: number;
}

/** A whole gateway that tests attack while somebody else's calls go on. */
export class AttackedGateway {
  readonly url: string;
  readonly port: number;
  /** Of all listeners: the main ones, then the pages' (admin, metrics). */
  readonly ports: readonly number[];
  readonly #gateway: RunningGateway;
  readonly #clients: RawConnection[] = [];
  readonly #open: OpenConnections;

  private constructor(gateway: RunningGateway) {
    this.#gateway = gateway;
    this.url = gateway.url;
    this.port = gateway.port;
    this.ports = [...gateway.ports, ...gateway.pages.map((address) => Number(address.split(":").at(-1)))];
    this.#open = new OpenConnections(this.ports);
  }

  /** Starts one that has answered a few calls, so that what it then takes in memory stays. */
  static async start(config: TestConfig = {}, log?: Log): Promise<AttackedGateway> {
    // Gateway, attacker and witness share one event loop here, which is late when they are busy.
    const server = { overload: { eventLoopLag: "60s" }, ...config.server };
    const gateway = new AttackedGateway(await startGateway({ ...config, server }, log));
    await Witness.start(gateway.url).then((witness) => witness.stop());
    await gateway.#open.none();
    return gateway;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#open.count;
  }

  /** An attacker's connection to a listener. What it does not leave itself, the gateway has to end. */
  connect(listener = 0): RawConnection {
    const connection = new RawConnection(this.ports[listener] ?? 0);
    this.#clients.push(connection);
    return connection;
  }

  /**
   * Runs an attack, which says what came of it; then nothing of it may be left: no connection, no memory, and every call of the
   * witness must have been answered. Prints a line.
   */
  async attack(name: string, run: () => Promise<string>, { left = 4 * mebi, buffers }: Toll = {}): Promise<void> {
    const before = await usedMemory();
    const buffersBefore = process.memoryUsage().arrayBuffers;
    const witness = await Witness.start(this.url);
    let outcome = "";
    try {
      outcome = await run();
    } finally {
      await within(boundMs, "the witness", witness.stop());
    }
    await within(boundMs, "the end of all connections", this.#open.none());
    await this.#leave();
    const grown = (await usedMemory()) - before;
    const most = witness.mostBuffers - buffersBefore;
    process.stdout.write(
      `${name}: ${outcome}; ${this.connections} connections left; ${witness.calls} calls beside it, all answered; ` +
        `memory +${kibi(grown)} KiB after, buffers +${kibi(most)} KiB at most\n`,
    );
    expect(witness.calls, "calls of the witness").toBeGreaterThan(0);
    expect(grown, "memory that is left").toBeLessThan(left);
    if (buffers !== undefined) expect(most, "buffers in use").toBeLessThan(buffers);
  }

  async close(): Promise<void> {
    this.#open.close();
    await this.#gateway.close();
  }

  /** Has every attacker go, with all that it has received. */
  async #leave(): Promise<void> {
    const gone = this.#clients.splice(0).map((connection) => {
      connection.leave();
      return connection.closed;
    });
    await Promise.all(gone);
  }
}

function kibi(bytes: number): number {
  return Math.round(bytes / 1024);
}
