import { create } from "@bufbuild/protobuf";
import { type Model, ModelPricesSchema, ModelSchema } from "#gen/sluice/chat/v1/model_service_pb";
import type { Price } from "../chat/cost.ts";
import type { Catalog } from "../chat/ports/catalog.ts";
import type { KnownModels } from "../chat/ports/known-models.ts";
import type { ModelLists } from "./model-lists.ts";
import type { Routes } from "./target.ts";

/** What a catalogue is made of. */
export interface CatalogOptions extends Routes {
  readonly lists: ModelLists;
  readonly known: KnownModels;
}

/** The models that the routes lead to: the configured names, and with `direct` every `provider/model` a provider offers. */
export function createCatalog({ providers, models, direct, lists, known }: CatalogOptions): Catalog {
  const list = () => {
    const found = new Map<string, Model>();
    const add = (id: string, created: number, provider: string, model: string) =>
      found.set(id, create(ModelSchema, { id, created, ownedBy: provider, ...factsOf(known, provider, model) }));
    if (direct)
      for (const provider of providers.values())
        for (const { id, created } of lists.of(provider)) add(`${provider.name}/${id}`, created, provider.name, id);
    for (const [name, target] of models) {
      const provider = providers.get(target.provider);
      const offered = provider && lists.of(provider).find(({ id }) => id === target.model);
      add(name, offered?.created ?? 0, target.provider, target.model);
    }
    return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  return {
    list,
    async fresh() {
      await lists.refresh();
      return list();
    },
  };
}

function factsOf(known: KnownModels, provider: string, model: string) {
  const facts = known.facts(provider, model);
  if (facts === undefined) return {};
  const { contextWindow, maxOutputTokens, inputModalities, outputModalities, price } = facts;
  return {
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    inputModalities: [...inputModalities],
    outputModalities: [...outputModalities],
    ...(price === undefined ? {} : { prices: pricesOf(price) }),
  };
}

function pricesOf({ input, output, cachedInput, cacheWrite }: Price) {
  return create(ModelPricesSchema, {
    input,
    output,
    ...(cachedInput === undefined ? {} : { cachedInput }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
  });
}
