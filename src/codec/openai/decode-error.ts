import { type ErrorCode, errorTable, GatewayError } from "../../chat/error.ts";
import { publicMessage } from "./public-message.ts";
import { retryAfterMs } from "./retry-after.ts";

/** An upstream's answer that is no reply. */
export interface UpstreamFailure {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The beginning of the body; may be anything. */
  readonly body: string;
  /** The provider's name in the configuration. */
  readonly provider: string;
}

/**
 * The error a client sees for an upstream's error status. For 400, 404, 413 and 422 the vendor's own message passes, shortened and
 * scrubbed; of anything else nothing of the upstream's text is public.
 */
export function decodeError(failure: UpstreamFailure, now: number = Date.now()): GatewayError {
  const { status, provider } = failure;
  const vendor = vendorError(failure.body);
  const cause = new Error(`upstream status ${status}`);
  const code = codeOf(status, vendor);
  const wait = errorTable[code].retry === "no" ? undefined : retryAfterMs(failure.headers, now);
  const options = { provider, cause, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
  if (status === 400 || status === 404 || status === 413 || status === 422) {
    const message = vendor.message === undefined ? `the upstream refused the request (${status})` : publicMessage(vendor.message);
    return new GatewayError(code, message, { ...options, ...publicParam(vendor.param) });
  }
  return new GatewayError(code, messages[code] ?? "the upstream failed", options);
}

/**
 * The error a vendor sent inside a stream that had begun.
 * @param body the payload's JSON text.
 */
export function decodeStreamError(body: string, provider: string): GatewayError {
  const vendor = vendorError(body);
  const limited = vendor.status === 429 || vendor.code === "rate_limit_exceeded" || vendor.type === "rate_limit_error";
  const code = limited ? "upstream_rate_limited" : "upstream_error";
  return new GatewayError(code, messages[code] ?? "the upstream failed", {
    provider,
    cause: new Error("an error inside the upstream's stream"),
  });
}

/** The vendor's `param`, if it is a field's path and nothing else. */
function publicParam(param: string | undefined): { param?: string } {
  return param !== undefined && /^[\w.[\]-]{1,128}$/.test(param) && publicMessage(param) === param ? { param } : {};
}

const messages: Partial<Record<ErrorCode, string>> = {
  upstream_auth: "the upstream refused the gateway's credentials",
  upstream_rate_limited: "the upstream's rate limit is reached",
  upstream_timeout: "the upstream took too long",
  upstream_error: "the upstream failed",
};

interface VendorError {
  readonly message?: string;
  readonly code?: string;
  readonly type?: string;
  readonly param?: string;
  readonly status?: number;
}

/** Finds the vendor's error in a body of OpenAI's shape or one of its relatives; empty when there is none. */
function vendorError(body: string): VendorError {
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

const tooLong =
  /context[ _]length|context window|maximum context|too many tokens|prompt is too long|exceeds? the (?:maximum|context)/i;
const unsupported = /unsupported (?:parameter|value)|unrecognized request argument|is not supported with this model/i;

function codeOf(status: number, vendor: VendorError): ErrorCode {
  switch (status) {
    case 400:
    case 422:
      if (vendor.code === "context_length_exceeded" || tooLong.test(vendor.message ?? "")) return "context_length_exceeded";
      if (
        vendor.code === "unsupported_parameter" ||
        vendor.code === "unsupported_value" ||
        unsupported.test(vendor.message ?? "")
      ) {
        return "unsupported_parameter";
      }
      return "invalid_request";
    case 404:
      return vendor.code === "model_not_found" || /\bmodel\b/i.test(vendor.message ?? "") ? "model_not_found" : "not_found";
    case 413:
      return "request_too_large";
    case 401:
    case 402:
    case 403:
      return "upstream_auth";
    case 429:
      return "upstream_rate_limited";
    case 408:
    case 504:
      return "upstream_timeout";
    default:
      return "upstream_error";
  }
}
