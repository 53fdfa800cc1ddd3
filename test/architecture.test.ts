import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { importTable } from "./support/import-table.ts";

const root = dirname(import.meta.dirname);
const src = join(root, "src");

interface SourceFile {
  /** Path below src/, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const files: readonly SourceFile[] = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
  .map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return { path: relative(src, path).split(sep).join("/"), text: readFileSync(path, "utf8") };
  });

/** The unit of the import table a file belongs to: its top folder, or the file itself at the top of src/. */
function unitOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : path;
}

/** Every module a file names in an import, an export or a dynamic import. */
function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)"([^"]+)"/g)].map((match) => match[1] ?? "");
}

function allowed(file: SourceFile, specifier: string): boolean {
  const unit = unitOf(file.path);
  const permitted = importTable[unit] ?? [];
  if (specifier.startsWith("#gen/")) return permitted.includes("#gen");
  if (!specifier.startsWith(".")) return true;
  const target = relative(src, resolve(src, dirname(file.path), specifier))
    .split(sep)
    .join("/");
  const targetUnit = unitOf(target);
  if (targetUnit === unit) return true;
  return permitted.includes(targetUnit) || permitted.includes(target);
}

describe("the import table", () => {
  it("covers every folder", () => {
    expect([...new Set(files.map((file) => unitOf(file.path)))].filter((unit) => importTable[unit] === undefined)).toEqual([]);
  });

  it("is kept", () => {
    const breaches = files.flatMap((file) =>
      importsOf(file.text)
        .filter((specifier) => !allowed(file, specifier))
        .map((specifier) => `${file.path} imports ${specifier}`),
    );
    expect(breaches).toEqual([]);
  });

  it("keeps middleware and vendors apart from each other", () => {
    const shared = new Set([
      "provider.ts",
      "provider-deps.ts",
      "index.ts",
      "entity-rules.ts",
      "guard-middleware.ts",
      "guard-options.ts",
    ]);
    const breaches = files
      .filter((file) => /^(middleware|providers)\/[^/]+\.ts$/.test(file.path) && !file.path.endsWith("/index.ts"))
      .flatMap((file) =>
        importsOf(file.text)
          .filter(
            (specifier) =>
              specifier.startsWith("./") && !/^\.\/(http|google|aws)\//.test(specifier) && !shared.has(specifier.slice(2)),
          )
          .map((specifier) => `${file.path} imports ${specifier}`),
      );
    expect(breaches).toEqual([]);
  });

  it("sees what it is meant to see", () => {
    expect(
      importsOf('import type { A } from "./a.ts";\nexport * from "../b/c.ts";\nawait import("./d.ts");\nimport "e";'),
    ).toEqual(["./a.ts", "../b/c.ts", "./d.ts", "e"]);
    expect(allowed({ path: "pipeline/x.ts", text: "" }, "../providers/provider.ts")).toBe(false);
    expect(allowed({ path: "protocols/openai/x.ts", text: "" }, "../../middleware/logging.ts")).toBe(false);
    expect(allowed({ path: "routing/x.ts", text: "" }, "../providers/openai.ts")).toBe(false);
  });
});

/** What the request path must not use, and the files that may all the same, with the reason. */
const bans: readonly { readonly what: string; readonly pattern: RegExp; readonly except?: Readonly<Record<string, string>> }[] = [
  { what: "AbortSignal.any or .timeout", pattern: /AbortSignal\.(any|timeout)\b/ },
  { what: "AsyncLocalStorage", pattern: /AsyncLocalStorage/ },
  { what: "an async generator", pattern: /async\s*(function\s*)?\*/ },
  { what: "a TransformStream", pattern: /\bTransformStream\b/ },
  { what: "the environment", pattern: /process\.env/ },
  { what: "console", pattern: /\bconsole\.(?!groq\b)/ }, // but for a vendor's address
  { what: "Math.random", pattern: /Math\.random/ },
  { what: "fetch", pattern: /\bfetch\(/ },
  {
    what: "protobuf-es's JSON",
    pattern: /\b(toJson|toJsonString|fromJson)\(/,
    except: {
      "chat/immutable.ts": "encodeJson, for JSON clients of the RPC protocols and for logged bodies",
      "codec/openai/encode-reply.ts": "the route of clients that ask for it, in their last chunk",
      "protocols/connect/decode-message.ts": "requests of JSON clients of the RPC protocols",
      "protocols/connect/find-json-fault.ts": "requests that have failed to decode",
    },
  },
  {
    what: "protovalidate",
    pattern: /@bufbuild\/protovalidate"/,
    except: { "chat/validate-request.ts": "once per request that is read, after it was admitted" },
  },
  {
    what: "zod",
    pattern: /from "zod"/,
    except: {
      "assembly/config-json-schema.ts": "what `sluice schema` prints",
      ...Object.fromEntries(
        files.filter(({ path }) => path.startsWith("middleware/")).map(({ path }) => [path, "a middleware's options, at start"]),
      ),
    },
  },
];

/** Libraries that only one place knows. */
const owners: Readonly<Record<string, string>> = {
  undici: "transport/",
  "eventsource-parser": "transport/",
  "@opentelemetry/api": "telemetry/",
  "@opentelemetry/exporter-prometheus": "telemetry/",
  "@opentelemetry/resources": "telemetry/",
  "@opentelemetry/sdk-metrics": "telemetry/",
  pino: "telemetry/",
  "pino-pretty": "telemetry/",
  yaml: "config/",
  immer: "pipeline/call-context.ts",
  "gpt-tokenizer/bpeRanks/o200k_base": "models/tokens/vocabulary.ts",
  "gpt-tokenizer/bpeRanks/cl100k_base": "models/tokens/vocabulary.ts",
  "gpt-tokenizer/encodingParams/constants": "models/tokens/vocabulary.ts",
  "@bufbuild/protovalidate": "chat/validate-request.ts",
};

describe("the request path", () => {
  for (const { what, pattern, except = {} } of bans) {
    it(`does not use ${what}`, () => {
      const offenders = files
        .filter((file) => !/^(config|cli)\/|^main\.ts$/.test(file.path))
        .filter((file) => pattern.test(withoutComments(file.text)) && except[file.path] === undefined)
        .map((file) => file.path);
      expect(offenders).toEqual([]);
    });
  }

  it("excepts only files that need it", () => {
    const needless = bans.flatMap(({ what, pattern, except = {} }) =>
      Object.keys(except)
        .filter((path) => !path.startsWith("middleware/"))
        .filter((path) => !files.some((file) => file.path === path && pattern.test(file.text)))
        .map((path) => `${path}: ${what}`),
    );
    expect(needless).toEqual([]);
  });

  it("keeps each library where it belongs", () => {
    const strays = files.flatMap((file) =>
      importsOf(file.text)
        .filter((name) => {
          const owner = owners[name];
          return owner !== undefined && !file.path.startsWith(owner) && !file.path.startsWith("cli/");
        })
        .map((name) => `${file.path} imports ${name}`),
    );
    expect(strays).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

describe("files", () => {
  it("stay small enough to read", () => {
    const long = files.filter((file) => file.text.split("\n").length > 300).map((file) => file.path);
    expect(long).toEqual([]);
  });

  it("have no name that says nothing", () => {
    expect(
      files.map((file) => file.path).filter((path) => /(^|\/)(utils?|helpers?|common|types|manager|misc)(\.ts|\/)/.test(path)),
    ).toEqual([]);
  });

  it("silence nothing without a reason", () => {
    const silenced = files.flatMap((file) =>
      file.text
        .split("\n")
        .filter((line) => /biome-ignore|@ts-(ignore|expect-error|nocheck)/.test(line))
        .filter((line) => !/biome-ignore [\w/]+: \S+ \S+/.test(line))
        .map((line) => `${file.path}: ${line.trim()}`),
    );
    expect(silenced).toEqual([]);
  });

  it("have no `any` and no unfinished work", () => {
    const offenders = files.filter((file) =>
      /: any\b|\bas any\b|<any>|\bTODO\b|\bFIXME\b/.test(withoutComments(file.text) + file.text.match(/TODO|FIXME/g)),
    );
    expect(offenders.map((file) => file.path)).toEqual([]);
  });
});
