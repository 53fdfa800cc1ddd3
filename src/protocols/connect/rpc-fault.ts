import { Code } from "@connectrpc/connect";
import { type ErrorCode, GatewayError, type GatewayErrorOptions } from "../../chat/error.ts";

/** A breach of an RPC protocol, for which its specification names another status than the error table's row. */
export class RpcFault extends GatewayError {
  /** The status on the wire. */
  readonly status: Code;

  constructor(status: Code, code: ErrorCode, message: string, options?: GatewayErrorOptions) {
    super(code, message, options);
    this.status = status;
  }

  /** Another number of request messages than the one that unary and server-streaming methods take (gRPC's status codes). */
  static cardinality(found: "no" | "more than one"): RpcFault {
    return new RpcFault(Code.Unimplemented, "invalid_request", `this method takes one request message, found ${found}`);
  }
}

/** A request compressed in a way the gateway does not know. The answer names the ways it does. */
export class UnknownCompression extends RpcFault {
  constructor() {
    super(Code.Unimplemented, "unsupported_media_type", "the request's compression is unknown: use gzip or identity");
  }
}
