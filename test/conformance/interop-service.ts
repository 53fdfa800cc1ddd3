import { create, type Message } from "@bufbuild/protobuf";
import { type Code, ConnectError, createConnectRouter } from "@connectrpc/connect";
import { compressionGzip } from "@connectrpc/connect-node";
import type { RequestContext } from "../../src/pipeline/context.ts";
import type { RpcCall } from "../../src/protocols/connect/rpc-call.ts";
import type { Contract } from "./contract.ts";
import type { TestMethods } from "./mount.ts";
import { wait } from "./wait.ts";

const service = "grpc.testing.TestService";
const echoedHeader = "x-grpc-test-echo-initial";
const echoedTrailer = "x-grpc-test-echo-trailing-bin";

interface Status {
  readonly code: Code;
  readonly message: string;
}

interface ResponseParameters {
  readonly size: number;
  readonly intervalUs: number;
}

type SimpleRequest = Message & {
  readonly responseSize: number;
  readonly responseStatus?: Status;
  readonly fillServerId: boolean;
};
type InputRequest = Message & { readonly payload?: { readonly body: Uint8Array } };
type OutputRequest = Message & { readonly responseParameters: readonly ResponseParameters[]; readonly responseStatus?: Status };

/**
 * grpc.testing.TestService, as gRPC's interoperability tests want it
 * (https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md).
 */
export function interopService(contract: Contract, maxBytes: number): TestMethods {
  const emptyCall = contract.method(service, "EmptyCall", "unary");
  const unaryCall = contract.method(service, "UnaryCall", "unary");
  const outputCall = contract.method(service, "StreamingOutputCall", "server_streaming");
  const inputCall = contract.method(service, "StreamingInputCall", "client_streaming");
  const router = createConnectRouter({ acceptCompression: [compressionGzip], readMaxBytes: maxBytes });

  async function unaryReply({ responseSize, responseStatus, fillServerId }: SimpleRequest): Promise<Message> {
    const error = errorOf(responseStatus);
    if (error !== undefined) throw error;
    const serverId = fillServerId ? "sluice" : "";
    return create(unaryCall.output, { payload: { body: new Uint8Array(responseSize) }, serverId });
  }
  async function* outputs({ responseParameters }: OutputRequest, { signal }: { readonly signal: AbortSignal }) {
    for (const { size, intervalUs } of responseParameters) {
      await wait(intervalUs / 1000, signal);
      yield create(outputCall.output, { payload: { body: new Uint8Array(size) } });
    }
  }

  router.rpc(inputCall, async (requests) => {
    let aggregatedPayloadSize = 0;
    for await (const { payload } of requests as AsyncIterable<InputRequest>) aggregatedPayloadSize += payload?.body.length ?? 0;
    return create(inputCall.output, { aggregatedPayloadSize });
  });
  router.rpc(contract.method(service, "FullDuplexCall", "bidi_streaming"), async function* (requests, ctx) {
    echo(
      (name) => ctx.requestHeader.get(name),
      (name, value) => ctx.responseHeader.set(name, value),
      (name, value) => ctx.responseTrailer.set(name, value),
    );
    for await (const request of requests as AsyncIterable<OutputRequest>) {
      const error = errorOf(request.responseStatus);
      if (error !== undefined) throw error;
      yield* outputs(request, ctx);
    }
  });
  router.rpc(contract.method(service, "HalfDuplexCall", "bidi_streaming"), async function* (requests, ctx) {
    const all: OutputRequest[] = [];
    for await (const request of requests as AsyncIterable<OutputRequest>) all.push(request);
    for (const request of all) yield* outputs(request, ctx);
  });

  return {
    unary: [
      [emptyCall, { reply: async () => create(emptyCall.output) }],
      [unaryCall, { begin: (_request, call) => echoOf(call), reply: (request) => unaryReply(request as SimpleRequest) }],
    ],
    serverStreaming: [[outputCall, { reply: (request, ctx: RequestContext) => outputs(request as OutputRequest, ctx) }]],
    router,
  };
}

function errorOf(status: Status | undefined): ConnectError | undefined {
  return status === undefined || Number(status.code) === 0 ? undefined : new ConnectError(status.message, status.code);
}

function echoOf(call: RpcCall): void {
  echo(
    (name) => String(call.requestHeaders[name] ?? ""),
    (name, value) => call.setHeader(name, value),
    (name, value) => call.setTrailer(name, value),
  );
}

/** Sends a header back as a header, and one back as a trailer. */
function echo(
  get: (name: string) => string | null,
  setHeader: (name: string, value: string) => void,
  setTrailer: (name: string, value: string) => void,
): void {
  const header = get(echoedHeader);
  const trailer = get(echoedTrailer);
  if (header) setHeader(echoedHeader, header);
  if (trailer) setTrailer(echoedTrailer, trailer);
}
