import type { AudioPart, ContentPart, FilePart, ImagePart } from "#gen/sluice/chat/v1/chat_message_pb";
import { GatewayError } from "../../chat/error.ts";
import type { Immutable } from "../../chat/immutable.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { inlineBytes, inlineDataUrl, inlinePart } from "./inline-data.ts";
import { leaveUnknown } from "./leave-unknown.ts";
import { mediaTypeOf } from "./media-type.ts";
import { objectText, stringText } from "./object-text.ts";

/** A part of a message, as Gemini's Part. */
export interface EncodedPart {
  /** Its JSON text. */
  readonly json: string;
  /** Whether it is bytes or an address of some. */
  readonly isMedia: boolean;
  /** Whether its bytes are in it. */
  readonly isInline: boolean;
}

const textPart = (text: string): EncodedPart => ({
  json: objectText({ text: JSON.stringify(text) }),
  isMedia: false,
  isInline: false,
});
const inline = (data: Parameters<typeof inlinePart>[0]): EncodedPart => ({
  json: inlinePart(data),
  isMedia: true,
  isInline: true,
});

/**
 * A part of a message (https://ai.google.dev/api/caching#Part); undefined when it has nothing, or nothing that Gemini takes: that is left.
 * @param path where it is in the request, e.g. `messages[0].content[1]`.
 * @throws GatewayError `invalid_request` for a medium without content.
 */
export function encodePart(part: Immutable<ContentPart>, path: string, left: LeftOutParams): EncodedPart | undefined {
  const { part: content } = part;
  if (content.case === undefined) {
    left.leave(path);
    return undefined;
  }
  leaveUnknown(path, part.unknownFieldsJson, left);
  switch (content.case) {
    case "text":
    case "refusal":
      return content.value === "" ? undefined : textPart(content.value);
    case "imageUrl":
      return image(content.value, path, left);
    case "inputAudio":
      return audio(content.value, path, left);
    case "file":
      return file(content.value, path, left);
  }
}

function image(value: Immutable<ImagePart>, path: string, left: LeftOutParams): EncodedPart {
  if (value.detail !== undefined && value.detail !== "auto") left.leave(`${path}.image_url.detail`);
  leaveUnknown(`${path}.image_url`, value.unknownFieldsJson, left);
  if (value.raw.length > 0) return inline(inlineBytes(value.raw, value.mediaType ?? "image/png"));
  const data = inlineDataUrl(value.url, "image/png", path);
  if (data !== undefined) return inline(data);
  if (value.url === "") throw empty(path);
  return fileData(value.url, value.mediaType ?? mediaTypeOf(value.url) ?? "image/jpeg");
}

function audio(value: Immutable<AudioPart>, path: string, left: LeftOutParams): EncodedPart {
  leaveUnknown(`${path}.input_audio`, value.unknownFieldsJson, left);
  const mimeType = mediaTypeOf(`.${value.format}`) ?? `audio/${value.format}`;
  if (value.raw.length > 0) return inline(inlineBytes(value.raw, mimeType));
  if (value.data === "") throw empty(path);
  return inline(inlineDataUrl(value.data, mimeType, path) ?? { mimeType, data: value.data });
}

function file(value: Immutable<FilePart>, path: string, left: LeftOutParams): EncodedPart {
  leaveUnknown(`${path}.file`, value.unknownFieldsJson, left);
  const told = value.mediaType ?? mediaTypeOf(value.filename ?? "");
  const mimeType = told ?? "application/pdf";
  if (value.raw.length > 0) return inline(inlineBytes(value.raw, mimeType));
  if (value.fileData !== undefined && value.fileData !== "") {
    return inline(inlineDataUrl(value.fileData, mimeType, path) ?? { mimeType, data: value.fileData });
  }
  if (value.fileId === undefined || value.fileId === "") throw empty(path);
  return fileData(value.fileId, told ?? mediaTypeOf(value.fileId));
}

/** Data by its address: an https address, one of Cloud Storage, or that of a file uploaded to the vendor. */
function fileData(fileUri: string, mimeType: string | undefined): EncodedPart {
  const data = objectText({ fileUri: JSON.stringify(fileUri), mimeType: stringText(mimeType) });
  return { json: objectText({ fileData: data }), isMedia: true, isInline: false };
}

const empty = (path: string): GatewayError =>
  new GatewayError("invalid_request", `${path}: this part has no content`, { param: path });
