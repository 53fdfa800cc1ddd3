import { create } from "@bufbuild/protobuf";
import { type Model, ModelSchema } from "#gen/sluice/chat/v1/model_service_pb";
import type { Catalog } from "../chat/ports/catalog.ts";
import type { Routes } from "./target.ts";

/** The models that the routes lead to: the configured names, and with `direct` every `provider/model` a provider offers. */
export function createCatalog({ providers, models, direct }: Routes): Catalog {
  return {
    list() {
      const found = new Map<string, Model>();
      const add = (id: string, created: number, ownedBy: string) => found.set(id, create(ModelSchema, { id, created, ownedBy }));
      if (direct)
        for (const provider of providers.values())
          for (const { id, created } of provider.models()) add(`${provider.name}/${id}`, created, provider.name);
      for (const [name, target] of models) {
        const offered = providers
          .get(target.provider)
          ?.models()
          .find(({ id }) => id === target.model);
        add(name, offered?.created ?? 0, target.provider);
      }
      return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
}
