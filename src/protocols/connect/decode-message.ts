import { type DescMessage, fromBinary, fromJsonString, type JsonValue, type MessageShape } from "@bufbuild/protobuf";
import { GatewayError } from "../../chat/error.ts";
import { findJsonFault } from "./find-json-fault.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Decodes a request message from binary Protobuf or proto-JSON. Unknown JSON fields and duplicate keys are refused.
 * @throws GatewayError `invalid_request`, with the field at fault when there is one.
 */
export function decodeMessage<Desc extends DescMessage>(desc: Desc, bytes: Uint8Array, binary: boolean): MessageShape<Desc> {
  if (binary) {
    try {
      return fromBinary(desc, bytes);
    } catch (cause) {
      throw new GatewayError("invalid_request", `the request is not a valid ${desc.typeName} message`, { cause });
    }
  }
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw new GatewayError("invalid_request", "the request is not valid UTF-8", { cause });
  }
  try {
    return fromJsonString(desc, text);
  } catch (cause) {
    throw jsonFault(desc, text, cause);
  }
}

function jsonFault(desc: DescMessage, text: string, cause: unknown): GatewayError {
  let json: JsonValue;
  try {
    json = JSON.parse(text);
  } catch {
    return new GatewayError("invalid_request", "the request is not valid JSON", { cause });
  }
  const violation = findJsonFault(desc, json);
  if (violation !== undefined) {
    const { field, description } = violation;
    const message = field === "" ? description : `${field}: ${description}`;
    return new GatewayError(
      "invalid_request",
      message,
      field === "" ? { cause } : { cause, param: field, violations: [violation] },
    );
  }
  const duplicate = cause instanceof Error ? /duplicate object key "(.{1,100})"$/.exec(cause.message) : null;
  const message =
    duplicate === null
      ? `the request is not a valid ${desc.typeName}`
      : `the request has two members ${duplicate[1]} in one object`;
  return new GatewayError("invalid_request", message, { cause });
}
