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

/** What a vendor says of a failure, whatever the shape it says it in. */
export interface VendorError {
  readonly message?: string | undefined;
  /** The request parameter at fault. */
  readonly param?: string | undefined;
}

/**
 * The error a client sees for an upstream's error status that means this code. For 400, 404, 413 and 422 the vendor's own message
 * passes, shortened and scrubbed; of anything else nothing of the upstream's text is public.
 */
export function refusalError(failure: UpstreamFailure, code: ErrorCode, vendor: VendorError, now: number): GatewayError {
  const { status, provider } = failure;
  const cause = new Error(`upstream status ${status}`);
  const wait = errorTable[code].retry === "no" ? undefined : retryAfterMs(failure.headers, now);
  const options = { provider, cause, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
  if (status !== 400 && status !== 404 && status !== 413 && status !== 422) {
    return new GatewayError(code, ownMessage(code), options);
  }
  const message = vendor.message === undefined ? `the upstream refused the request (${status})` : publicMessage(vendor.message);
  return new GatewayError(code, message, { ...options, ...publicParam(vendor.param) });
}

/** The error for one that a vendor sent inside a stream that had begun: nothing of its text is public. */
export function streamFailure(code: ErrorCode, provider: string): GatewayError {
  return new GatewayError(code, ownMessage(code), { provider, cause: new Error("an error inside the upstream's stream") });
}

/** The vendor's `param`, if it is a field's path and nothing else. */
function publicParam(param: string | undefined): { param?: string } {
  return param !== undefined && /^[\w.[\]-]{1,128}$/.test(param) && publicMessage(param) === param ? { param } : {};
}

const messages: Partial<Record<ErrorCode, string>> = {
  upstream_auth: "the upstream refused the gateway's credentials",
  upstream_rate_limited: "the upstream's rate limit is reached",
  upstream_timeout: "the upstream took too long",
};

const ownMessage = (code: ErrorCode): string => messages[code] ?? "the upstream failed";

const tooLong =
  /context[ _]length|context window|maximum context|too many tokens|prompt is too long|input is too long|exceeds? the (?:maximum|context)/i;

/** Whether a vendor's words say that the conversation is longer than the model takes. */
export const saysTooLong = (message: string | undefined): boolean => tooLong.test(message ?? "");

/** What a status means by itself, where the vendor's body says no more. */
export function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case 400:
    case 422:
      return "invalid_request";
    case 404:
      return "not_found";
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
