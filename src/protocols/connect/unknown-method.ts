import type { DescService } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { closestName } from "../../chat/closest-name.ts";
import { type HttpHandler, mediaTypeOf, pathOf } from "../exchange.ts";
import { finishUpload } from "../finish-upload.ts";
import { refuse } from "../refuse.ts";
import { RpcCall } from "./rpc-call.ts";
import { RpcFault } from "./rpc-fault.ts";
import { wireOf } from "./wire.ts";

/** Answers calls of a method that a service does not have, in the protocol of the call: UNIMPLEMENTED, as gRPC's status codes say. */
export function unknownMethod({ typeName, methods }: DescService): HttpHandler {
  const names = methods.map(({ name }) => name);
  return (request, response) => {
    const name = pathOf(request).slice(`/${typeName}/`.length);
    const meant = closestName(name, names);
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    const error = new RpcFault(Code.Unimplemented, "not_found", `${typeName} has no method ${name.slice(0, 100)}${hint}`);
    const type = mediaTypeOf(request);
    const wire = request.method === "POST" ? (wireOf(type, true) ?? wireOf(type, false)) : undefined;
    if (wire === undefined) {
      refuse(request, response, error);
      return;
    }
    new RpcCall(wire, request, response).fail(error);
    finishUpload(request, response);
  };
}
