import { ModelService } from "#gen/sluice/chat/v1/model_service_pb";
import { type Method, unary } from "./method.ts";
import { unaryAnswer } from "./unary-answer.ts";

const { listModels, getModel } = ModelService.method;

/** The methods of `sluice.chat.v1.ModelService`. */
export const modelMethods: readonly Method[] = [
  unary(listModels, "models", (request, call) => unaryAnswer(call, "models", request, listModels.output)),
  unary(getModel, "models", (request, call) => unaryAnswer(call, "models", request, getModel.output)),
];
