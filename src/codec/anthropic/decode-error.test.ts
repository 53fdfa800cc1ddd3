import { describe, expect, it } from "vitest";
import { decodeError, decodeStreamError } from "./decode-error.ts";

const body = (type: string, message: string) => JSON.stringify({ type: "error", error: { type, message }, request_id: "req_1" });

describe("an error status of Anthropic's", () => {
  it.each([
    [400, "invalid_request_error", "max_tokens: Field required", "invalid_request", "max_tokens: Field required"],
    [
      400,
      "invalid_request_error",
      "prompt is too long: 213462 tokens > 200000 maximum",
      "context_length_exceeded",
      "prompt is too long",
    ],
    [400, "invalid_request_error", "`temperature` is deprecated for this model.", "unsupported_parameter", "`temperature`"],
    [
      400,
      "invalid_request_error",
      '"thinking.type.enabled" is not supported for this model.',
      "unsupported_parameter",
      "thinking",
    ],
    [400, "invalid_request_error", "This model does not support assistant message prefill.", "unsupported_parameter", "prefill"],
    [400, "invalid_request_error", "Your credit balance is too low to access the API.", "upstream_auth", "credentials"],
    [401, "authentication_error", "secret", "upstream_auth", "credentials"],
    [402, "billing_error", "secret", "upstream_auth", "credentials"],
    [403, "permission_error", "secret", "upstream_auth", "credentials"],
    [404, "not_found_error", "model: claude-nothing-1", "model_not_found", "model: claude-nothing-1"],
    [404, "not_found_error", "Not found", "not_found", "Not found"],
    [413, "request_too_large", "Request exceeds the maximum size", "request_too_large", "Request exceeds"],
    [429, "rate_limit_error", "secret", "upstream_rate_limited", "rate limit"],
    [500, "api_error", "secret", "upstream_error", "the upstream failed"],
    [504, "timeout_error", "secret", "upstream_timeout", "too long"],
    [529, "overloaded_error", "secret", "upstream_error", "the upstream failed"],
  ])("%i %s: %s", (status, type, message, code, shown) => {
    const error = decodeError({ status, headers: { "retry-after": "2" }, body: body(type, message), provider: "claude" }, 0);
    expect(error).toMatchObject({ code, provider: "claude", message: expect.stringContaining(shown) });
    expect(error.message).not.toContain("secret");
    expect(error.message).not.toContain("credit");
    expect(error.retryAfterMs).toBe(error.row.retry === "no" ? undefined : 2000);
  });

  it.each(["<html>413</html>", "", "null", "[]", '{"error":7}', '{"error":{"message":{}}}'])(
    "copes with the body %s",
    (given) => {
      const error = decodeError({ status: 413, headers: {}, body: given, provider: "claude" });
      expect(error).toMatchObject({ code: "request_too_large", message: "the upstream refused the request (413)" });
    },
  );
});

describe("an error inside a stream of Anthropic's", () => {
  it.each([
    ["overloaded_error", "upstream_error"],
    ["api_error", "upstream_error"],
    ["rate_limit_error", "upstream_rate_limited"],
    ["timeout_error", "upstream_timeout"],
    ["authentication_error", "upstream_auth"],
    ["something_new", "upstream_error"],
  ])("%s is %s", (type, code) => {
    const error = decodeStreamError(body(type, "secret"), "claude");
    expect(error).toMatchObject({ code, provider: "claude", message: expect.not.stringContaining("secret") });
  });
});
