import { create, isMessage } from "@bufbuild/protobuf";
import {
  GetModelRequestSchema,
  GetModelResponseSchema,
  ListModelsRequestSchema,
  ListModelsResponseSchema,
} from "#gen/sluice/chat/v1/model_service_pb";
import { GatewayError } from "../../chat/error.ts";
import type { Admitted } from "../../chat/ports/calls.ts";
import { encodeModel, encodeModels } from "../../codec/openai/encode-models.ts";
import type { HttpIncoming, HttpOutgoing } from "../exchange.ts";
import { writeJson } from "./write-json.ts";

/** `GET /v1/models`, or with an id `GET /v1/models/{id}`. With `x-sluice-info: 1` they tell what is known of each. */
export async function models(
  request: HttpIncoming,
  response: HttpOutgoing,
  call: Admitted,
  id: string | undefined,
): Promise<void> {
  const options = { sluice: request.headers["x-sluice-info"] === "1" };
  await writeJson(response, id === undefined ? await listed(call, options) : await single(call, id, options));
}

async function listed(call: Admitted, options: { readonly sluice: boolean }): Promise<string> {
  const reply = await call.unary("models", create(ListModelsRequestSchema));
  if (!isMessage(reply, ListModelsResponseSchema)) throw new GatewayError("internal", "internal error");
  return encodeModels(reply.models, options);
}

async function single(call: Admitted, id: string, options: { readonly sluice: boolean }): Promise<string> {
  const reply = await call.unary("models", create(GetModelRequestSchema, { id }));
  if (!isMessage(reply, GetModelResponseSchema) || reply.model === undefined)
    throw new GatewayError("internal", "internal error");
  return encodeModel(reply.model, options);
}
