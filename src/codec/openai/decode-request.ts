import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { GatewayError } from "../../chat/error.ts";
import { JsonProblem, JsonReader } from "../json/json-reader.ts";
import { requestJson } from "./request-json.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * An OpenAI request body as a message. What the contract does not model is kept as exact JSON text.
 * @throws GatewayError `invalid_request` naming the field and what is wrong with it.
 */
export function decodeRequest(bytes: Uint8Array): ChatCompletionRequest {
  return readingRequest(() => {
    const reader = new JsonReader(textOf(bytes));
    const request = requestJson.read(reader);
    reader.end();
    return request;
  });
}

function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new GatewayError("invalid_request", "the body is not UTF-8", { cause });
  }
}

/**
 * Runs a step that reads JSON of a client's.
 * @throws GatewayError `invalid_request` for what the step finds wrong.
 */
export function readingRequest<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof JsonProblem) {
      const message = error.path === "" ? error.message : `${error.path}: ${error.message}`;
      const violations = [{ field: error.path, description: error.message }];
      throw new GatewayError("invalid_request", message, error.path === "" ? {} : { param: error.path, violations });
    }
    throw error;
  }
}
