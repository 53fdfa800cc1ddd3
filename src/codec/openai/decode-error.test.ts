import { describe, expect, it } from "vitest";
import { decodeError, decodeStreamError } from "./decode-error.ts";
import { encodeError } from "./encode-error.ts";

const vendorBody = (error: object) => JSON.stringify({ error });
const decode = (status: number, body: string, headers = {}) => decodeError({ status, headers, body, provider: "acme" }, 0);

describe("an upstream's error status", () => {
  it.each([
    [400, { message: "bad" }, "invalid_request", "bad"],
    [422, { message: "bad" }, "invalid_request", "bad"],
    [413, { message: "too big" }, "request_too_large", "too big"],
    [404, { message: "no such path" }, "not_found", "no such path"],
    [404, { message: "gone", code: "model_not_found" }, "model_not_found", "gone"],
    [404, { message: "The model `x` does not exist" }, "model_not_found", "The model `x` does not exist"],
    [400, { message: "m", code: "context_length_exceeded" }, "context_length_exceeded", "m"],
    [400, { message: "This model's maximum context length is 8 tokens" }, "context_length_exceeded", "maximum context"],
    [400, { message: "prompt is too long: 9 tokens" }, "context_length_exceeded", "prompt is too long"],
    [422, { message: "input exceeds the context window" }, "context_length_exceeded", "input exceeds"],
    [400, { message: "m", code: "unsupported_parameter" }, "unsupported_parameter", "m"],
    [400, { message: "m", code: "unsupported_value" }, "unsupported_parameter", "m"],
    [400, { message: "Unsupported parameter: 'x'" }, "unsupported_parameter", "Unsupported parameter: 'x'"],
    [401, { message: "secret" }, "upstream_auth", "the upstream refused the gateway's credentials"],
    [402, { message: "secret" }, "upstream_auth", "the upstream refused the gateway's credentials"],
    [403, { message: "secret" }, "upstream_auth", "the upstream refused the gateway's credentials"],
    [429, { message: "secret" }, "upstream_rate_limited", "the upstream's rate limit is reached"],
    [408, { message: "secret" }, "upstream_timeout", "the upstream took too long"],
    [504, { message: "secret" }, "upstream_timeout", "the upstream took too long"],
    [500, { message: "secret" }, "upstream_error", "the upstream failed"],
    [503, { message: "secret", code: "context_length_exceeded" }, "upstream_error", "the upstream failed"],
    [529, { message: "secret" }, "upstream_error", "the upstream failed"],
    [302, { message: "secret" }, "upstream_error", "the upstream failed"],
    [418, { message: "secret" }, "upstream_error", "the upstream failed"],
  ])("%i %j is %s", (status, vendor, code, message) => {
    const error = decode(status, vendorBody(vendor));
    expect(error).toMatchObject({ code, provider: "acme", message: expect.stringContaining(message) });
    expect(error.message).not.toContain("secret");
  });

  it.each([
    ['{"error":"flat"}', "flat"],
    ['{"message":"top"}', "top"],
    ['{"detail":{"message":"deep"}}', "deep"],
    ['[{"error":{"message":"listed"}}]', "listed"],
    ["<html>secret</html>", "the upstream refused the request (400)"],
    ["", "the upstream refused the request (400)"],
    ["null", "the upstream refused the request (400)"],
    ['{"error":{"message":{"secret":1}}}', "the upstream refused the request (400)"],
  ])("finds the message in %s", (body, message) => {
    expect(decode(400, body).message).toBe(message);
  });

  it.each([
    ["messages[0].content", "messages[0].content"],
    ["see https://vendor/x", undefined],
    ["sk-abcdef123456", undefined],
    ["x".repeat(129), undefined],
    [7, undefined],
  ])("passes param %s as %s", (param, expected) => {
    expect(decode(400, vendorBody({ message: "m", param })).param).toBe(expected);
  });
});

it.each([
  [{ "retry-after-ms": "1500", "retry-after": "9" }, 1500],
  [{ "retry-after": "2" }, 2000],
  [{ "retry-after": ["3", "4"] }, 3000],
  [{ "retry-after": "Thu, 01 Jan 1970 00:00:07 GMT" }, 7000],
  [{ "retry-after": "Wed, 31 Dec 1969 00:00:00 GMT" }, 0],
  [{ "retry-after": "99999999" }, 24 * 3600 * 1000],
  [{ "retry-after-ms": "", "retry-after": "" }, undefined],
  [{ "retry-after-ms": "-1", "retry-after": "soon" }, undefined],
  [{}, undefined],
])("waits as %j says: %s ms", (headers, expected) => {
  expect(decode(429, "", headers).retryAfterMs).toBe(expected);
});

it.each([400, 401, 404, 413, 422])("says nothing of waiting after %i, which no other try helps", (status) => {
  expect(decode(status, "", { "retry-after": "2" }).retryAfterMs).toBeUndefined();
});

it.each([
  ['{"error":{"message":"secret"}}', "upstream_error"],
  ['{"error":{"message":"secret","code":429}}', "upstream_rate_limited"],
  ['{"error":{"message":"secret","code":"rate_limit_exceeded"}}', "upstream_rate_limited"],
  ['{"error":{"message":"secret","type":"rate_limit_error"}}', "upstream_rate_limited"],
  ["secret", "upstream_error"],
])("an error inside a stream: %s", (body, code) => {
  const error = decodeStreamError(body, "acme");
  expect(error).toMatchObject({ code, provider: "acme" });
  expect(error.message).not.toContain("secret");
});

it("is written as OpenAI's error body", () => {
  expect(JSON.parse(encodeError(decode(400, vendorBody({ message: 'a "b"', param: "n" }))))).toEqual({
    error: { message: 'a "b"', type: "invalid_request_error", param: "n", code: "invalid_request" },
  });
  expect(JSON.parse(encodeError(decode(500, "")))).toEqual({
    error: { message: "the upstream failed", type: "server_error", param: null, code: "upstream_error" },
  });
});
