import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const main = join(import.meta.dirname, "..", "main.ts");
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as { version: string };
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts the command in an empty folder, with nothing in the environment and no Ollama. */
function start(args: readonly string[]) {
  const env = { PATH: process.env.PATH ?? "", OLLAMA_HOST: "127.0.0.1:9" };
  return spawn(process.execPath, ["-C", "source", main, ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
}

async function run(...args: string[]) {
  const child = start(args);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code, out, err };
}

describe("the command", () => {
  const cases: readonly (readonly [args: readonly string[], code: number, out: RegExp, err: RegExp])[] = [
    [["--version"], 0, new RegExp(`^${version.replaceAll(".", "\\.")}\n$`), /^$/],
    [["--help"], 0, /serve[\s\S]*check[\s\S]*describe[\s\S]*chat[\s\S]*Exit codes/, /^$/],
    [["chek"], 1, /^$/, /no command chek; did you mean check\?/],
    [["xyzzy"], 1, /^$/, /no command xyzzy(?!.*did you mean)/],
    [["init"], 1, /^$/, /init: not in this version/],
    [["keys", "create"], 1, /^$/, /keys: not in this version/],
    [["serve", "--nope"], 1, /^$/, /--nope/],
    [["check", "--config", "none.yaml"], 1, /^$/, /^none\.yaml: there is no such file\n$/],
    [["chat"], 1, /^$/, /say what to ask/],
    [["chat", "--url", "http://127.0.0.1:9", "hi"], 2, /^$/, /./],
    [["describe"], 0, /1\. logging: level 0/, /^$/],
  ];
  for (const [args, code, out, err] of cases) {
    it(`sluice ${args.join(" ")} ends with ${code}`, async () => {
      const ended = await run(...args);
      expect(ended).toEqual({ code, out: expect.stringMatching(out), err: expect.stringMatching(err) });
    });
  }
});

describe("sluice check", () => {
  it("prints what a good file resolves to, without its secrets", async () => {
    writeFileSync(join(folder, "good.yaml"), "providers:\n  o: { type: openai, apiKey: canary-5512 }\n");
    const { code, out, err } = await run("check", "--config", "good.yaml");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain('apiKey: "***"');
    expect(out).toContain("drainTimeout: 30000");
    expect(out).not.toContain("canary");
  });

  it("says where a bad file is wrong", async () => {
    writeFileSync(join(folder, "bad.yaml"), "server:\n  drainTimout: 1s\nlog: { level: loud }\n");
    expect(await run("check", "--config", "bad.yaml")).toEqual({
      code: 1,
      out: "",
      err: "bad.yaml:2:3: server.drainTimout: is not a known key; did you mean `drainTimeout`?\nbad.yaml:3:15: log.level: must be one of debug, info, warn, error, silent\n",
    });
  });

  it("finds a target whose provider is not there", async () => {
    writeFileSync(join(folder, "target.yaml"), "models:\n  m: { targets: [{ provider: demp, model: echo }] }\n");
    const { code, err } = await run("check", "--config", "target.yaml");
    expect({ code, err }).toEqual({
      code: 1,
      err: "target.yaml:2:30: models.m.targets[0].provider: there is no provider demp; did you mean demo?\n",
    });
  });
});
