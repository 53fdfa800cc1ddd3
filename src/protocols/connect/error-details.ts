import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { type Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "#gen/google/rpc/error_details_pb";
import type { GatewayError } from "../../chat/error.ts";
import { RpcFault } from "./rpc-fault.ts";

type Detail = { readonly desc: DescMessage; readonly value: MessageInitShape<DescMessage> };

/** How errors are written. */
export type Describe = (error: GatewayError) => ConnectError;

const domain = "sluice";
const defaultRetryMs = 1000;
/** What has been written: under load one error refuses many calls, and making a ConnectError is most of what that costs. */
const written = new WeakMap<GatewayError, ConnectError>();

/**
 * An error as RPC protocols write it: the status of its row, `x-should-retry` as metadata, and as details
 * (google/rpc/error_details.proto) an ErrorInfo whose reason is the error's code, a RetryInfo when another try may help, a
 * BadRequest when fields are at fault.
 */
export function toConnectError(error: GatewayError): ConnectError {
  let connectError = written.get(error);
  if (connectError === undefined) {
    connectError = write(error);
    written.set(error, connectError);
  }
  return connectError;
}

function write(error: GatewayError): ConnectError {
  const status: Code = error instanceof RpcFault ? error.status : error.row.grpc;
  const metadata: Record<string, string> = error.provider === undefined ? {} : { provider: error.provider };
  const details: Detail[] = [detail(ErrorInfoSchema, { reason: error.code, domain, metadata })];
  const { retryAfterMs = error.row.retry === "after" ? defaultRetryMs : 0 } = error;
  if (error.retryAfterMs !== undefined || error.row.retry !== "no") {
    const seconds = Math.floor(retryAfterMs / 1000);
    const retryDelay = { seconds: BigInt(seconds), nanos: Math.round((retryAfterMs - seconds * 1000) * 1e6) };
    details.push(detail(RetryInfoSchema, { retryDelay }));
  }
  const fieldViolations = fieldsAtFault(error);
  if (fieldViolations.length > 0) details.push(detail(BadRequestSchema, { fieldViolations }));
  return new ConnectError(error.message, status, { "x-should-retry": String(error.row.retry !== "no") }, details);
}

function detail<Desc extends DescMessage>(desc: Desc, value: MessageInitShape<Desc>): Detail {
  return { desc, value: create(desc, value) };
}

function fieldsAtFault(error: GatewayError): { field: string; description: string }[] {
  if (error.violations.length > 0) return error.violations.map(({ field, description }) => ({ field, description }));
  return error.param === undefined ? [] : [{ field: error.param, description: error.message }];
}
