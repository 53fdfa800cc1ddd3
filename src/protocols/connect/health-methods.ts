import { create } from "@bufbuild/protobuf";
import {
  Health,
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
  HealthListResponseSchema,
} from "#gen/grpc/health/v1/health_pb";
import { GatewayError } from "../../chat/error.ts";
import { type Method, serverStreaming, unary } from "./method.ts";
import { cancelled } from "./rpc-call.ts";
import type { ServiceHealth, ServingStatus } from "./service-health.ts";

/** The methods of `grpc.health.v1.Health` (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). They need no admission. */
export function healthMethods(health: ServiceHealth): readonly Method[] {
  return [
    unary(Health.method.check, undefined, ({ service }) => {
      const status = health.status(service);
      if (status === "SERVICE_UNKNOWN") throw new GatewayError("not_found", "there is no such service", { param: "service" });
      return response(status);
    }),

    unary(Health.method.list, undefined, () =>
      create(HealthListResponseSchema, {
        statuses: Object.fromEntries(health.services.map((service) => [service, response(health.status(service))])),
      }),
    ),

    serverStreaming(
      Health.method.watch,
      undefined,
      ({ service }, call, send) =>
        new Promise((_, reject) => {
          const stop = health.watch(service, {
            changed: (status) => void send([response(status)]), // small and rare: nobody waits for a client that does not read
            ended: () => reject(new GatewayError("draining", "the server is going")),
          });
          call.onGone(() => {
            stop();
            reject(cancelled());
          });
        }),
    ),
  ];
}

function response(status: ServingStatus): HealthCheckResponse {
  return create(HealthCheckResponseSchema, { status: HealthCheckResponse_ServingStatus[status] });
}
