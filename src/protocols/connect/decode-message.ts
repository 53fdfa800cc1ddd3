import { type DescMessage, fromBinary, fromJsonString, type MessageShape, type Registry } from "@bufbuild/protobuf";
import { GatewayError } from "../../chat/error.ts";
import { checkJson } from "../../codec/openai/check-json.ts";
import { readingRequest } from "../../codec/openai/decode-request.ts";
import { findJsonFault } from "./find-json-fault.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }); // a mark before JSON is none of it (RFC 8259, section 8.1)

/**
 * Decodes a request message from binary Protobuf or proto-JSON. Unknown JSON fields and duplicate keys are refused.
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
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw new GatewayError("invalid_request", "the request is not valid UTF-8", { cause });
  }
  try {
    return fromJsonString(desc, text, { registry });
  } catch (cause) {
    throw jsonFault(desc, text, cause);
  }
}

/** Why a text is no message of a type: it is not JSON, or one of its fields is at fault. */
function jsonFault(desc: DescMessage, text: string, cause: unknown): GatewayError {
  try {
    readingRequest(() => checkJson(text));
  } catch (problem) {
    return GatewayError.from(problem);
  }
  const violation = findJsonFault(desc, JSON.parse(text));
  if (violation === undefined) {
    return new GatewayError("invalid_request", `the request is not a valid ${desc.typeName}`, { cause });
  }
  const { field, description } = violation;
  if (field === "") return new GatewayError("invalid_request", description, { cause });
  return new GatewayError("invalid_request", `${field}: ${description}`, { cause, param: field, violations: [violation] });
}
