import { Health } from "#gen/grpc/health/v1/health_pb";
import { ChatCompletionService } from "#gen/sluice/chat/v1/chat_completion_service_pb";
import { ModelService } from "#gen/sluice/chat/v1/model_service_pb";
import { TokenService } from "#gen/sluice/chat/v1/token_service_pb";
import { EmbeddingService } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import type { HttpHandler } from "../exchange.ts";
import { chatMethods } from "./chat-methods.ts";
import { embeddingMethods } from "./embedding-methods.ts";
import { healthMethods } from "./health-methods.ts";
import { modelMethods } from "./model-methods.ts";
import { reflectionOnDemand } from "./reflection-on-demand.ts";
import { type CallRoutes, routeCalls } from "./route-calls.ts";
import { type ServeOptions, serveCall } from "./serve-call.ts";
import { ServiceHealth } from "./service-health.ts";
import { tokenMethods } from "./token-methods.ts";

/** What the RPC protocols are served with. */
export interface RpcOptions extends ServeOptions {
  /** Whether the server can take calls, for the health service. */
  readonly readiness: () => { readonly ready: boolean };
}

/** gRPC, gRPC-Web and Connect on one set of paths. */
export interface Rpc extends CallRoutes {
  /** Tells those who watch the server's health that its readiness may have changed. */
  readinessChanged(): void;
  /** The server is going: health turns to NOT_SERVING, and what watches it ends. Running calls go on. */
  close(): void;
}

/** Serves Sluice's services, gRPC health and server reflection. */
export function createRpc(options: RpcOptions): Rpc {
  const services = [ChatCompletionService, ModelService, TokenService, EmbeddingService, Health];
  const health = new ServiceHealth(
    services.map(({ typeName }) => typeName),
    () => options.readiness().ready,
  );
  const handlers = new Map<string, HttpHandler>(reflectionOnDemand(services, options.body.timeoutMs));
  for (const method of [...chatMethods, ...embeddingMethods, ...modelMethods, ...tokenMethods, ...healthMethods(health)]) {
    handlers.set(method.path, (request, response) => void serveCall(request, response, method, options));
  }
  return {
    ...routeCalls(handlers, services, options.describe),
    readinessChanged: () => health.refresh(),
    close: () => health.close(),
  };
}
