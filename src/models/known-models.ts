import type { Price } from "../chat/cost.ts";
import type { KnownModels, ModelFacts } from "../chat/ports/known-models.ts";
import { type ModelRow, modelTable } from "./model-table.ts";

/** What a configuration says of models, by `provider/model`. It wins. */
export interface ModelOverrides {
  readonly prices: Readonly<Record<string, Price>>;
  readonly modelLimits: Readonly<
    Record<string, { readonly contextWindow?: number | undefined; readonly maxOutputTokens?: number | undefined }>
  >;
}

/** Whose models a provider of a type offers, where its type is not the vendor's. */
const vendorOfType: Readonly<Record<string, string>> = { azure: "openai", vertex: "gemini" };

const free: ModelFacts = { inputModalities: ["text"], outputModalities: ["text"], price: { input: 0, output: 0 } };
const modalities: Readonly<Record<string, string>> = { t: "text", i: "image", a: "audio", p: "pdf", e: "embedding" };

/**
 * Knows the models of the table, and what a configuration says of any. A name with a date or a version after it is the model's without.
 * @param types the types of providers, by their names in the configuration.
 */
export function knownModels(types: ReadonlyMap<string, string>, { prices, modelLimits }: ModelOverrides): KnownModels {
  const facts = (provider: string, model: string): ModelFacts | undefined => {
    const type = types.get(provider) ?? "";
    const known = type === "demo" ? free : factsOf(type, model);
    const key = `${provider}/${model}`;
    const price = Object.hasOwn(prices, key) ? prices[key] : undefined;
    const limits = Object.hasOwn(modelLimits, key) ? modelLimits[key] : undefined;
    if (price === undefined && limits === undefined) return known;
    return { inputModalities: [], outputModalities: [], ...known, ...given(limits), ...(price === undefined ? {} : { price }) };
  };
  return { facts, of: (provider, model) => facts(provider, model)?.price };
}

/** Without what is not given, which must not stand over what is known. */
function given(limits: ModelOverrides["modelLimits"][string] = {}): Partial<ModelFacts> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

const rows: ReadonlyMap<string, ModelRow> = new Map(modelTable.map((row) => [`${row[0]}/${row[1]}`, row]));

function factsOf(type: string, model: string): ModelFacts | undefined {
  for (const [vendor, name] of namesOf(type, model)) {
    const row = rows.get(`${vendor}/${name}`);
    if (row !== undefined) return rowFacts(row);
  }
  return undefined;
}

/** The names under which a model may be in the table, the most exact one first. */
function* namesOf(type: string, model: string): Generator<readonly [vendor: string, name: string], undefined> {
  const vendor = vendorOfType[type] ?? type;
  const name = model.replace(/^models\//, "");
  yield [vendor, name];
  yield [vendor, undated(name)];
  if (type !== "bedrock" && type !== "vertex") return;
  const own = name.replace(/^.*\//, "").replace(/^(?:us|eu|apac|au|jp|ca|us-gov|global)\./, ""); // an ARN, a region
  yield [vendor, own];
  const claude = /^(?:anthropic\.)?(claude-.+?)(?:-v\d+)?(?::\d+\w*)?$/.exec(own)?.[1];
  if (claude === undefined) return;
  yield ["anthropic", claude.replace("@", "-")];
  yield ["anthropic", undated(claude.replace("@", "-"))];
}

const undated = (name: string): string => name.replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, "");

function rowFacts([
  ,
  ,
  contextWindow,
  maxOutputTokens,
  input,
  output,
  cachedInput,
  cacheWrite,
  inputs,
  outputs,
]: ModelRow): ModelFacts {
  return {
    contextWindow: contextWindow ?? undefined,
    maxOutputTokens: maxOutputTokens ?? undefined,
    inputModalities: words(inputs),
    outputModalities: words(outputs),
    price: { input, output, cachedInput: cachedInput ?? undefined, cacheWrite: cacheWrite ?? undefined },
  };
}

const words = (letters: string): readonly string[] => [...letters].map((letter) => modalities[letter] ?? letter);
