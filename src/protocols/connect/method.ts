import {
  createRegistry,
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageShape,
  type Registry,
} from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { encode, encodeJson, type Immutable } from "../../chat/immutable.ts";
import type { MaybePromise } from "../../chat/maybe-promise.ts";
import type { Operation } from "../../chat/operation.ts";
import { validate } from "../../chat/validate-request.ts";
import { decodeMessage } from "./decode-message.ts";
import type { RpcCall } from "./rpc-call.ts";

/** A unary or server-streaming method and what answers it. */
export interface Method {
  /** `/<service>/<method>` */
  readonly path: string;
  readonly streaming: boolean;
  /** Whether it may be called with Connect's GET: it is unary and has no side effects. */
  readonly safe: boolean;
  /** What calls of the method are admitted as; undefined: they need no admission. */
  readonly operation: Operation | undefined;
  /**
   * Answers a call, given its request message, and ends its reply when all went well.
   * @throws GatewayError what the reply is to be ended with.
   */
  serve(message: Uint8Array, call: RpcCall): Promise<void>;
}

/** Sends messages of a stream in one write, with none its headers only; a promise while the client does not read. */
export type Send<Desc extends DescMessage> = (messages: readonly Immutable<MessageShape<Desc>>[]) => MaybePromise<void>;

/** A method that answers with one message. */
export function unary<I extends DescMessage, O extends DescMessage>(
  desc: DescMethodUnary<I, O>,
  operation: Operation | undefined,
  run: (request: MessageShape<I>, call: RpcCall) => MaybePromise<Immutable<MessageShape<O>>>,
): Method {
  const registry = createRegistry(desc.parent.file);
  return {
    path: pathOf(desc),
    streaming: false,
    safe: desc.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS,
    operation,
    async serve(message, call) {
      const reply = await run(decode(desc.input, message, call, registry), call);
      await call.finishWith(encodeFor(call, desc.output, reply, registry));
    },
  };
}

/** A method that answers with a stream of messages. */
export function serverStreaming<I extends DescMessage, O extends DescMessage>(
  desc: DescMethodServerStreaming<I, O>,
  operation: Operation | undefined,
  run: (request: MessageShape<I>, call: RpcCall, send: Send<O>) => Promise<void>,
): Method {
  const registry = createRegistry(desc.parent.file);
  return {
    path: pathOf(desc),
    streaming: true,
    safe: false,
    operation,
    async serve(message, call) {
      await run(decode(desc.input, message, call, registry), call, (messages) =>
        call.send(messages.map((each) => encodeFor(call, desc.output, each, registry))),
      );
      call.finish();
    },
  };
}

function pathOf(desc: DescMethodUnary | DescMethodServerStreaming): string {
  return `/${desc.parent.typeName}/${desc.name}`;
}

/** `registry`: what may be in an Any. */
function decode<Desc extends DescMessage>(
  desc: Desc,
  message: Uint8Array,
  { wire }: RpcCall,
  registry: Registry,
): MessageShape<Desc> {
  return validate(desc, decodeMessage(desc, message, wire.binary, registry));
}

function encodeFor<Desc extends DescMessage>(
  { wire }: RpcCall,
  desc: Desc,
  message: Immutable<MessageShape<Desc>>,
  registry: Registry,
): Uint8Array {
  if (wire.binary) return encode(desc, message);
  const json = encodeJson(desc, message, { useProtoFieldName: true, registry });
  const text = JSON.stringify(json);
  return Buffer.from(text.includes("\\ud") ? JSON.stringify(json, wellFormed) : text);
}

/** What binary Protobuf makes of half a surrogate pair, which JSON.stringify escapes and clients refuse: U+FFFD. */
function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value;
}
