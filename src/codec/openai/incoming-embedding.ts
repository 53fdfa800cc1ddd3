import { type CreateEmbeddingRequest, CreateEmbeddingRequestSchema } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import { GatewayError } from "../../chat/error.ts";
import { validate } from "../../chat/validate-request.ts";
import { checkJson } from "../json/check-json.ts";
import { JsonReader } from "../json/json-reader.ts";
import { readingRequest } from "./decode-request.ts";
import { embeddingRequestJson } from "./embedding-json.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }); // a mark before JSON is none of it (RFC 8259, section 8.1)

/**
 * The body of an embedding request, decoded and validated: strict JSON, no key twice.
 * @throws GatewayError `invalid_request` with the field at fault.
 */
export function incomingEmbedding(bytes: Uint8Array): CreateEmbeddingRequest {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    throw new GatewayError("invalid_request", "the body is not UTF-8", { cause });
  }
  const request = readingRequest(() => {
    checkJson(text);
    const reader = new JsonReader(text);
    const read = embeddingRequestJson.read(reader);
    if (read.input.length === 0 && read.inputTokens.length === 0) reader.fail("is missing", "input");
    return read;
  });
  return validate(CreateEmbeddingRequestSchema, request);
}
