import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { ModelSchema } from "#gen/sluice/chat/v1/model_service_pb";
import { encodeModel, encodeModels } from "./encode-models.ts";

const model = create(ModelSchema, { id: 'a/"b"', created: 5, ownedBy: "p" });
const json = { id: 'a/"b"', object: "model", created: 5, owned_by: "p" };

it("writes a model as OpenAI does", () => {
  expect(JSON.parse(encodeModel(model))).toEqual(json);
});

it("writes a list of models as OpenAI does", () => {
  expect(JSON.parse(encodeModels([model, model]))).toEqual({ object: "list", data: [json, json] });
  expect(encodeModels([])).toBe('{"object":"list","data":[]}');
});
