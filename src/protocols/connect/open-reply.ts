import type { HttpOutgoing } from "../exchange.ts";
import { ConnectStreamReply } from "./connect-stream-reply.ts";
import { ConnectUnaryReply } from "./connect-unary-reply.ts";
import { GrpcReply } from "./grpc-reply.ts";
import { GrpcWebReply } from "./grpc-web-reply.ts";
import type { Reply } from "./reply.ts";
import type { Wire } from "./wire.ts";

/** What writes the reply of a call that came in as `wire`. */
export function openReply({ protocol, enveloped, contentType }: Wire, response: HttpOutgoing): Reply {
  if (protocol === "grpc") return new GrpcReply(response, contentType);
  if (protocol === "grpc-web") return new GrpcWebReply(response, contentType);
  return enveloped ? new ConnectStreamReply(response, contentType) : new ConnectUnaryReply(response, contentType);
}
