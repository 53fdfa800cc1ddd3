import type { ErrorCode, GatewayError } from "../../chat/error.ts";
import {
  codeOfStatus,
  refusalError,
  saysTooLong,
  streamFailure,
  type UpstreamFailure,
  type VendorError,
} from "../failure/upstream-failure.ts";

interface AnthropicError extends VendorError {
  readonly type?: string;
}

/**
 * The error a client sees for an error status (https://platform.claude.com/docs/en/api/errors). A balance that is used up is said with a
 * 400, and is the operator's to know.
 */
export function decodeError(failure: UpstreamFailure, now: number = Date.now()): GatewayError {
  const vendor = anthropicError(failure.body);
  if (failure.status === 400 && /credit balance|billing|spend limit/i.test(vendor.message ?? "")) {
    return refusalError({ ...failure, status: 402 }, "upstream_auth", {}, now);
  }
  return refusalError(failure, codeOf(failure.status, vendor), vendor, now);
}

/** The error inside a stream, or in the place of a reply. @param body JSON text with the member `error`. */
export function decodeStreamError(body: string, provider: string): GatewayError {
  return streamFailure(streamCodes.get(anthropicError(body).type ?? "") ?? "upstream_error", provider);
}

const streamCodes: ReadonlyMap<string, ErrorCode> = new Map([
  ["rate_limit_error", "upstream_rate_limited"],
  ["timeout_error", "upstream_timeout"],
  ["authentication_error", "upstream_auth"],
  ["permission_error", "upstream_auth"],
  ["billing_error", "upstream_auth"],
]);

const unsupported = /not supported (?:for|on|by) th(?:is|e) model|is deprecated for this model|does not support/i;

function codeOf(status: number, { type, message }: AnthropicError): ErrorCode {
  if (type === "request_too_large" || status === 413) return "request_too_large";
  if (status === 400 || status === 422) {
    if (saysTooLong(message)) return "context_length_exceeded";
    if (unsupported.test(message ?? "")) return "unsupported_parameter";
  }
  if (status === 404 && /\bmodel\b/i.test(message ?? "")) return "model_not_found";
  return codeOfStatus(status);
}

/** The vendor's error in a body that may be anything. */
function anthropicError(body: string): AnthropicError {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return {};
  }
  const error = memberOf(value, "error");
  const text = (key: string) => {
    const found = memberOf(error, key);
    return typeof found === "string" && found !== "" ? { [key]: found } : {};
  };
  return { ...text("message"), ...text("type") };
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
