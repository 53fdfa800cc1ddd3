import { describe, expect, it } from "vitest";
import { decodeError } from "./decode-error.ts";

const refusal = (status: number, error: object, headers: Record<string, string> = {}) =>
  decodeError({ status, headers, body: JSON.stringify({ error }), provider: "google" }, 0);
const retryInfo = (retryDelay: unknown) => ({ details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay }] });

describe("an error of Google's", () => {
  it.each<[number, object, string, string]>([
    [400, { message: "Bad contents", status: "INVALID_ARGUMENT" }, "invalid_request", "Bad contents"],
    [
      400,
      { message: "The input token count (1048577) exceeds the maximum number of tokens allowed (1048576)." },
      "context_length_exceeded",
      "The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).",
    ],
    [
      400,
      { message: "User location is not supported for the API use.", status: "FAILED_PRECONDITION" },
      "upstream_auth",
      "the upstream refused the gateway's credentials",
    ],
    [
      400,
      {
        message: "API key not valid.",
        details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" }],
      },
      "upstream_auth",
      "the upstream refused the gateway's credentials",
    ],
    [401, { message: "secret" }, "upstream_auth", "the upstream refused the gateway's credentials"],
    [403, { message: "secret", status: "PERMISSION_DENIED" }, "upstream_auth", "the upstream refused the gateway's credentials"],
    [
      404,
      { message: "models/x is not found for API version v1beta" },
      "model_not_found",
      "models/x is not found for API version v1beta",
    ],
    [404, { message: "Cached content not found" }, "not_found", "Cached content not found"],
    [429, { message: "secret", status: "RESOURCE_EXHAUSTED" }, "upstream_rate_limited", "the upstream's rate limit is reached"],
    [500, { message: "secret", status: "INTERNAL" }, "upstream_error", "the upstream failed"],
    [503, { message: "secret", status: "UNAVAILABLE" }, "upstream_error", "the upstream failed"],
    [504, { message: "secret", status: "DEADLINE_EXCEEDED" }, "upstream_timeout", "the upstream took too long"],
  ])("%i %j is %s", (status, error, code, message) => {
    expect(refusal(status, error)).toMatchObject({ code, message, provider: "google" });
  });

  it("may come in an array", () => {
    const body = JSON.stringify([{ error: { code: 400, message: "Bad", status: "INVALID_ARGUMENT" } }]);
    expect(decodeError({ status: 400, headers: {}, body, provider: "google" })).toMatchObject({ message: "Bad" });
  });

  it.each<[unknown, number | undefined]>([
    ["34.074824224s", 34075],
    ["0s", 0],
    ["-3s", undefined],
    ["34", undefined],
    [34, undefined],
    [{ seconds: 34 }, undefined],
    ["99999999s", 24 * 3600 * 1000],
  ])("asks to wait %j", (delay, ms) => {
    expect(refusal(429, retryInfo(delay)).retryAfterMs).toBe(ms);
  });

  it("asks to wait as its header says, where there is one", () => {
    expect(refusal(429, retryInfo("34s"), { "retry-after": "7" }).retryAfterMs).toBe(7000);
  });
});
