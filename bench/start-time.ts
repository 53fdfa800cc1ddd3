import { request } from "undici";
import { startDemo } from "./processes.ts";
import { median } from "./statistics.ts";

/** Milliseconds from the start of the command to its first answer: the median of several starts. */
export async function startTime(entry: "built" | "source", runs: number): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    const sluice = await startDemo(entry);
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
