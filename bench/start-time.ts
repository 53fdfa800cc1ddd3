import { request } from "undici";
import { startDemo } from "./processes.ts";
import { median } from "./statistics.ts";

/** Milliseconds from the start of `node -C source src/main.ts serve`, which `npm start` runs, to its first answer: the median of several starts. */
export async function startTime(runs: number): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    const sluice = await startDemo();
    const reply = await request(`http://127.0.0.1:${sluice.port}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"model":"demo/echo","messages":[{"role":"user","content":"hi"}]}',
    });
    await reply.body.text();
    times.push(performance.now() - started);
    await sluice.stop();
    if (reply.statusCode !== 200) throw new Error(`the first answer was ${reply.statusCode}`);
  }
  return median(times);
}
