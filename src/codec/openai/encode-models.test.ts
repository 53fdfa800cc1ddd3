import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { ModelSchema } from "#gen/sluice/chat/v1/model_service_pb";
import { encodeModel, encodeModels } from "./encode-models.ts";

const model = create(ModelSchema, { id: 'a/"b"', created: 5, ownedBy: "p" });
const json = { id: 'a/"b"', object: "model", created: 5, owned_by: "p" };

it("writes a model as OpenAI does", () => {
  expect(JSON.parse(encodeModel(model, { sluice: false }))).toEqual(json);
});

it("writes a list of models as OpenAI does", () => {
  expect(JSON.parse(encodeModels([model, model], { sluice: false }))).toEqual({ object: "list", data: [json, json] });
  expect(encodeModels([], { sluice: false })).toBe('{"object":"list","data":[]}');
});

it("tells what is known of a model to those who ask", () => {
  const prices = { input: 2.5, output: 10, cachedInput: 0.25 };
  const known = create(ModelSchema, { id: "m", contextWindow: 128000, inputModalities: ["text", "image"], prices });
  expect(JSON.parse(encodeModel(known, { sluice: true }))).toMatchObject({
    object: "model",
    sluice: {
      context_window: 128000,
      input_modalities: ["text", "image"],
      output_modalities: [],
      prices: { input: 2.5, output: 10, cached_input: 0.25 },
    },
  });
});
