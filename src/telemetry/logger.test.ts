import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";

/** Starts a process that has a `log` and does this. */
function start(code: string) {
  const logger = JSON.stringify(join(import.meta.dirname, "logger.ts"));
  const setUp = `import { createLogger } from ${logger}; const log = await createLogger({ level: "info", pretty: false });`;
  const args = ["-C", "source", "--input-type=module", "-e", `${setUp}\n${code}`];
  return spawn(process.execPath, args, { stdio: ["pipe", "pipe", "ignore"] });
}

/** The `n` of each line. */
function numbers(lines: string): number[] {
  return lines.split("\n").flatMap((line) => (line === "" ? [] : [(JSON.parse(line) as { n: number }).n]));
}

describe("the log", () => {
  it.each([
    ["exits", 100, "process.exit(3);"],
    ["fails", 100, "setTimeout(() => { throw new Error(); });"],
    ["has nothing more to do", 5000, ""],
    ["says more at its end", 5000, 'process.on("exit", () => { log.info({ n: 5000 }, "last"); });'],
  ])("has every line, in order, of a process that %s", async (_how, count, end) => {
    const child = start(`for (let n = 0; n < ${count}; n++) log.info({ n }, "é line");\n${end}`);
    const lines = numbers(await text(child.stdout));
    expect(lines).toEqual(Array.from({ length: end.includes("last") ? count + 1 : count }, (_, n) => n));
  });

  it("writes a line by itself while the process goes on", async () => {
    const child = start('process.stdin.resume(); log.info({ n: 1 }, "alone");');
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    expect(numbers(line.toString())).toEqual([1]);
    child.kill();
    await once(child, "exit");
  });
});
