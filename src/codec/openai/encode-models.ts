import type { Model } from "#gen/sluice/chat/v1/model_service_pb";
import type { Immutable } from "../../chat/immutable.ts";

/** A model as OpenAI's JSON. */
export function encodeModel(model: Immutable<Model>): string {
  return JSON.stringify({ id: model.id, object: "model", created: model.created, owned_by: model.ownedBy });
}

/** A list of models as OpenAI's JSON. */
export function encodeModels(models: readonly Immutable<Model>[]): string {
  return `{"object":"list","data":[${models.map(encodeModel).join(",")}]}`;
}
