import type { ErrorCode, GatewayError } from "../../chat/error.ts";
import {
  codeOfStatus,
  refusalError,
  saysTooLong,
  streamFailure,
  type UpstreamFailure,
  type VendorError,
} from "../failure/upstream-failure.ts";

/** google.rpc.Status in JSON (https://google.aip.dev/193). */
interface GoogleError extends VendorError {
  /** A name of google.rpc.Code. */
  readonly status?: string | undefined;
  /** ErrorInfo's reason, e.g. `API_KEY_INVALID`. */
  readonly reason?: string | undefined;
  /** RetryInfo's delay, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** The error a client sees for an error status of Google's. RetryInfo in its details stands for a missing Retry-After. */
export function decodeError(failure: UpstreamFailure, now: number = Date.now()): GatewayError {
  const vendor = googleError(failure.body);
  const { retryAfterMs } = vendor;
  const told = retryAfterMs === undefined || failure.headers["retry-after"] !== undefined;
  const headers = told ? failure.headers : { ...failure.headers, "retry-after-ms": String(retryAfterMs) };
  const code = codeOf(failure.status, vendor);
  // What a bad request says of our key is not the client's to read.
  const status = code === "upstream_auth" ? 401 : failure.status;
  return refusalError({ ...failure, status, headers }, code, vendor, now);
}

/**
 * The error that came inside of a stream, or as a reply.
 * @param error JSON text of the google.rpc.Status.
 */
export function decodeStreamError(error: string, provider: string): GatewayError {
  const { status } = googleError(`{"error":${error}}`);
  return streamFailure(streamCodes.get(status ?? "") ?? "upstream_error", provider);
}

const streamCodes: ReadonlyMap<string, ErrorCode> = new Map([
  ["RESOURCE_EXHAUSTED", "upstream_rate_limited"],
  ["DEADLINE_EXCEEDED", "upstream_timeout"],
  ["UNAUTHENTICATED", "upstream_auth"],
  ["PERMISSION_DENIED", "upstream_auth"],
]);

function codeOf(httpStatus: number, { status, reason, message }: GoogleError): ErrorCode {
  if (httpStatus === 400) {
    // A bad key is a bad request at the Gemini API, and so is a region that it does not serve.
    if (reason === "API_KEY_INVALID" || status === "FAILED_PRECONDITION") return "upstream_auth";
    if (saysTooLong(message) || tooLong.test(message ?? "")) return "context_length_exceeded";
  }
  if (httpStatus === 404 && /\bmodels?\b/i.test(message ?? "")) return "model_not_found";
  return codeOfStatus(httpStatus);
}

const tooLong = /input token count .{0,40}exceeds/i;

/** Finds the error in a body: an object with `error`, or an array of one, as streams without `alt=sse` send it. */
function googleError(body: string): GoogleError {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return {};
  }
  const error = recordOf(recordOf(Array.isArray(value) ? value[0] : value).error);
  const details: readonly unknown[] = Array.isArray(error.details) ? error.details : [];
  const detail = (type: string) => recordOf(details.find((item) => String(recordOf(item)["@type"]).endsWith(type)));
  return {
    message: textOf(error.message),
    status: textOf(error.status),
    reason: textOf(detail("google.rpc.ErrorInfo").reason),
    retryAfterMs: millisecondsOf(detail("google.rpc.RetryInfo").retryDelay),
  };
}

/** A google.protobuf.Duration, `"34.07s"`, in milliseconds. */
function millisecondsOf(duration: unknown): number | undefined {
  const seconds = /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(typeof duration === "string" ? duration : "")?.[1];
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000);
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}; // a JSON object or array
}
