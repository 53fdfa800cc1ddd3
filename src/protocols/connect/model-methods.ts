import { type DescMessage, isMessage, type Message, type MessageShape } from "@bufbuild/protobuf";
import { ModelService } from "#gen/sluice/chat/v1/model_service_pb";
import { GatewayError } from "../../chat/error.ts";
import { type Method, unary } from "./method.ts";
import type { RpcCall } from "./rpc-call.ts";

const { listModels, getModel } = ModelService.method;

/** The methods of `sluice.chat.v1.ModelService`. */
export const modelMethods: readonly Method[] = [
  unary(listModels, "models", (request, call) => answer(call, request, listModels.output)),
  unary(getModel, "models", (request, call) => answer(call, request, getModel.output)),
];

async function answer<Desc extends DescMessage>(
  { admitted }: RpcCall,
  request: Message,
  desc: Desc,
): Promise<MessageShape<Desc>> {
  const reply = await admitted.unary("models", request);
  if (!isMessage(reply, desc))
    throw new GatewayError("internal", "internal error", { cause: new Error(`got ${reply.$typeName}`) });
  return reply;
}
