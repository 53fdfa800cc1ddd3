import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import type { GatewayError } from "../error.ts";
import type { Immutable } from "../immutable.ts";
import type { RequestHead } from "../request-head.ts";

/** Is told of every call, to measure it. Nothing of it may throw or wait. */
export interface CallObserver {
  /** A call begins. Its end is told in every case. */
  began(head: RequestHead): ObservedCall;
}

/** One call, as it goes on. Times are of `performance.now()`. */
export interface ObservedCall {
  /** The request is there: the model that the client asks for, and whether it wants a stream. Not of calls for no model. */
  asked(model: string, streamed: boolean): void;
  /** A batch of the reply is on its way to the client. */
  delivered(at: number): void;
  /**
   * The call is over: with which tokens, as far as an upstream told, with which error, none after a good end, and with what of its
   * route, none when it was refused before it had one.
   */
  ended(usage: Immutable<Usage> | undefined, error: GatewayError | undefined, route: Immutable<RouteInfo> | undefined): void;
}

const unobservedCall: ObservedCall = { asked() {}, delivered() {}, ended() {} };

/** An observer that looks away. */
export const unobserved: CallObserver = { began: () => unobservedCall };
