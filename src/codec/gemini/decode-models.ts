import { GatewayError } from "../../chat/error.ts";
import { fieldOf } from "../json/field-of.ts";
import type { ListedModel, ModelListCodec } from "../model-list-codec.ts";

/** What a model must be good for, to be one that can be asked here. */
const asked: readonly unknown[] = ["generateContent", "embedContent"];

/** Gemini's list of models, in pages (https://ai.google.dev/api/models#method:-models.list): those that answer or make embeddings. */
export const geminiModels: ModelListCodec = {
  decodePage(body) {
    let page: unknown;
    try {
      page = JSON.parse(body);
    } catch {
      // is no list
    }
    const entries = fieldOf(page, "models");
    if (!Array.isArray(entries)) throw new GatewayError("upstream_error", "the upstream's reply is no list of models");
    const token = fieldOf(page, "nextPageToken");
    const next = typeof token === "string" && token !== "" ? `pageToken=${encodeURIComponent(token)}` : undefined;
    return { models: entries.flatMap(modelOf), next };
  },
};

function modelOf(entry: unknown): ListedModel[] {
  const name = fieldOf(entry, "name");
  const methods = fieldOf(entry, "supportedGenerationMethods");
  if (typeof name !== "string" || !Array.isArray(methods) || !methods.some((method) => asked.includes(method))) return [];
  return [{ id: name.replace(/^models\//, ""), created: 0 }];
}
