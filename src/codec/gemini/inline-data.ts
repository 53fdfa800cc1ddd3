import { GatewayError } from "../../chat/error.ts";
import { objectText } from "./object-text.ts";

const dataUrl = /^data:([^,;]*)((?:;[^,;]*)*?)(;base64)?,/i;

/** Bytes inside a request, in base64. */
export interface InlineData {
  readonly mimeType: string;
  readonly data: string;
}

/** Bytes as inline data. */
export function inlineBytes(bytes: Uint8Array, mimeType: string): InlineData {
  return { mimeType, data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64") };
}

/**
 * A data URL (RFC 2397) as inline data; undefined when it is no data URL.
 * @throws GatewayError `invalid_request` for one whose text is no text.
 */
export function inlineDataUrl(url: string, fallbackType: string, param: string): InlineData | undefined {
  const head = dataUrl.exec(url.slice(0, 300));
  if (head === null) return undefined;
  const mimeType = head[1] === undefined || head[1] === "" ? fallbackType : head[1].toLowerCase();
  const rest = url.slice(head[0].length);
  if (head[3] !== undefined) return { mimeType, data: rest };
  try {
    return { mimeType, data: Buffer.from(decodeURIComponent(rest)).toString("base64") };
  } catch (cause) {
    throw new GatewayError("invalid_request", `${param}: this data URL is malformed`, { param, cause });
  }
}

/** The JSON text of a part with inline data. */
export function inlinePart({ mimeType, data }: InlineData): string {
  return objectText({ inlineData: JSON.stringify({ mimeType, data }) });
}
