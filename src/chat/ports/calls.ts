import type { Message } from "@bufbuild/protobuf";
import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import type { IncomingChatRequest } from "../chat-request.ts";
import type { GatewayError } from "../error.ts";
import type { Immutable } from "../immutable.ts";
import type { MaybePromise } from "../maybe-promise.ts";
import type { Operation } from "../operation.ts";
import type { RequestHead } from "../request-head.ts";
import type { ChatStream } from "../stream.ts";

/** What protocols call: the pipeline with everything behind it. */
export interface Calls {
  /**
   * Starts a call, before its first body byte.
   * @throws GatewayError to refuse it; nothing is held then.
   */
  admit(head: RequestHead): MaybePromise<Admitted>;
}

/** A call that was let in. The protocol that got it must `close` it when the reply is gone or the client is. */
export interface Admitted {
  /** Where the call has gone so far, as its client may see it. */
  readonly route: Immutable<RouteInfo>;
  /**
   * Runs a chat completion. The stream ends with one final chunk (no choices; `usage`, `cost`, `route`). When it fails after
   * something of the reply was yielded, the final chunk comes first and the next read throws the GatewayError; when it fails
   * before, this call or the first read throws.
   */
  chat(request: IncomingChatRequest): Promise<ChatStream>;
  /** Runs any other operation: a message in, a message out. */
  unary(operation: Operation, request: Message): Promise<Message>;
  /** Ends the call: good without an error; `cancelled` when the client is gone. Idempotent. */
  close(error?: GatewayError): void;
}
