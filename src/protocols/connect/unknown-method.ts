import type { DescService } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { closestName } from "../../chat/closest-name.ts";
import { type HttpHandler, type HttpIncoming, mediaTypeOf, pathOf } from "../exchange.ts";
import { finishUpload } from "../finish-upload.ts";
import { refuse } from "../refuse.ts";
import type { Describe } from "./error-details.ts";
import { refuseCall } from "./refuse-call.ts";
import { RpcCall } from "./rpc-call.ts";
import { RpcFault } from "./rpc-fault.ts";
import { type Wire, wireOf } from "./wire.ts";

/** Answers calls of a method that a service does not have, in the protocol of the call: UNIMPLEMENTED, as gRPC's status codes say. */
export function unknownMethod({ typeName, methods }: DescService, describe: Describe): HttpHandler {
  const names = methods.map(({ name }) => name);
  return (request, response) => {
    const name = pathOf(request).slice(`/${typeName}/`.length);
    const error = unimplemented(`${typeName} has no method ${name.slice(0, 100)}`, name, names);
    const wire = wireOfPost(request);
    if (wire === undefined) {
      refuse(request, response, error);
      return;
    }
    new RpcCall(wire, request, response, describe).fail(error);
    finishUpload(request, response);
  };
}

/** Answers calls of a service that is not there: gRPC as it is told of methods, Connect with HTTP's 404. */
export function unknownService(services: readonly DescService[], describe: Describe): HttpHandler {
  const names = services.map(({ typeName }) => typeName);
  return (request, response) => {
    const name = pathOf(request).split("/", 2)[1] ?? "";
    const error = unimplemented(`there is no service ${name.slice(0, 100)}`, name, names);
    const wire = wireOfPost(request);
    if (wire === undefined || wire.protocol === "connect") {
      refuseCall(request, response, error);
      return;
    }
    new RpcCall(wire, request, response, describe).fail(error);
    finishUpload(request, response);
  };
}

function unimplemented(message: string, name: string, names: readonly string[]): RpcFault {
  const meant = closestName(name, names);
  return new RpcFault(Code.Unimplemented, "not_found", meant === undefined ? message : `${message}; did you mean ${meant}?`);
}

function wireOfPost(request: HttpIncoming): Wire | undefined {
  const type = mediaTypeOf(request);
  return request.method === "POST" ? (wireOf(type, true) ?? wireOf(type, false)) : undefined;
}
