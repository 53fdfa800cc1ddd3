import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { GatewayError } from "./error.ts";
import { validateRequest } from "./validate-request.ts";

type Request = MessageInitShape<typeof ChatCompletionRequestSchema>;

function failure(request: Request): GatewayError {
  const good = { model: "m", messages: [{ role: Role.USER, content: "hi" }] };
  try {
    validateRequest(create(ChatCompletionRequestSchema, { ...good, ...request }));
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error("the request is valid");
}

describe("a request that breaks its contract", () => {
  it.each<[string, Request, string, string]>([
    ["no role", { messages: [{ content: "x" }] }, "messages[0].role", "value is required"],
    ["another role", { messages: [{ role: 77 as Role }] }, "messages[0].role", "value must be one of the defined enum values"],
    ["an empty tool choice", { toolChoice: {} }, "tool_choice", "exactly one field is required in oneof"],
    ["an empty function call", { functionCall: {} }, "function_call", "exactly one field is required in oneof"],
    [
      "content and parts",
      { messages: [{ role: Role.USER, content: "x", parts: [{ part: { case: "text", value: "y" } }] }] },
      "messages[0]",
      "only one of content, parts can be set",
    ],
    ["no number", { temperature: Number.NaN }, "temperature", "must be greater than or equal to 0 and less than or equal to 2"],
  ])("has %s", (_name, request, param, description) => {
    expect(failure(request)).toMatchObject({
      code: "invalid_request",
      message: `${param}: ${description}`,
      param,
      violations: [{ field: param, description }],
    });
  });

  it("in twenty thousand places is told in a few words", () => {
    const { message, violations } = failure({ messages: Array.from({ length: 20_000 }, () => ({ content: "x" })) });
    expect(message).toMatch(/^messages\[0\]\.role: value is required; messages\[1\]\.role: .*…$/);
    expect(message).toHaveLength(600);
    expect(violations.map(({ field }) => field)).toEqual(Array.from({ length: 8 }, (_, at) => `messages[${at}].role`));
  });
});
