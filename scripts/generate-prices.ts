// Writes src/models/model-table.ts from the npm package llm-zoo, and what it does not have. `--check` fails when the file was not up to
// date.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MODEL_CONFIGS } from "llm-zoo";
import type { ModelRow } from "../src/models/model-table.ts";

const root = dirname(import.meta.dirname);
const target = join(root, "src/models/model-table.ts");

type ZooModel = (typeof MODEL_CONFIGS)[string];

/** Vendors by the type of their providers here; of others no price is known. */
const vendors: Readonly<Record<string, string>> = { google: "gemini" };
const left: ReadonlySet<string> = new Set(["copilot", "others"]);

/**
 * Anthropic's entries that last five minutes cost a quarter more than the prompt's tokens
 * (https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching#pricing). Others write for nothing, or are not known.
 */
const cacheWriteFactor: Readonly<Record<string, number>> = { anthropic: 1.25 };

/** Embeddings, which llm-zoo does not have: input price, and how many tokens an input may have. */
const embeddings: readonly (readonly [vendor: string, model: string, price: number, tokens: number])[] = [
  // https://platform.openai.com/docs/pricing#embeddings
  ["openai", "text-embedding-3-small", 0.02, 8192],
  ["openai", "text-embedding-3-large", 0.13, 8192],
  ["openai", "text-embedding-ada-002", 0.1, 8192],
  // https://ai.google.dev/gemini-api/docs/pricing#gemini-embedding
  ["gemini", "gemini-embedding-001", 0.15, 2048],
  // https://aws.amazon.com/bedrock/pricing
  ["bedrock", "amazon.titan-embed-text-v1", 0.1, 8192],
  ["bedrock", "amazon.titan-embed-text-v2:0", 0.02, 8192],
  ["bedrock", "cohere.embed-english-v3", 0.1, 512],
  ["bedrock", "cohere.embed-multilingual-v3", 0.1, 512],
];

function rowsOf(model: ZooModel): ModelRow[] {
  const { provider, capabilities, inputPrice, outputPrice } = model;
  const caches = capabilities.supportsPromptCaching || capabilities.supportsAutoPromptCaching;
  const factor = cacheWriteFactor[provider];
  const inputs = ["t", ...(capabilities.supportsVision ? ["i"] : []), ...(capabilities.supportsNativeAudio ? ["a"] : [])];
  const rest = [
    model.contextWindow,
    model.maxOutputTokens,
    inputPrice,
    outputPrice,
    caches ? rounded(inputPrice * capabilities.cacheDiscountFactor) : null,
    caches && factor !== undefined ? rounded(inputPrice * factor) : null,
    [...inputs, ...(capabilities.supportsNativePdf ? ["p"] : [])].join(""),
    "t",
  ] as const;
  return [...new Set([model.fullName, model.shortName])].map((name) => [vendors[provider] ?? provider, name, ...rest]);
}

/** Without what binary fractions add. */
function rounded(price: number): number {
  return Number(price.toFixed(6));
}

/** Whether an entry is of the standard tier and the default mode, where several have one name, and of a model that still answers. */
function isStandard({ serviceTier, capabilities, openRouterOnly, retired, provider }: ZooModel): boolean {
  return (
    serviceTier === undefined &&
    capabilities.reasoningMode === undefined &&
    !openRouterOnly &&
    retired !== true &&
    !left.has(provider)
  );
}

function rows(): ModelRow[] {
  const found = new Map<string, ModelRow>();
  for (const model of Object.values(MODEL_CONFIGS).filter(isStandard)) {
    for (const row of rowsOf(model)) if (!found.has(`${row[0]}/${row[1]}`)) found.set(`${row[0]}/${row[1]}`, row);
  }
  for (const [vendor, model, price, tokens] of embeddings)
    found.set(`${vendor}/${model}`, [vendor, model, tokens, null, price, 0, null, null, "t", "e"]);
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

const { version } = JSON.parse(readFileSync(join(root, "node_modules/llm-zoo/package.json"), "utf8")) as {
  readonly version: string;
};
const text = `// Written by scripts/generate-prices.ts from llm-zoo ${version}, and not to be edited: \`npm run generate:prices\`.

/**
 * What is known of a vendor's model: the type of its provider, its name, the tokens of its context and of a reply at the most, US
 * dollars per million tokens of input, output, input from the cache, input written to it; what it reads and makes, a letter each: text,
 * image, audio, pdf, embedding. Null: not known.
 */
export type ModelRow = readonly [
  vendor: string,
  model: string,
  contextWindow: number | null,
  maxOutputTokens: number | null,
  input: number,
  output: number,
  cachedInput: number | null,
  cacheWrite: number | null,
  inputs: string,
  outputs: string,
];

/** Every model whose price is known without being configured, by vendor and name. */
export const modelTable: readonly ModelRow[] = [
${rows()
  .map((row) => `  ${JSON.stringify(row).replaceAll(",", ", ")},`)
  .join("\n")}
];
`;

if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
  execFileSync("biome", ["format", "--write", target], { cwd: root, stdio: "inherit" });
} else {
  const before = readFileSync(target, "utf8");
  writeFileSync(target, text);
  execFileSync("biome", ["format", "--write", target], { cwd: root, stdio: "ignore" });
  if (readFileSync(target, "utf8") !== before) {
    console.error("src/models/model-table.ts is not what llm-zoo says; run `npm run generate:prices` and commit");
    process.exitCode = 1;
  }
}
