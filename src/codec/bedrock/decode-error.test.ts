import { describe, expect, it } from "vitest";
import { decodeError, decodeStreamError } from "./decode-error.ts";

const failed = (status: number, body: string, headers: Record<string, string> = {}) =>
  decodeError({ status, headers, body, provider: "aws" }, 0);

describe("an error of Bedrock's", () => {
  it.each<[number, string, Record<string, string>, string, string]>([
    [
      403,
      '{"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"secret"}',
      {},
      "upstream_auth",
      "refused the gateway's",
    ],
    [403, '{"Message":"User: arn:aws:iam::1:user/ada is not authorized"}', {}, "upstream_auth", "refused the gateway's"],
    [
      403,
      '{"Message":"Authentication failed"}',
      { "x-amzn-errortype": "AccessDeniedException" },
      "upstream_auth",
      "refused the gateway's",
    ],
    [429, '{"message":"Too many tokens, please wait before trying again."}', {}, "upstream_rate_limited", "rate limit"],
    [429, "{}", { "x-amzn-errortype": "ThrottlingException" }, "upstream_rate_limited", "rate limit"],
    [429, "{}", { "x-amzn-errortype": "ModelNotReadyException" }, "upstream_error", "the upstream failed"],
    [
      400,
      '{"message":"Too many input tokens. Max input tokens: 8192, request input token count: 9000"}',
      {},
      "context_length_exceeded",
      "Too many input",
    ],
    [400, '{"message":"The input token count exceeds the model\'s limit"}', {}, "context_length_exceeded", "The input token"],
    [400, "not json", {}, "invalid_request", "the upstream refused the request (400)"],
    [
      404,
      '{"message":"This model version has reached the end of its life."}',
      { "x-amzn-errortype": "ResourceNotFoundException" },
      "model_not_found",
      "end of its life",
    ],
    [413, "[]", {}, "request_too_large", "the upstream refused the request (413)"],
    [500, "null", { "x-amzn-errortype": "constructor" }, "upstream_error", "the upstream failed"],
    [503, '{"message":7}', {}, "upstream_error", "the upstream failed"],
    [504, "", {}, "upstream_timeout", "took too long"],
  ])("%i %s is understood", (status, body, headers, code, message) => {
    expect(failed(status, body, headers)).toMatchObject({ code, message: expect.stringContaining(message), provider: "aws" });
  });

  it("may say when to come back", () => {
    expect(failed(429, "{}", { "retry-after": "3" }).retryAfterMs).toBe(3000);
  });

  it.each([
    ["exception:throttlingException", "{}", "upstream_rate_limited"],
    ["exception:validationException", '{"message":"Input is too long for requested model."}', "context_length_exceeded"],
    ["exception:", "no json", "upstream_error"],
    ["error:InternalFailure", "", "upstream_error"],
    ["error:constructor", "[]", "upstream_error"],
  ])("in a stream is understood by its name: %s %s", (type, data, code) => {
    expect(decodeStreamError(data, type, "aws")).toMatchObject({ code, provider: "aws" });
  });
});
