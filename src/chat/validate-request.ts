import type { DescMessage, Message, MessageShape } from "@bufbuild/protobuf";
import { createValidator, type Violation } from "@bufbuild/protovalidate";
import { type ChatCompletionRequest, ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { type FieldViolation, GatewayError } from "./error.ts";

const validator = createValidator();

/**
 * Checks a message against the rules of its contract (buf.validate) and gives it back.
 * @throws GatewayError `invalid_request` with every field at fault.
 */
export function validate<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): MessageShape<Desc> {
  const result = validator.validate(schema, message as MessageShape<Desc> & Message);
  if (result.kind === "valid") return message;
  if (result.kind === "error") throw new GatewayError("internal", "internal error", { cause: result.error });
  const violations = result.violations.map(fieldViolation);
  const [first] = violations;
  const text = violations.map(({ field, description }) => `${field}: ${description}`).join("; ");
  throw new GatewayError("invalid_request", text, { violations, ...(first === undefined ? {} : { param: first.field }) });
}

/**
 * Checks a chat completion request against its contract.
 * @throws GatewayError `invalid_request` with every field at fault.
 */
export function validateRequest(request: ChatCompletionRequest): ChatCompletionRequest {
  return validate(ChatCompletionRequestSchema, request);
}

function fieldViolation(violation: Violation): FieldViolation {
  let field = "";
  for (const step of violation.field) {
    if (step.kind === "list_sub") field += `[${step.index}]`;
    else if (step.kind === "map_sub") field += `[${JSON.stringify(step.key)}]`;
    else if ("name" in step && step.kind !== "oneof") field += field === "" ? step.name : `.${step.name}`;
  }
  return { field, description: violation.message };
}
