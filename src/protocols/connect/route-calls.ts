import type { DescService } from "@bufbuild/protobuf";
import { type HttpHandler, type HttpIncoming, type HttpOutgoing, mediaTypeOf } from "../exchange.ts";
import { type Describe, toConnectError } from "./error-details.ts";
import { unknownMethod, unknownService } from "./unknown-method.ts";
import { isRpcType } from "./wire.ts";

/** Where calls go, by their paths. */
export interface CallRoutes {
  /** Whether a request is a call: of a service that is there, or in a content type that nothing else has. */
  match(request: HttpIncoming, path: string): boolean;
  /** Answers a request that matches. */
  handle(request: HttpIncoming, response: HttpOutgoing, path: string): void;
}

/** Sends calls to their methods, given by path, and tells those that have none. */
export function routeCalls(
  methods: ReadonlyMap<string, HttpHandler>,
  services: readonly DescService[],
  describe: Describe = toConnectError,
): CallRoutes {
  const noMethod = new Map(services.map((service) => [`/${service.typeName}`, unknownMethod(service, describe)]));
  const noService = unknownService(services, describe);
  const find = (path: string) => methods.get(path) ?? noMethod.get(path.slice(0, path.lastIndexOf("/")));
  return {
    match: (request, path) => find(path) !== undefined || isRpcType(mediaTypeOf(request)),
    handle: (request, response, path) => (find(path) ?? noService)(request, response),
  };
}
