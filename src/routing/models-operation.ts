import { create, isMessage, type Message } from "@bufbuild/protobuf";
import {
  GetModelRequestSchema,
  GetModelResponseSchema,
  ListModelsRequestSchema,
  ListModelsResponseSchema,
} from "#gen/sluice/chat/v1/model_service_pb";
import { GatewayError } from "../chat/error.ts";
import type { Catalog } from "../chat/ports/catalog.ts";
import type { ModelAccess } from "../chat/ports/model-access.ts";
import type { RequestContext } from "../pipeline/context.ts";
import { modelNotFound } from "./target.ts";

/**
 * Answers the operation `models`, with what its caller may use: a ListModelsRequest with every model, a GetModelRequest with one.
 * @throws GatewayError `model_not_found`
 */
export function createModelsHandler(catalog: Catalog, access: ModelAccess): (ctx: RequestContext) => Promise<Message> {
  return async ({ message, identity }) => {
    const models = (await catalog.fresh()).filter(({ id }) => access.mayUse(identity, id));
    if (isMessage(message, ListModelsRequestSchema)) return create(ListModelsResponseSchema, { models });
    if (!isMessage(message, GetModelRequestSchema))
      throw new GatewayError("internal", "the operation models has no such request");
    const model = models.find(({ id }) => id === message.id);
    if (model === undefined)
      throw modelNotFound(
        message.id,
        models.map(({ id }) => id),
      );
    return create(GetModelResponseSchema, { model });
  };
}
