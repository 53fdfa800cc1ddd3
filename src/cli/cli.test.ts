import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const main = join(import.meta.dirname, "..", "main.ts");
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as { version: string };
const open = "$" + "{";
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts the command in an empty folder, with nothing in the environment and no Ollama. */
function start(args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const env = { PATH: process.env.PATH ?? "", OLLAMA_HOST: "127.0.0.1:9", ...more };
  return spawn(process.execPath, ["-C", "source", main, ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
}

const run = (...args: string[]) => runWith({}, ...args);

async function runWith(env: NodeJS.ProcessEnv, ...args: string[]) {
  const child = start(args, env);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code, out, err };
}

describe("the command", () => {
  const cases: readonly (readonly [args: readonly string[], code: number, out: RegExp, err: RegExp])[] = [
    [["--version"], 0, new RegExp(`^${version.replaceAll(".", "\\.")}\n$`), /^$/],
    [["--help"], 0, /serve[\s\S]*check[\s\S]*describe[\s\S]*chat[\s\S]*Exit codes/, /^$/],
    [["chek"], 1, /^$/, /no command chek; did you mean check\?/],
    [["xyzzy"], 1, /^$/, /no command xyzzy(?!.*did you mean)/],
    [["init"], 0, /^$/, /^wrote sluice\.yaml; /],
    [["init"], 1, /^$/, /^sluice\.yaml is there already; --config names another file\n$/],
    [["init", "sidecar", "--config", "side.yaml"], 0, /^$/, /^wrote side\.yaml; /],
    [["init", "side-car", "--config", "x.yaml"], 1, /^$/, /no starter configuration side-car; did you mean sidecar\?/],
    [["init", "xyzzy", "--config", "x.yaml"], 1, /^$/, /there are [\w, -]*minimal/],
    [["check"], 0, /# sluice\.yaml\n[\s\S]*text/, /^$/],
    [["schema"], 0, /^\{\n {2}"title": "Configuration of Sluice",[\s\S]*\}\n$/, /^$/],
    [["health", "--url", "x:8080"], 1, /^$/, /--url: x:8080 is no http URL/],
    [["health", "--url", "http://127.0.0.1:9", "--socket", "/x"], 1, /^$/, /either --url or --socket/],
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
  it("prints what a good file resolves to, which is a good file, without its secrets", async () => {
    writeFileSync(join(folder, "my.mjs"), "export default ({ token }) => ({ name: 'my ' + token.length, processChunks() {} });");
    const lines = [
      "providers: { o: { type: openai, apiKey: canary-5512, baseUrl: 'http://127.0.0.1:9/v1' } }",
      "models: { best: { targets: [{ provider: o, model: m }] } }",
      `pipeline: { use: [{ ./my.mjs: { token: "${open}TOKEN}" } }, { literalGuard: { literals: [x], action: block } }] }`,
    ];
    writeFileSync(join(folder, "good.yaml"), lines.join("\n"));
    const first = await runWith({ TOKEN: "canary-9920" }, "check", "--config", "good.yaml");
    const err = "warning: what my 11 adds to a reply is not seen by literalGuard, which is inside it\n";
    expect(first).toEqual({
      code: 0,
      err,
      out: expect.stringMatching(/^# good.yaml\n# providers: demo, o\n# models: best, demo/),
    });
    expect(first.out).toContain('apiKey: "***"');
    expect(first.out).toContain("drainTimeout: 30s");
    expect(first.out).not.toContain("canary");
    writeFileSync(join(folder, "again.yaml"), first.out);
    const again = await runWith({ TOKEN: "canary-9920" }, "check", "--config", "again.yaml");
    expect(again).toEqual({ ...first, out: first.out.replace("good.yaml", "again.yaml") });
  });

  it("loads certificates", async () => {
    const lines = [
      "server:",
      "  listen:",
      "    - { address: 0.0.0.0:0, tls: { cert: good.yaml, key: none.pem } }",
      "    - { address: 0.0.0.0:0, tls: { cert: good.yaml, key: good.yaml } }",
    ];
    writeFileSync(join(folder, "good.yaml"), "no certificate");
    writeFileSync(join(folder, "tls.yaml"), lines.join("\n"));
    expect(await run("check", "--config", "tls.yaml")).toEqual({
      code: 1,
      out: "",
      err: "tls.yaml:3:58: server.listen[0].tls.key: there is no such file\ntls.yaml:4:34: server.listen[1].tls: good.yaml, good.yaml: not a usable pair of PEM files\n",
    });
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
