import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { Code } from "@connectrpc/connect";
import { afterAll, describe, expect, it } from "vitest";
import { errorTable } from "../src/chat/error.ts";
import { banner } from "../src/cli/banner.ts";
import { loadConfig } from "../src/config/load.ts";
import { createGateway } from "../src/gateway.ts";
import { recognizers } from "../src/guard/recognizers/index.ts";
import { highEntropy } from "../src/guard/secrets/high-entropy.ts";
import { secretRecognizers } from "../src/guard/secrets/index.ts";
import { importTable } from "./support/import-table.ts";
import { type Fence, type Page, readPage } from "./support/markdown.ts";
import { readMetrics } from "./support/metrics-text.ts";
import { runGrpcurl } from "./support/run-grpcurl.ts";
import { startGateway } from "./support/running-gateway.ts";
import { commandsOf, runCurl } from "./support/shell-command.ts";

const root = dirname(import.meta.dirname);
const ignored = /(^|\/)(node_modules|\.git|dist|\.proto|\.cache)(\/|$)/;
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => !entry.isDirectory())
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .filter((path) => !ignored.test(path));
const pages = new Map(files.filter((path) => path.endsWith(".md")).map((path) => [path, readPage(join(root, path))]));
const page = (path: string): Page => pages.get(path) ?? readPage(join(root, path));
const fences = [...pages].flatMap(([path, { fences: all }]) => all.map((fence, index) => ({ path, index, fence })));
const titled = (lang: string) =>
  fences.filter(({ fence }) => fence.lang === lang).map((one) => [`${one.path}, block ${one.index + 1}`, one] as const);

/** Paths in the documentation that are no file here: a user's own, and those that `npm run generate` fetches. */
const elsewhere = new Set(["sluice.yaml", "google/rpc/error_details.proto", "buf/validate/validate.proto"]);

describe("what pages name", () => {
  it.each([...pages])("%s links to what is there", (path, { links }) => {
    const broken = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [target = "", anchor] = link.split("#");
      const file = target === "" ? path : relative(root, resolve(root, dirname(path), target));
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !page(file).anchors.has(anchor);
    });
    expect(broken).toEqual([]);
  });

  it.each([...pages])("%s names files and scripts that are there", (_, { codes, fences: blocks }) => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
    const named = codes.filter((code) => /^[\w./@-]+\.(ts|mjs|json|yaml|proto|md)$/.test(code) && !elsewhere.has(code));
    expect(named.filter((name) => !files.some((file) => file === name || file.endsWith(`/${name}`)))).toEqual([]);
    const text = [...codes, ...blocks.filter(({ lang }) => lang === "sh").map((block) => block.text)].join("\n");
    const runs = [...text.matchAll(/\bnpm (?:run (?:-\S+ )*([a-z][\w:-]*)|(start|test)\b)/g)];
    expect(runs.map(([, script, short = ""]) => script ?? short).filter((script) => scripts[script] === undefined)).toEqual([]);
  });
});

describe("tables", () => {
  const rows = (path: string, section: string) => page(path).tables.find((one) => one.section === section)?.rows ?? [];

  it("of folders are the import table", () => {
    const shown = rows("ARCHITECTURE.md", "Folders").map(([folder = "", , imports = ""]) => [
      bare(folder),
      imports === "" ? [] : bare(imports).split(", "),
    ]);
    expect(Object.fromEntries(shown)).toEqual(importTable);
  });

  it("of entities are the recognizers", () => {
    const sections = ["What personal data is recognized", "What secrets are recognized"];
    const shown = sections
      .flatMap((section) => rows("docs/guardrails.md", section))
      .flatMap(([names = ""]) => bare(names).split(", "));
    const entities = [...recognizers, ...secretRecognizers, highEntropy].map(({ entity }) => entity);
    expect(shown.sort()).toEqual([...new Set(entities)].sort());
  });

  it("of errors are the codes", () => {
    const name = (code: Code) => (code === Code.Canceled ? "CANCELLED" : upperSnake(Code[code]));
    const shown = rows("docs/rest.md", "Errors").map((cells) => cells.map(bare));
    const wanted = Object.entries(errorTable).map(([code, { type, status, grpc, retry }]) => [
      code,
      type,
      `${status}`,
      name(grpc),
      retry,
    ]);
    expect(shown).toEqual(wanted);
  });

  it("of configuration fields are the schema", async () => {
    const script = join(root, "scripts/generate-docs.ts");
    await expect(promisify(execFile)(process.execPath, ["-C", "source", script, "--check"])).resolves.toMatchObject({
      stderr: "",
    });
  });

  it("of metrics are what a scrape shows", async () => {
    const gateway = await startGateway({ server: { metrics: "127.0.0.1:0" }, pipeline: { policies: ["pii"] } });
    const messages = [{ role: "user", content: "I am ada@example.com" }];
    const body = JSON.stringify({ model: "demo/echo", stream: true, messages });
    const headers = { "content-type": "application/json" };
    await (await fetch(`${gateway.url}/v1/chat/completions`, { method: "POST", headers, body })).text();
    const found = readMetrics(await (await fetch(`http://${gateway.pages[0]}/metrics`)).text());
    await gateway.close();
    const wanted = [...found].map(([name, { type, help, values }]) => {
      const labels = new Set([...values.keys()].flatMap((series) => [...series.matchAll(/(\w+)="/g)].map(([, label]) => label)));
      labels.delete("le");
      return [name, type, [...labels].sort().join(", "), help];
    });
    const shown = rows("docs/operations.md", "Metrics").map(([name = "", type, labels = "", help]) => [
      bare(name),
      type,
      bare(labels).split(", ").sort().join(", "),
      help,
    ]);
    expect(shown.sort()).toEqual(wanted.sort());
  });

  it("of what is found of injections are what the script prints", async () => {
    const script = join(root, "scripts/eval-injection.ts");
    const { stdout } = await promisify(execFile)(process.execPath, ["-C", "source", script]);
    expect(readFileSync(join(root, "docs/guardrails.md"), "utf8")).toContain(stdout);
  });

  it("of demo models are the models", async () => {
    const gateway = await startGateway();
    const reply = (await (await fetch(`${gateway.url}/v1/models`)).json()) as { data: { id: string }[] };
    await gateway.close();
    expect(
      rows("README.md", "The demo models")
        .map(([id = ""]) => bare(id))
        .sort(),
    ).toEqual(reply.data.map(({ id }) => id));
  });
});

function upperSnake(pascal: string): string {
  return pascal.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

function bare(cell: string): string {
  return cell.replaceAll("`", "");
}

describe("configurations", () => {
  it.each(titled("yaml"))("%s can be used", async (_, { fence }) => {
    const gateway = await createGateway(await configOf(fence));
    await gateway.close(0);
  });

  const described = titled("yaml").filter(([, { fence }]) => fence.next?.text.startsWith("  1. "));

  it.each(described)("%s is described as shown", async (_, { fence }) => {
    const gateway = await createGateway(await configOf(fence));
    await gateway.close(0);
    expect(gateway.describe()).toBe(`  ${fence.next?.text.trim()}`);
  });
});

/** A configuration block as a file in the project would be read. */
async function configOf({ text }: Fence) {
  const folder = mkdtempSync(join(tmpdir(), "sluice-docs-"));
  const file = join(folder, "sluice.yaml");
  writeFileSync(file, text);
  const env = Object.fromEntries([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => [name, "from-the-environment"]));
  try {
    return { ...(await loadConfig({ env, file })), file: join(root, "sluice.yaml") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("commands", () => {
  const blocks = titled("sh").filter(([, { fence }]) => /^(curl|grpcurl) /m.test(fence.text));

  it("are there", () => expect(blocks.length).toBeGreaterThan(9));

  it.each(blocks)("%s answers as shown", async (_, { path, fence }) => {
    const { config } = await configOf(
      page(path).fences.find(({ lang, section }) => lang === "yaml" && section === fence.section) ?? { ...fence, text: "" },
    );
    const gateway = await startGateway({ pipeline: { use: config.pipeline.use.map(asWritten) }, templates: config.templates });
    try {
      for (const words of commandsOf(fence.text.replaceAll("127.0.0.1:8080", `127.0.0.1:${gateway.port}`))) {
        if (words[0] !== "curl" && words[0] !== "grpcurl") continue; // installs what is not installed here
        const shown = ["json", "text"].includes(fence.next?.lang ?? "") ? fence.next?.text : undefined;
        const { status, output } = words[0] === "curl" ? await runCurl(words) : { status: 200, output: await runGrpcurl(words) };
        if (shown === undefined) expect(status).toBe(200);
        else expect(compact(output)).toMatch(patternOf(shown));
      }
    } finally {
      await gateway.close();
    }
  });

  it("of the banner answer", async () => {
    const gateway = await startGateway();
    const facts = { admin: undefined, file: undefined, providers: ["demo"], models: ["demo/echo"], direct: true, notes: [] };
    const [curl = "", grpcurl = ""] =
      banner({ ...facts, addresses: [`127.0.0.1:${gateway.port}`] }).match(/^ *(curl|grpcurl) .*/gm) ?? [];
    try {
      const [curlWords = []] = commandsOf(curl);
      expect(await runCurl(curlWords)).toMatchObject({ status: 200, output: expect.stringContaining('"content":"hi"') });
      const [grpcurlWords = []] = commandsOf(grpcurl);
      expect(await runGrpcurl(grpcurlWords)).toContain('"content": "hi"');
    } finally {
      await gateway.close();
    }
  });
});

/** An entry of `pipeline.use`, read, as a user writes it. */
function asWritten({ middleware, options }: { readonly middleware: string; readonly options: unknown }) {
  return options === undefined ? middleware : { [middleware]: options };
}

/** Text without white space: what is shown may be wrapped. */
function compact(text: string): string {
  return text.replace(/\s+/g, "");
}

/** What is shown; `…` stands for anything. */
function patternOf(shown: string): RegExp {
  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${compact(shown).split("…").map(literal).join("[^]*?")}$`);
}

describe("demonstrations", () => {
  const script = join(root, "examples/demos/run.ts");
  const commands = page("README.md").fences.filter(({ text }) => text.startsWith("npm run -s demo "));

  it("are there", () => expect(commands).toHaveLength(4));

  it.each(commands.map((fence) => [fence.text.split(" ").at(-1) ?? "", fence.next?.text ?? ""]))(
    "%s prints what is shown",
    async (name, shown) => {
      const { stdout } = await promisify(execFile)(process.execPath, ["-C", "source", script, name]);
      // What a halted stream had released depends on its chunks, and they on how busy the machine is.
      expect(compact(stdout)).toMatch(patternOf(shown.replace(/^The small valley .*$/m, "…")));
    },
  );
});

describe("programs", () => {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache", "docs-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = promisify(execFile);
  const programs = titled("ts").map(([title, { path, index, fence }]) => {
    const file = join(folder, `${basename(path, ".md")}-${index}.ts`);
    return { title, path, fence, file, text: placed(fence.text, folder) };
  });
  for (const { file, text } of programs) writeFileSync(file, text);

  it("have the right types", async () => {
    const options = { allowImportingTsExtensions: true, rewriteRelativeImportExtensions: false };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: "../../tsconfig.json", compilerOptions: options, include: ["*.ts"] }),
    );
    const { stdout } = await run(join(root, "node_modules/.bin/tsc"), ["-p", folder], { cwd: root }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe("");
  });

  const shown = programs.filter(({ fence }) => fence.shows !== undefined).map((one) => [one.title, one] as const);
  it.each(shown)("%s is the file it names", (_, { path, fence }) => {
    expect(fence.text).toBe(readFileSync(join(root, dirname(path), fence.shows ?? ""), "utf8").trim());
  });

  const runnable = programs.filter(({ fence }) => fence.text.includes("127.0.0.1:8080") || fence.next?.lang === "text");
  it.each(runnable.map((one) => [one.title, one] as const))("%s runs", async (_, { fence, file, text }) => {
    const gateway = await startGateway();
    try {
      writeFileSync(file, text.replaceAll("127.0.0.1:8080", `127.0.0.1:${gateway.port}`));
      const { stdout } = await run(process.execPath, ["-C", "source", file], { cwd: root });
      if (fence.next?.lang === "text") expect(compact(stdout)).toMatch(patternOf(fence.next.text));
      else expect(stdout).toContain("hi");
    } finally {
      await gateway.close();
    }
  });
});

/** A program as it is written in a folder elsewhere: it thinks it is where its first line says, else at the top of the project. */
function placed(program: string, folder: string): string {
  const place = dirname(/^\/\/ (\S+\.ts)\n/.exec(program)?.[1] ?? "top.ts");
  return program
    .replace(/"\.\/gen\/([\w/]+)\.js"/g, '"#gen/$1"')
    .replace(
      /(from|import) "(\.\.?\/[^"]+)"/g,
      (_, word: string, path: string) => `${word} "${relative(folder, resolve(root, place, path))}"`,
    );
}
