import { create, type DescService } from "@bufbuild/protobuf";
import { type ConnectRouter, createConnectRouter } from "@connectrpc/connect";
import { compressionGzip } from "@connectrpc/connect-node";
import { file_google_rpc_error_details } from "#gen/google/rpc/error_details_pb";
import { ServerReflection, ServerReflectionResponseSchema } from "#gen/grpc/reflection/v1/reflection_pb";
import {
  ServerReflection as ServerReflectionAlpha,
  ServerReflectionResponseSchema as ServerReflectionAlphaResponseSchema,
} from "#gen/grpc/reflection/v1alpha/reflection_pb";
import type { HttpHandler } from "../exchange.ts";
import { FileIndex } from "./file-index.ts";
import { reflectionAnswer } from "./reflection-answer.ts";
import { streamingHandlers } from "./streaming-handlers.ts";

const maxRequestBytes = 64 * 1024;

/**
 * Server reflection, v1 and v1alpha, for some services and itself: a handler per path. Its methods stream both ways, so Connect's
 * own handlers serve them. `requestMs`: how long one may ask. Default for ever.
 */
export function reflection(services: readonly DescService[], requestMs?: number): ReadonlyMap<string, HttpHandler> {
  const all = [...services, ServerReflection, ServerReflectionAlpha];
  const files = new FileIndex([...all.map(({ file }) => file), file_google_rpc_error_details]); // clients show an error's details
  const names = all.map(({ typeName }) => typeName);
  const router: ConnectRouter = createConnectRouter({ acceptCompression: [compressionGzip], readMaxBytes: maxRequestBytes });
  router.rpc(ServerReflection.method.serverReflectionInfo, (requests) =>
    mapped(requests, (originalRequest) =>
      create(ServerReflectionResponseSchema, {
        validHost: originalRequest.host,
        originalRequest,
        messageResponse: reflectionAnswer(originalRequest.messageRequest, files, names),
      }),
    ),
  );
  router.rpc(ServerReflectionAlpha.method.serverReflectionInfo, (requests) =>
    mapped(requests, (originalRequest) =>
      create(ServerReflectionAlphaResponseSchema, {
        validHost: originalRequest.host,
        originalRequest,
        messageResponse: reflectionAnswer(originalRequest.messageRequest, files, names),
      }),
    ),
  );
  return streamingHandlers(router, requestMs);
}

/** Answers each item of a stream when it comes. */
function mapped<In, Out>(items: AsyncIterable<In>, answer: (item: In) => Out): AsyncIterable<Out> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = items[Symbol.asyncIterator]();
      return {
        async next() {
          const { done, value } = await iterator.next();
          return done === true ? { done, value } : { done: false, value: answer(value) };
        },
      };
    },
  };
}
