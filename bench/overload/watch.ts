import { setTimeout as sleep } from "node:timers/promises";
import { request } from "undici";
import type { BenchProcess } from "../processes.ts";

const everyMs = 2000;
const mebi = 1024 * 1024;

/** Looks every two seconds at a gateway that is loaded: its memory, its CPU, and whether it says that it is ready. */
export class Watch {
  readonly #gateway: BenchProcess;
  readonly #rssMiB: number[] = [];
  readonly #heapMiB: number[] = [];
  readonly #cores: number[] = [];
  readonly #readyMs: number[] = [];
  readonly #over: Promise<void>;
  #notReady = 0;
  #stopped = false;
  /** Whether it was ready when last asked. */
  readyNow = false;

  constructor(gateway: BenchProcess) {
    this.#gateway = gateway;
    this.#over = this.#look();
  }

  /** @returns lines for people. */
  async stop(): Promise<string[]> {
    this.#stopped = true;
    await this.#over;
    const rounded = (values: readonly number[]) => values.map((value) => value.toFixed(0)).join(" ");
    return [
      `resident MiB, every ${everyMs / 1000} s:       ${rounded(this.#rssMiB)}`,
      `heap and external MiB:       ${rounded(this.#heapMiB)}`,
      `CPU of the gateway, cores:   ${this.#cores.map((value) => value.toFixed(1)).join(" ")}`,
      `/readyz: ${this.#readyMs.length} times yes, ${this.#notReady} times no; the slowest yes ${Math.max(...this.#readyMs).toFixed(0)} ms`,
    ];
  }

  async #look(): Promise<void> {
    let [cpuUs, at] = [0, performance.now()];
    while (this.#gateway.alive && !this.#stopped) {
      await this.#askReadiness();
      try {
        const measured = await this.#gateway.measure();
        const now = performance.now();
        this.#rssMiB.push(measured.rssBytes / mebi);
        this.#heapMiB.push(measured.heapBytes / mebi);
        if (cpuUs > 0) this.#cores.push((measured.cpuUs - cpuUs) / 1000 / (now - at));
        [cpuUs, at] = [measured.cpuUs, now];
      } catch {
        return; // it has died: `alive` tells
      }
      await sleep(everyMs);
    }
    await this.#askReadiness();
  }

  async #askReadiness(): Promise<void> {
    const asked = performance.now();
    try {
      const { statusCode, body } = await request(`http://127.0.0.1:${this.#gateway.port}/readyz`, { headersTimeout: 5000 });
      await body.dump();
      this.readyNow = statusCode === 200;
    } catch {
      this.readyNow = false;
    }
    if (this.readyNow) this.#readyMs.push(performance.now() - asked);
    else this.#notReady += 1;
  }
}
