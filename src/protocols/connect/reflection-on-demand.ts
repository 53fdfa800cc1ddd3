import type { DescService } from "@bufbuild/protobuf";
import { ServerReflection } from "#gen/grpc/reflection/v1/reflection_pb";
import { ServerReflection as ServerReflectionAlpha } from "#gen/grpc/reflection/v1alpha/reflection_pb";
import type { HttpHandler } from "../exchange.ts";

/**
 * Server reflection whose code is loaded when somebody asks for the first time: many gateways are never asked, and Connect's own handlers
 * take as much memory as the rest of the protocols. `requestMs`: how long one may ask. Default for ever.
 */
export function reflectionOnDemand(services: readonly DescService[], requestMs?: number): ReadonlyMap<string, HttpHandler> {
  let loading: Promise<ReadonlyMap<string, HttpHandler>> | undefined;
  const load = async () => (await import("./reflection.ts")).reflection(services, requestMs);
  const paths = [ServerReflection, ServerReflectionAlpha].map(({ typeName }) => `/${typeName}/ServerReflectionInfo`);
  return new Map(
    paths.map((path) => [
      path,
      (request, response) => {
        loading ??= load();
        loading.then((handlers) => handlers.get(path)?.(request, response)).catch(() => response.destroy());
      },
    ]),
  );
}
