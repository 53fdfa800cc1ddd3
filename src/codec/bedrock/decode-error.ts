import type { ErrorCode, GatewayError } from "../../chat/error.ts";
import { codeOfStatus, refusalError, saysTooLong, streamFailure, type UpstreamFailure } from "../failure/upstream-failure.ts";

/** Exceptions by name, without the ending (https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html). */
const codes: Readonly<Record<string, ErrorCode>> = {
  Throttling: "upstream_rate_limited",
  TooManyRequests: "upstream_rate_limited",
  ServiceQuotaExceeded: "upstream_rate_limited",
  ModelTimeout: "upstream_timeout",
  ModelNotReady: "upstream_error",
  ModelError: "upstream_error",
  ModelStreamError: "upstream_error",
  InternalServer: "upstream_error",
  InternalFailure: "upstream_error",
  ServiceUnavailable: "upstream_error",
  AccessDenied: "upstream_auth",
  UnrecognizedClient: "upstream_auth",
  InvalidSignature: "upstream_auth",
  IncompleteSignature: "upstream_auth",
  SignatureDoesNotMatch: "upstream_auth",
  InvalidClientTokenId: "upstream_auth",
  MissingAuthenticationToken: "upstream_auth",
  ExpiredToken: "upstream_auth",
  ResourceNotFound: "model_not_found",
};

const alsoTooLong =
  /too many input tokens|exceeds? (?:the )?(?:context limit|model'?s? context)|exceeds the model|input.*(?:token|length).*exceed/i;
const noSuchModel =
  /model identifier is invalid|invalid model identifier|model .*(?:not found|does(?:n't| not) exist|end of its life)/i;

/** The error a client sees for an error status of Bedrock's, named by `x-amzn-errortype` or the body. */
export function decodeError(failure: UpstreamFailure, now: number = Date.now()): GatewayError {
  const { message, type } = bedrockError(failure.body);
  const header = failure.headers["x-amzn-errortype"];
  const name = typeof header === "string" ? header : type;
  return refusalError(failure, codeOf(failure.status, name, message), { message }, now);
}

/**
 * The error for an exception inside a stream that had begun.
 * @param type `exception:` and its name, or `error:` and its code.
 */
export function decodeStreamError(data: string, type: string, provider: string): GatewayError {
  const name = type.slice(type.indexOf(":") + 1);
  const code = codeOf(424, name.slice(0, 1).toUpperCase() + name.slice(1), bedrockError(data).message);
  return streamFailure(code, provider);
}

function codeOf(status: number, type: string | undefined, message: string | undefined): ErrorCode {
  // ThrottlingException:http://internal.amazon.com/coral/…, com.amazon.coral.service#UnrecognizedClientException
  const name = (type ?? "")
    .replace(/:.*$/s, "")
    .replace(/^.*#/s, "")
    .replace(/(?:Exception|Error)$/, "");
  if (name === "Validation" || (name === "" && status === 400)) {
    if (saysTooLong(message) || alsoTooLong.test(message ?? "")) return "context_length_exceeded";
    return noSuchModel.test(message ?? "") ? "model_not_found" : "invalid_request";
  }
  return (Object.hasOwn(codes, name) ? codes[name] : undefined) ?? codeOfStatus(status);
}

function bedrockError(body: string): { readonly message?: string; readonly type?: string } {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return {};
  }
  if (typeof value !== "object" || value === null) return {};
  const fields = value as Record<string, unknown>; // a JSON object or array
  const message = fields.message ?? fields.Message;
  const { __type: type } = fields;
  return { ...(typeof message === "string" ? { message } : {}), ...(typeof type === "string" ? { type } : {}) };
}
