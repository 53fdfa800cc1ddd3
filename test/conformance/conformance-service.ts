import { create, type DescMessage, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { type Code, ConnectError, createConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { compressionGzip } from "@connectrpc/connect-node";
import type { RequestContext } from "../../src/pipeline/context.ts";
import type { RpcCall } from "../../src/protocols/connect/rpc-call.ts";
import type { Contract } from "./contract.ts";
import type { TestMethods } from "./mount.ts";
import { wait } from "./wait.ts";

const scope = "connectrpc.conformance.v1";

interface Header {
  readonly name: string;
  readonly value: readonly string[];
}

interface AskedError {
  readonly code: Code;
  readonly message?: string;
  readonly details: readonly Any[];
}

/** What both kinds of definition have. */
interface Definition {
  readonly responseHeaders: readonly Header[];
  readonly responseTrailers: readonly Header[];
  readonly responseDelayMs: number;
}

/** How a method of one reply is to answer. */
interface UnaryDefinition extends Definition {
  readonly response:
    | { readonly case: "responseData"; readonly value: Uint8Array }
    | { readonly case: "error"; readonly value: AskedError }
    | { readonly case: undefined };
}

/** How a method of many replies is to answer. */
interface StreamDefinition extends Definition {
  readonly responseData: readonly Uint8Array[];
  readonly error?: AskedError;
}

type UnaryRequest = Message & { readonly responseDefinition?: UnaryDefinition };
type StreamRequest = Message & { readonly responseDefinition?: StreamDefinition; readonly fullDuplex?: boolean };

/** A call as it is to be told back. */
interface Seen {
  readonly headers: readonly Header[];
  readonly timeoutMs: number | undefined;
}

/** The suite's ConformanceService: answers as each request says, and tells back what it saw. */
export function conformanceService(contract: Contract, maxBytes: number): TestMethods {
  const service = `${scope}.ConformanceService`;
  const requestInfo = contract.message(`${scope}.ConformancePayload.RequestInfo`);
  const make = (desc: DescMessage, init: object) => create(desc, init as MessageInitShape<DescMessage>);

  const infoOf = (requests: readonly Message[], seen?: Seen) =>
    make(requestInfo, {
      requests: requests.map((request) => anyPack(contract.message(request.$typeName), request)),
      ...(seen === undefined ? {} : { requestHeaders: seen.headers.map(({ name, value }) => ({ name, value: [...value] })) }),
      ...(seen?.timeoutMs === undefined ? {} : { timeoutMs: BigInt(Math.round(seen.timeoutMs)) }),
    });
  const errorOf = ({ code, message, details }: AskedError, info?: Message) => {
    const error = new ConnectError(message ?? "", code);
    const all = info === undefined ? details : [...details, anyPack(requestInfo, info)];
    error.details = all.map(({ typeUrl, value }) => ({ type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1), value }));
    return error;
  };
  const unaryReply = (output: DescMessage, definition: UnaryDefinition | undefined, info: Message) => {
    const response = definition?.response;
    if (response?.case === "error") throw errorOf(response.value, info);
    return make(output, {
      payload: { requestInfo: info, ...(response?.case === "responseData" ? { data: response.value } : {}) },
    });
  };

  const unary = (name: string) => {
    const desc = contract.method(service, name, "unary");
    const begin = ({ responseDefinition }: UnaryRequest, call: RpcCall) => announce(call, responseDefinition);
    const reply = async (request: UnaryRequest, ctx: RequestContext) => {
      const { responseDefinition: definition } = request;
      await wait(definition?.responseDelayMs ?? 0, ctx.signal);
      return unaryReply(desc.output, definition, infoOf([request], seenBy(ctx)));
    };
    return [desc, { begin, reply }] as const;
  };

  const serverStream = contract.method(service, "ServerStream", "server_streaming");
  async function* streamReply(request: StreamRequest, ctx: RequestContext): AsyncIterable<Message> {
    const { responseDefinition: definition } = request;
    let info: Message | undefined = infoOf([request], seenBy(ctx));
    for (const data of definition?.responseData ?? []) {
      await wait(definition?.responseDelayMs ?? 0, ctx.signal);
      yield make(serverStream.output, { payload: { data, ...(info === undefined ? {} : { requestInfo: info }) } });
      info = undefined;
    }
    const error = definition?.error;
    if (error !== undefined) throw errorOf(error, info);
  }

  const router = createConnectRouter({
    acceptCompression: [compressionGzip],
    readMaxBytes: maxBytes,
    jsonOptions: { registry: contract.registry },
  });

  const clientStream = contract.method(service, "ClientStream", "client_streaming");
  router.rpc(clientStream, async (incoming, ctx) => {
    const heard = heardBy(ctx);
    const requests: UnaryRequest[] = [];
    for await (const request of incoming) requests.push(request);
    const definition = requests[0]?.responseDefinition;
    announceOn(ctx, definition);
    await wait(definition?.responseDelayMs ?? 0, ctx.signal);
    return unaryReply(clientStream.output, definition, infoOf(requests, heard));
  });

  const bidiStream = contract.method(service, "BidiStream", "bidi_streaming");
  router.rpc(bidiStream, async function* (incoming, ctx) {
    const heard = heardBy(ctx);
    let first: StreamRequest | undefined;
    let unanswered: StreamRequest[] = [];
    let sent = 0;
    const next = async (data: Uint8Array) => {
      await wait(first?.responseDefinition?.responseDelayMs ?? 0, ctx.signal);
      const info = sent === 0 ? infoOf(unanswered, heard) : first?.fullDuplex ? infoOf(unanswered) : undefined;
      unanswered = [];
      sent += 1;
      return make(bidiStream.output, { payload: { data, ...(info === undefined ? {} : { requestInfo: info }) } });
    };
    for await (const request of incoming as AsyncIterable<StreamRequest>) {
      if (first === undefined) {
        first = request;
        announceOn(ctx, first.responseDefinition);
      }
      unanswered.push(request);
      if (!first.fullDuplex) continue;
      const data = first.responseDefinition?.responseData[sent];
      if (data === undefined) break;
      yield await next(data);
    }
    const definition = first?.responseDefinition;
    for (const data of definition?.responseData.slice(sent) ?? []) yield await next(data);
    if (definition?.error !== undefined) throw errorOf(definition.error, sent === 0 ? infoOf(unanswered, heard) : undefined);
  });

  return {
    unary: [unary("Unary"), unary("IdempotentUnary")],
    serverStreaming: [
      [
        serverStream,
        { begin: ({ responseDefinition }: StreamRequest, call) => announce(call, responseDefinition), reply: streamReply },
      ],
    ],
    router,
  };
}

function announce(call: RpcCall, definition: Definition | undefined): void {
  for (const { name, value } of definition?.responseHeaders ?? []) call.setHeader(name, value.join(", "));
  for (const { name, value } of definition?.responseTrailers ?? []) call.setTrailer(name, value.join(", "));
}

function announceOn(ctx: HandlerContext, definition: Definition | undefined): void {
  for (const { name, value } of definition?.responseHeaders ?? [])
    for (const each of value) ctx.responseHeader.append(name, each);
  for (const { name, value } of definition?.responseTrailers ?? [])
    for (const each of value) ctx.responseTrailer.append(name, each);
}

function seenBy({ head }: RequestContext): Seen {
  const headers = Object.entries(head.headers)
    .filter(([name, value]) => !name.startsWith(":") && value !== undefined)
    .map(([name, value]) => ({ name, value: [value ?? ""].flat() }));
  return { headers, timeoutMs: head.timeoutMs };
}

function heardBy(ctx: HandlerContext): Seen {
  return { headers: [...ctx.requestHeader].map(([name, value]) => ({ name, value: [value] })), timeoutMs: ctx.timeoutMs() };
}
