import type { DescMessage, DescMethodServerStreaming, DescMethodUnary, MessageShape } from "@bufbuild/protobuf";
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
  /** What calls of the method are admitted as; undefined: they need no admission. */
  readonly operation: Operation | undefined;
  /**
   * Answers a call, given its request message, and ends its reply when all went well.
   * @throws GatewayError what the reply is to be ended with.
   */
  serve(message: Uint8Array, call: RpcCall): Promise<void>;
}

/** Sends messages of a stream in one write; a promise while the client does not read. */
export type Send<Desc extends DescMessage> = (messages: readonly Immutable<MessageShape<Desc>>[]) => MaybePromise<void>;

/** A method that answers with one message. */
export function unary<I extends DescMessage, O extends DescMessage>(
  desc: DescMethodUnary<I, O>,
  operation: Operation | undefined,
  run: (request: MessageShape<I>, call: RpcCall) => MaybePromise<Immutable<MessageShape<O>>>,
): Method {
  return {
    path: pathOf(desc),
    streaming: false,
    operation,
    async serve(message, call) {
      const reply = await run(decode(desc.input, message, call), call);
      await call.finishWith(encodeFor(call, desc.output, reply));
    },
  };
}

/** A method that answers with a stream of messages. */
export function serverStreaming<I extends DescMessage, O extends DescMessage>(
  desc: DescMethodServerStreaming<I, O>,
  operation: Operation | undefined,
  run: (request: MessageShape<I>, call: RpcCall, send: Send<O>) => Promise<void>,
): Method {
  return {
    path: pathOf(desc),
    streaming: true,
    operation,
    async serve(message, call) {
      await run(decode(desc.input, message, call), call, (messages) =>
        call.send(messages.map((each) => encodeFor(call, desc.output, each))),
      );
      call.finish();
    },
  };
}

function pathOf(desc: DescMethodUnary | DescMethodServerStreaming): string {
  return `/${desc.parent.typeName}/${desc.name}`;
}

function decode<Desc extends DescMessage>(desc: Desc, message: Uint8Array, { wire }: RpcCall): MessageShape<Desc> {
  return validate(desc, decodeMessage(desc, message, wire.binary));
}

function encodeFor<Desc extends DescMessage>({ wire }: RpcCall, desc: Desc, message: Immutable<MessageShape<Desc>>): Uint8Array {
  if (wire.binary) return encode(desc, message);
  const json = encodeJson(desc, message, { useProtoFieldName: true });
  const text = JSON.stringify(json);
  return Buffer.from(text.includes("\\ud") ? JSON.stringify(json, wellFormed) : text);
}

/** What binary Protobuf makes of half a surrogate pair, which JSON.stringify escapes and clients refuse: U+FFFD. */
function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value;
}
