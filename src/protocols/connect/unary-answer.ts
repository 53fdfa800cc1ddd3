import { type DescMessage, isMessage, type Message, type MessageShape } from "@bufbuild/protobuf";
import { GatewayError } from "../../chat/error.ts";
import type { Operation } from "../../chat/operation.ts";
import type { RpcCall } from "./rpc-call.ts";

/** Runs an operation other than chat, whose reply has to be a message of this type. */
export async function unaryAnswer<Desc extends DescMessage>(
  { admitted }: RpcCall,
  operation: Operation,
  request: Message,
  desc: Desc,
): Promise<MessageShape<Desc>> {
  const reply = await admitted.unary(operation, request);
  if (!isMessage(reply, desc))
    throw new GatewayError("internal", "internal error", { cause: new Error(`got ${reply.$typeName}`) });
  return reply;
}
