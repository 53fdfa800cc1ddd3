// `npm run test:pack`: packs the package, installs the tarball elsewhere with scripts off, and uses it as its users do on every Node that
// it is for: the command, the library from JavaScript and TypeScript, the test kit. Needs the registry, for those Nodes.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";

const root = dirname(import.meta.dirname);
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const scratch = mkdtempSync(join(tmpdir(), "sluice-pack-"));
const consumer = join(scratch, "consumer");
const run = promisify(execFile);

/** The oldest that is supported, the one of development, the newest; and one that is too old. */
const nodes = ["22.19.0", "24", "26"];
const tooOld = "20";

const program = `
import { create } from "@bufbuild/protobuf";
import { createGateway, GatewayError, loadConfig, logging, type Middleware, PipelineBuilder, promptTemplate } from "sluice";
import { ChatCompletionResponseSchema, FinishReason } from "sluice/gen/sluice/chat/v1/chat_completion_response_pb";
import { checkLaws, randomPieces } from "sluice/testing";

const watchdog: Middleware = {
  name: "watchdog",
  hold: true,
  onResponseUpdate(ctx, reply) {
    if (reply.windows.some((window) => window.text.includes("secret"))) ctx.haltWithError(new GatewayError("guardrail_blocked", "no"));
    return undefined;
  },
};
const templates = { greet: { "1": { messages: [{ role: "system" as const, content: "Hi {{ name }}" }] } } };
const pipeline = new PipelineBuilder().use(logging()).use(promptTemplate({ templates })).use(watchdog).build();
const reply = create(ChatCompletionResponseSchema, { choices: [{ message: { content: "a secret" }, finishReason: FinishReason.STOP }] });
const breaks = await checkLaws({ make: () => watchdog, reply, cut: randomPieces(1) });
const gateway = await createGateway(await loadConfig({ env: { SLUICE_LISTEN: "127.0.0.1:0", SLUICE_ADMIN: "off" } }));
const [listener] = await gateway.listen();
const response = await fetch(\`http://\${listener?.address}/v1/models\`);
await gateway.close(0);
console.log(response.status, breaks.length, pipeline.describe().split("\\n").length);
`;

async function install(folder: string, what: readonly string[], options: readonly string[] = []): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", allowScripts: { node: true } }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...options, ...what], { cwd: folder });
}

function equal(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
}

async function useOn(node: string): Promise<void> {
  const env = { PATH: `${dirname(node)}:/usr/bin:/bin`, OLLAMA_HOST: "127.0.0.1:9" };
  const sluice = (...args: string[]) => run(join(consumer, "node_modules/.bin/sluice"), args, { cwd: consumer, env });
  equal("--version", (await sluice("--version")).stdout, `${version}\n`);
  rmSync(join(consumer, "sluice.yaml"), { force: true });
  await sluice("init", "guardrails");
  equal("check", (await sluice("check")).stdout.split("\n")[0], "# sluice.yaml");
  equal("schema", JSON.parse((await sluice("schema")).stdout).title, "Configuration of Sluice");

  const serving = spawn(join(consumer, "node_modules/.bin/sluice"), ["serve", "--listen", "127.0.0.1:0", "--admin", "off"], {
    cwd: consumer,
    env: { ...env, SLUICE_SERVER__DRAIN_DELAY: "0s" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exit = once(serving, "exit");
  const log = text(serving.stdout);
  try {
    let banner = "";
    for await (const part of serving.stderr.iterator({ destroyOnReturn: false })) {
      banner += String(part);
      if (banner.includes("new OpenAI")) break;
    }
    serving.stderr.resume();
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(banner)?.[0] ?? "";
    equal("health", (await sluice("health", "--url", url)).stdout, '{"ready":true,"reasons":[]}\n');
    equal("chat", (await sluice("chat", "--url", url, "--model", "demo/echo", "of project heron")).stdout, "of [internal]\n");
    const body = JSON.stringify({ model: "demo/echo", messages: [{ role: "user", content: "hi" }] });
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    equal("REST", ((await answer.json()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content, "hi");
  } finally {
    serving.kill("SIGTERM");
  }
  equal("exit code", (await exit)[0], 0);
  equal("log", (await log).trim().split("\n").length, 6); // listening, what a guardrail did, two calls, draining, closed
  equal("library", (await run(node, ["out/program.js"], { cwd: consumer, env })).stdout, "200 0 3\n");
}

try {
  const packed = await run("npm", ["pack", "--json", "--pack-destination", scratch], { cwd: root, maxBuffer: 16 * 1024 * 1024 });
  const [{ filename, files, size } = { filename: "", files: [], size: 0 }] = JSON.parse(
    packed.stdout.slice(packed.stdout.indexOf("[")),
  ) as { filename: string; size: number; files: { path: string }[] }[];
  const strays = files
    .map(({ path }) => path)
    .filter(
      (path) =>
        !/^(dist\/.*\.(js|d\.ts)|proto\/sluice\/.*\.proto|examples\/config\/.*\.yaml|README\.md|LICENSE|package\.json)$/.test(
          path,
        ) || /test\.|fixture/.test(path),
    );
  equal("files that do not belong", strays.join(", "), "");
  console.log(`${filename}: ${files.length} files, ${Math.round(size / 1024)} KiB`);

  await install(consumer, [join(scratch, filename)], ["--ignore-scripts"]);
  symlinkSync(join(root, "node_modules/@types"), join(consumer, "node_modules/@types"));
  mkdirSync(join(consumer, "src"));
  writeFileSync(join(consumer, "src/program.ts"), program);
  const compilerOptions = {
    module: "nodenext",
    target: "es2024",
    lib: ["es2024", "esnext.collection"],
    strict: true,
    types: ["node"],
    rootDir: "src",
    outDir: "out",
  };
  writeFileSync(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["src"] }));
  const compiled = await run(join(root, "node_modules/.bin/tsc"), ["-p", consumer]).catch((error: { stdout: string }) => error);
  equal("tsc", compiled.stdout, "");
  console.log("TypeScript: compiles against the package's types, libraries checked too");

  for (const wanted of nodes) {
    const folder = join(scratch, `node-${wanted}`);
    await install(folder, [`node@${wanted}`]);
    const node = join(folder, "node_modules/node/bin/node");
    const started = performance.now();
    await useOn(node);
    const { stdout } = await run(node, ["--version"]);
    console.log(
      `Node ${stdout.trim()}: version, init, check, schema, serve, health, chat, REST, library, test kit: good, ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
  }

  await install(join(scratch, "old"), [`node@${tooOld}`]);
  const old = join(scratch, "old/node_modules/node/bin/node");
  const refused = await run(old, [join(consumer, "node_modules/sluice/dist/src/main.js")]).catch(
    (error: { code: number; stderr: string }) => error,
  );
  equal(
    "Node that is too old",
    "code" in refused ? `${refused.code} ${refused.stderr.replace(/this is .*/, "this is …")}` : "0",
    "2 sluice needs Node 22.19 or newer; this is …\n",
  );
  console.log(`Node ${tooOld}: refused in one line, exit code 2`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
