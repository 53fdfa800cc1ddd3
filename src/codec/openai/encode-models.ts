import type { Model } from "#gen/sluice/chat/v1/model_service_pb";
import type { Immutable } from "../../chat/immutable.ts";

/** A model as OpenAI's JSON. `sluice`: with what is known of it under `"sluice"`, which OpenAI does not send. */
export function encodeModel(model: Immutable<Model>, options: { readonly sluice: boolean }): string {
  const { id, created, ownedBy } = model;
  const sluice = options.sluice ? { sluice: factsOf(model) } : {};
  return JSON.stringify({ id, object: "model", created, owned_by: ownedBy, ...sluice });
}

/** The contract's other fields, by its names. */
function factsOf({ contextWindow, maxOutputTokens, inputModalities, outputModalities, prices }: Immutable<Model>): object {
  return {
    context_window: contextWindow,
    max_output_tokens: maxOutputTokens,
    input_modalities: inputModalities,
    output_modalities: outputModalities,
    prices: prices && {
      input: prices.input,
      output: prices.output,
      cached_input: prices.cachedInput,
      cache_write: prices.cacheWrite,
    },
  };
}

/** A list of models as OpenAI's JSON. */
export function encodeModels(models: readonly Immutable<Model>[], options: { readonly sluice: boolean }): string {
  return `{"object":"list","data":[${models.map((model) => encodeModel(model, options)).join(",")}]}`;
}
