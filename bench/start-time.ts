import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { request } from "undici";
import { freePort } from "./processes.ts";
import { median } from "./statistics.ts";

/** From the start of the process to its first answer, in milliseconds. */
export interface StartTimes {
  /** `node -C source src/main.ts serve`, what `npm start` runs. */
  readonly sourceMs: number;
}

/** Starts the gateway several times and asks `demo/echo` until it answers. */
export async function startTimes(runs: number): Promise<StartTimes> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await startOnce());
  return { sourceMs: median(times) };
}

async function startOnce(): Promise<number> {
  const port = await freePort();
  const started = performance.now();
  const child = spawn(
    process.execPath,
    ["-C", "source", join(import.meta.dirname, "../src/main.ts"), "serve", "--listen", `127.0.0.1:${port}`, "--admin", "off"],
    {
      stdio: "ignore",
    },
  );
  try {
    for (;;) {
      const reply = await request(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"model":"demo/echo","messages":[{"role":"user","content":"hi"}]}',
      }).catch(() => undefined);
      if (reply?.statusCode === 200) {
        await reply.body.text();
        return performance.now() - started;
      }
      if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
}
