import { type DescMessage, fromBinary, fromJson, type JsonValue, type MessageShape, type Registry } from "@bufbuild/protobuf";
import { GatewayError } from "../../chat/error.ts";
import { checkJson } from "../../codec/json/check-json.ts";
import { readingRequest } from "../../codec/openai/decode-request.ts";
import { findJsonFault } from "./find-json-fault.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }); // a mark before JSON is none of it (RFC 8259, section 8.1)

/**
 * Decodes a request message from binary Protobuf or proto-JSON. Unknown JSON fields, and what `checkJson` does not let pass, are
 * refused.
 * @throws GatewayError `invalid_request`, with the field at fault when there is one.
 */
export function decodeMessage<Desc extends DescMessage>(
  desc: Desc,
  bytes: Uint8Array,
  binary: boolean,
  registry: Registry,
): MessageShape<Desc> {
  if (binary) {
    try {
      return fromBinary(desc, bytes);
    } catch (cause) {
      throw new GatewayError("invalid_request", `the request is not a valid ${desc.typeName} message`, { cause });
    }
  }
  const json = parse(bytes);
  try {
    return fromJson(desc, json, { registry });
  } catch (cause) {
    throw fieldFault(desc, json, cause);
  }
}

/** Parses JSON that has been looked through: building what is nested a million times deep takes a second. */
function parse(bytes: Uint8Array): JsonValue {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw new GatewayError("invalid_request", "the request is not valid UTF-8", { cause });
  }
  readingRequest(() => checkJson(text));
  return JSON.parse(text) as JsonValue; // it is JSON
}

/** Why JSON is no message of a type: which field is at fault. */
function fieldFault(desc: DescMessage, json: JsonValue, cause: unknown): GatewayError {
  const violation = findJsonFault(desc, json);
  if (violation === undefined) {
    return new GatewayError("invalid_request", `the request is not a valid ${desc.typeName}`, { cause });
  }
  const { field, description } = violation;
  if (field === "") return new GatewayError("invalid_request", description, { cause });
  return new GatewayError("invalid_request", `${field}: ${description}`, { cause, param: field, violations: [violation] });
}
