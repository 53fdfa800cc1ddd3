/** How one error code shows on every protocol. */
export interface ErrorRow {
  /** OpenAI's `error.type`. */
  readonly type: string;
  /** HTTP status on REST. */
  readonly status: number;
  /** gRPC and Connect status code (google.rpc.Code). */
  readonly grpc: number;
  /** Whether a client may try again: `yes`, `after` (a Retry-After), `no`. */
  readonly retry: "yes" | "after" | "no";
}

const row = (type: string, status: number, grpc: number, retry: ErrorRow["retry"]): ErrorRow => ({ type, status, grpc, retry });

/** Every error code a client can meet, and how it shows on each protocol. */
export const errorTable = {
  invalid_request: row("invalid_request_error", 400, 3, "no"),
  context_length_exceeded: row("invalid_request_error", 400, 3, "no"),
  unsupported_parameter: row("invalid_request_error", 400, 3, "no"),
  guardrail_blocked: row("invalid_request_error", 400, 7, "no"),
  invalid_api_key: row("authentication_error", 401, 16, "no"),
  permission_denied: row("permission_error", 403, 7, "no"),
  model_not_found: row("invalid_request_error", 404, 5, "no"),
  not_found: row("invalid_request_error", 404, 5, "no"),
  method_not_allowed: row("invalid_request_error", 405, 12, "no"),
  unsupported_media_type: row("invalid_request_error", 415, 3, "no"),
  request_too_large: row("invalid_request_error", 413, 8, "no"),
  rate_limit_exceeded: row("rate_limit_error", 429, 8, "after"),
  upstream_rate_limited: row("rate_limit_error", 429, 8, "after"),
  budget_exceeded: row("insufficient_quota", 429, 8, "no"),
  overloaded: row("server_error", 503, 14, "after"),
  draining: row("server_error", 503, 14, "after"),
  upstream_error: row("server_error", 502, 14, "yes"),
  upstream_auth: row("server_error", 502, 13, "no"),
  upstream_timeout: row("server_error", 504, 4, "yes"),
  deadline_exceeded: row("server_error", 504, 4, "no"),
  upstream_interrupted: row("server_error", 502, 14, "yes"),
  loop_detected: row("server_error", 508, 9, "no"),
  cancelled: row("server_error", 499, 1, "no"),
  internal: row("server_error", 500, 13, "no"),
} as const satisfies Record<string, ErrorRow>;

/** A code of {@link errorTable}. */
export type ErrorCode = keyof typeof errorTable;

/** A request field at fault. */
export interface FieldViolation {
  /** Path in the request, e.g. `messages[2].role`. */
  readonly field: string;
  /** What is wrong with it. */
  readonly description: string;
}

/** What a {@link GatewayError} may carry beside its code and message. */
export interface GatewayErrorOptions {
  /** The underlying error; for the log, never public. */
  readonly cause?: unknown;
  /** When a retry may help, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** The provider at fault, by its name in the configuration. */
  readonly provider?: string;
  /** The request parameter at fault (OpenAI's `error.param`). */
  readonly param?: string;
  /** Every request field at fault; the first eight are told. */
  readonly violations?: readonly FieldViolation[];
}

// What an error quotes may be as long as a request. Over gRPC all of it is in headers, of which some clients take 8 KiB.
const longestMessage = 600;
const longestField = 200;
const mostViolations = 8;

/** A text without halves of surrogate pairs, which are no text to Protobuf and to percent-encoding; cut if it is too long. */
function publicText(text: string, longest: number): string {
  return (text.length > longest ? `${text.slice(0, longest - 1)}…` : text).toWellFormed();
}

/**
 * The one error class: everything that fails a call is thrown as, or turned into, a GatewayError. Its message is public:
 * it never holds a secret, an upstream's body or a path, and is short, well-formed Unicode whatever it quotes. The code decides gRPC
 * code, HTTP status, type and retry.
 */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly provider: string | undefined;
  readonly param: string | undefined;
  readonly violations: readonly FieldViolation[];

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(publicText(message, longestMessage), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.provider = options.provider;
    this.param = options.param === undefined ? undefined : publicText(options.param, longestField);
    this.violations = (options.violations ?? []).slice(0, mostViolations).map(({ field, description }) => ({
      field: publicText(field, longestField),
      description: publicText(description, longestField),
    }));
  }

  /** How the error shows on each protocol. */
  get row(): ErrorRow {
    return errorTable[this.code];
  }

  /** The error itself, or an `internal` one with a safe message for anything that is not a GatewayError. */
  static from(error: unknown): GatewayError {
    return error instanceof GatewayError ? error : new GatewayError("internal", "internal error", { cause: error });
  }
}
