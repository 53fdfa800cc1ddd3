import { GatewayError } from "../../chat/error.ts";
import { fieldOf } from "../json/field-of.ts";
import type { ListedModel, ModelListCodec } from "../model-list-codec.ts";

/**
 * OpenAI's list of models (https://platform.openai.com/docs/api-reference/models/list), in one page. Some servers give the array alone;
 * entries without a name are passed over.
 */
export const openAiModels: ModelListCodec = {
  decodePage(body) {
    let list: unknown;
    try {
      list = JSON.parse(body);
    } catch {
      // is no list
    }
    const entries = Array.isArray(list) ? list : fieldOf(list, "data");
    if (!Array.isArray(entries)) throw new GatewayError("upstream_error", "the upstream's reply is no list of models");
    return { models: entries.flatMap(modelOf) };
  },
};

function modelOf(entry: unknown): ListedModel[] {
  const id = fieldOf(entry, "id");
  const created = Number(fieldOf(entry, "created"));
  if (typeof id !== "string") return [];
  return [{ id, created: Number.isInteger(created) && created >= 0 && created <= 0xffffffff ? created : 0 }];
}
