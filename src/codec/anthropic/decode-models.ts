import { GatewayError } from "../../chat/error.ts";
import { fieldOf } from "../json/field-of.ts";
import type { ListedModel, ModelListCodec } from "../model-list-codec.ts";

/** Anthropic's list of models, in pages (https://platform.claude.com/docs/en/api/models/list). */
export const anthropicModels: ModelListCodec = {
  decodePage(body) {
    let page: unknown;
    try {
      page = JSON.parse(body);
    } catch {
      // is no list
    }
    const entries = fieldOf(page, "data");
    if (!Array.isArray(entries)) throw new GatewayError("upstream_error", "the upstream's reply is no list of models");
    const last = fieldOf(page, "last_id");
    const more = fieldOf(page, "has_more") === true && typeof last === "string";
    return { models: entries.flatMap(modelOf), next: more ? `after_id=${encodeURIComponent(last)}` : undefined };
  },
};

function modelOf(entry: unknown): ListedModel[] {
  const id = fieldOf(entry, "id");
  if (typeof id !== "string") return [];
  const created = Math.floor(Date.parse(String(fieldOf(entry, "created_at"))) / 1000);
  return [{ id, created: created >= 0 && created <= 0xffffffff ? created : 0 }];
}
