// Runs every command of docs/clients.md, section by section, against a gateway on a free port, and prints what each prints. Fails when
// a command does, or when what it printed is not what is expected of its section. Needs bash, curl, Go and Python.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createGateway, loadConfig } from "../src/index.ts";

const root = dirname(import.meta.dirname);
const documentedAddress = "127.0.0.1:8080";

const refused = /refused: .*model_not_found/;
/** What the commands of each section print, whatever else they print. */
const expected: Readonly<Record<string, readonly RegExp[]>> = {
  curl: [
    /"content":"Hello from curl"/,
    /"finish_reason":"stop".*\n\ndata: \[DONE\]/,
    /"id":"demo\/json"/,
    /"content":"Hello from Connect"/,
  ],
  grpcurl: [
    /^sluice\.chat\.v1\.ModelService$/m,
    /rpc StreamChatCompletion \( \.sluice\.chat\.v1\.ChatCompletionRequest \) returns \( stream /,
    /"content": "Hello from grpcurl"[\s\S]*sluice-outcome: ok/,
    /"delta": \{\s+"content": "Hello"[\s\S]*"finishReason": "FINISH_REASON_STOP"[\s\S]*"route": \{/,
    /"ownedBy": "demo"/,
    /"status": "SERVING"/,
  ],
  "buf curl": [
    /"content": "Hello from buf"(?:[\s\S]*"content": "Hello from buf"){2}/,
    /"content": "Hello"(?:[\s\S]*"content": "Hello"){2}[\s\S]*"route": \{/,
  ],
  "Generated code": [],
  "Node, OpenAI SDK": [/^whole: Hello from Node$/m, /^streamed: Hello from Node \(\d+ tokens\)$/m, refused],
  "Node, Connect": [/^whole: Hello from Connect$/m, /^streamed: Hello from Connect \(\d+ tokens, by demo\/echo\)$/m, refused],
  "Python, OpenAI SDK": [/^whole: Hello from Python$/m, /^streamed: Hello from Python \(\d+ tokens\)$/m, refused],
  "Python, gRPC": [/^whole: Hello from gRPC$/m, /^streamed: Hello from gRPC \(\d+ tokens, by demo\/echo\)$/m, refused],
  "Go, gRPC": [/^whole: Hello from Go$/m, /^streamed: Hello from Go \(\d+ tokens, by demo\/echo\)$/m, refused],
};

/** The shell commands of a page by the heading they stand under. */
function sectionsOf(page: string): ReadonlyMap<string, string> {
  const sections = new Map<string, string>();
  for (const section of page.split(/^## /m).slice(1)) {
    const heading = section.slice(0, section.indexOf("\n"));
    sections.set(heading, [...section.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1]).join(""));
  }
  return sections;
}

const begin = String.raw`exec 2>&1; PS4=$'\n$ '; set -x`;

/** Runs commands up to the first one that fails, showing each as a shell session would, and says what they printed. */
function run(commands: string, cwd: string, env: NodeJS.ProcessEnv): Promise<{ code: number | null; printed: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-euo", "pipefail", "-c", `${begin}\n${commands}`], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      process.stdout.write(text);
      printed += text;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, printed: printed.replaceAll(/^\$ .*$/gm, "") }));
  });
}

const tools = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sluice", "bin");
mkdirSync(tools, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), "sluice-clients-"));
const gateway = await createGateway(await loadConfig({ env: { SLUICE_LISTEN: "127.0.0.1:0", SLUICE_ADMIN: "off" } }));
const failures: string[] = [];
try {
  const [{ address } = { address: "" }] = await gateway.listen();
  const path = [tools, join(root, "node_modules/.bin"), process.env.PATH].join(":");
  const env = { ...process.env, PATH: path, GOBIN: tools, SLUICE: root };
  const sections = sectionsOf(readFileSync(join(root, "docs/clients.md"), "utf8").replaceAll(documentedAddress, address));
  for (const heading of new Set([...sections.keys(), ...Object.keys(expected)])) {
    console.log(`\n## ${heading}\n`);
    const { code, printed } = await run(sections.get(heading) ?? "false", scratch, env);
    const missing = expected[heading]?.filter((pattern) => !pattern.test(printed));
    if (code !== 0) failures.push(`${heading}: ended with ${code}`);
    else if (missing === undefined) failures.push(`${heading}: nothing is expected of it`);
    else failures.push(...missing.map((pattern) => `${heading}: did not print ${pattern}`));
  }
} finally {
  await gateway.close(0);
  rmSync(scratch, { recursive: true, force: true });
}
console.log(failures.length === 0 ? "\nevery client works" : `\n${failures.join("\n")}`);
process.exitCode = failures.length === 0 ? 0 : 1;
