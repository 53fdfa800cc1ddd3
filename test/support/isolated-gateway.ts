import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect } from "vitest";
import type { Figures, Order } from "./isolated-gateway-process.ts";
import type { TestConfig } from "./running-gateway.ts";
import { within } from "./within.ts";
import { Witness } from "./witness.ts";

const mebi = 1024 * 1024;
const boundMs = 60_000;

/** What an attack may cost at the most. Default of what is left 4 MiB, of the others anything. */
interface Toll {
  /** Memory that is in use after it. */
  readonly left?: number;
  /** How much more memory the process has while it lasts. */
  readonly resident?: number;
  /** How long its event loop may compute in all, in milliseconds: unlike how late that is, it does not tell of a busy machine. */
  readonly cpuMs?: number;
}

/** A whole gateway in a process of its own, so that its memory and its event loop are its own, which tests attack. */
export class IsolatedGateway {
  readonly url: string;
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #ended: Promise<never>;

  private constructor(child: ChildProcess, ended: Promise<never>, port: number) {
    this.#process = child;
    this.#ended = ended;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts one that has answered a few calls, so that what it then takes in memory stays. */
  static async start(config: TestConfig = {}): Promise<IsolatedGateway> {
    const child = fork(join(import.meta.dirname, "isolated-gateway-process.ts"), { execArgv: ["-C", "source"] });
    const ended = once(child, "exit").then<never>(() => {
      throw new Error("the gateway's process has ended");
    });
    ended.catch(() => undefined); // told to who asks it something
    const [port = 0] = await Promise.race([ended, ask<number[]>(child, { start: config })]);
    const gateway = new IsolatedGateway(child, ended, port);
    await Witness.start(gateway.url).then((witness) => witness.stop());
    await gateway.figures("alone");
    return gateway;
  }

  /** What it takes now, or when nobody is connected any more. */
  figures(when: "now" | "alone"): Promise<Figures> {
    return within(boundMs, "its figures", Promise.race([this.#ended, ask<Figures>(this.#process, { figures: when })]));
  }

  /**
   * Runs an attack, which says what came of it; then no connection and no memory may be left, and every call of the witness must have
   * been answered. Prints a line.
   */
  async attack(name: string, run: () => Promise<string>, most: Toll = {}): Promise<void> {
    const { left = 4 * mebi, resident = Number.POSITIVE_INFINITY, cpuMs = Number.POSITIVE_INFINITY } = most;
    const before = await this.figures("alone");
    const witness = await Witness.start(this.url);
    let outcome = "";
    try {
      outcome = await run();
    } finally {
      await within(boundMs, "the witness", witness.stop());
    }
    const after = await this.figures("alone");
    const grown = after.used - before.used;
    const atMost = after.mostResident - before.resident;
    process.stdout.write(
      `${name}: ${outcome}; ${inMebi(after.received - before.received)} MiB taken; ${witness.calls} calls beside it, all answered; ` +
        `memory +${inMebi(grown)} MiB after, process +${inMebi(atMost)} MiB at most, buffers ${inMebi(after.mostBuffers)} MiB at most; ` +
        `event loop computed for ${after.cpuMs.toFixed(0)} ms, ${after.lagMs.toFixed(0)} ms late at most\n`,
    );
    expect(witness.calls, "calls of the witness").toBeGreaterThan(0);
    expect(grown, "memory that is left").toBeLessThan(left);
    expect(atMost, "memory of the process").toBeLessThan(resident);
    expect(after.cpuMs, "how long the event loop computed").toBeLessThan(cpuMs);
  }

  async close(): Promise<void> {
    this.#process.disconnect();
    await this.#ended.catch(() => undefined);
  }
}

async function ask<Answer>(child: ChildProcess, order: Order): Promise<Answer> {
  const answered = once(child, "message");
  child.send(order);
  const [answer] = await answered;
  return answer as Answer; // what the process sends for this order
}

function inMebi(bytes: number): string {
  return (bytes / mebi).toFixed(1);
}
