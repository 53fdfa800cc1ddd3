import type { ErrorCode, GatewayError } from "../../chat/error.ts";
import {
  codeOfStatus,
  refusalError,
  saysTooLong,
  streamFailure,
  type UpstreamFailure,
  type VendorError,
} from "../failure/upstream-failure.ts";

/** The error a client sees for an upstream's error status and its body in OpenAI's form or one of its relatives. */
export function decodeError(failure: UpstreamFailure, now: number = Date.now()): GatewayError {
  const vendor = openAiError(failure.body);
  return refusalError(failure, codeOf(failure.status, vendor), vendor, now);
}

/**
 * The error a vendor sent inside a stream that had begun.
 * @param body the payload's JSON text.
 */
export function decodeStreamError(body: string, provider: string): GatewayError {
  const vendor = openAiError(body);
  const limited = vendor.status === 429 || vendor.code === "rate_limit_exceeded" || vendor.type === "rate_limit_error";
  return streamFailure(limited ? "upstream_rate_limited" : "upstream_error", provider);
}

interface OpenAiError extends VendorError {
  readonly code?: string;
  readonly type?: string;
  readonly status?: number;
}

/** Finds the vendor's error in a body of OpenAI's shape or one of its relatives; empty when there is none. */
function openAiError(body: string): OpenAiError {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return {};
  }
  if (Array.isArray(value)) value = value[0];
  const outer = asRecord(value);
  const inner = typeof outer.error === "string" ? { message: outer.error } : asRecord(outer.error ?? outer.detail ?? outer);
  const text = (key: string) => (typeof inner[key] === "string" && inner[key] !== "" ? { [key]: inner[key] } : {});
  const status = typeof inner.code === "number" ? { status: inner.code } : {};
  return { ...text("message"), ...text("code"), ...text("type"), ...text("param"), ...status };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}; // a JSON object
}

const unsupported = /unsupported (?:parameter|value)|unrecognized request argument|is not supported with this model/i;

function codeOf(status: number, vendor: OpenAiError): ErrorCode {
  if (status === 400 || status === 422) {
    if (vendor.code === "context_length_exceeded" || saysTooLong(vendor.message)) return "context_length_exceeded";
    const isUnsupported = vendor.code === "unsupported_parameter" || vendor.code === "unsupported_value";
    if (isUnsupported || unsupported.test(vendor.message ?? "")) return "unsupported_parameter";
  }
  if (status === 404 && (vendor.code === "model_not_found" || /\bmodel\b/i.test(vendor.message ?? ""))) return "model_not_found";
  return codeOfStatus(status);
}
