import type { AudioPart, FilePart, ImagePart } from "#gen/sluice/chat/v1/chat_message_pb";
import { GatewayError } from "../../chat/error.ts";
import type { Immutable } from "../../chat/immutable.ts";
import type { JsonReader } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import type { DocumentNames } from "./document-names.ts";
import { unknownMembers } from "./unknown-members.ts";

const imageFormats = new Map(
  Object.entries({
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/jpg": "jpeg",
    "image/gif": "gif",
    "image/webp": "webp",
  }),
);

const documentFormats = new Map(
  Object.entries({
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
  }),
);
const documentEndings = new Set(documentFormats.values());

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");

/** A data URL's media type and base64 text; undefined: it is none, or not in base64. */
function dataUrl(url: string): { readonly type: string; readonly data: string } | undefined {
  const head = /^data:([^;,]*)(?:;[^;,]*)*?;base64,/i.exec(url.slice(0, 256));
  return head === null ? undefined : { type: (head[1] ?? "").toLowerCase(), data: url.slice(head[0].length) };
}

function refuse(param: string, what: string): never {
  throw new GatewayError("invalid_request", `${param}: ${what}`, { param });
}

const bytesSource = (data: string): string => `{"bytes":${JSON.stringify(data)}}`;

/**
 * An image as a block (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ImageBlock.html).
 * @throws GatewayError `invalid_request` for one at an https address: Bedrock takes images inline or from S3.
 */
export function imageBlock(image: Immutable<ImagePart>, at: string, left: LeftOutParams): string {
  if (image.detail !== undefined && image.detail !== "auto") left.leave(`${at}.detail`);
  unknownMembers(image.unknownFieldsJson, at, left);
  if (image.url.startsWith("s3://")) {
    const ending = /\.([a-z]+)$/i.exec(image.url)?.[1]?.toLowerCase() ?? "";
    const format = imageFormats.get(`image/${ending}`) ?? refuse(at, "the S3 address must end in .png, .jpeg, .gif or .webp");
    return `{"image":{"format":"${format}","source":{"s3Location":{"uri":${JSON.stringify(image.url)}}}}}`;
  }
  const inline =
    image.raw.length > 0 ? { type: image.mediaType ?? "image/png", data: base64(image.raw as Uint8Array) } : dataUrl(image.url); // read only
  if (inline === undefined) refuse(at, "this model takes images as data URLs in base64 or from S3, not from other addresses");
  const format = imageFormats.get(inline.type) ?? refuse(at, "this model takes PNG, JPEG, GIF and WebP images");
  return `{"image":{"format":"${format}","source":${bytesSource(inline.data)}}}`;
}

/**
 * A file as a document block (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html). `citations` and
 * `context` beside the file's data are Bedrock's own.
 * @throws GatewayError `invalid_request` for a file by id, and for a kind of file that Bedrock does not take.
 */
export function documentBlock(file: Immutable<FilePart>, at: string, names: DocumentNames, left: LeftOutParams): string {
  let more = "";
  const keep = (name: string) => (reader: JsonReader) => {
    more += `,"${name}":${reader.raw()}`;
  };
  unknownMembers(file.unknownFieldsJson, at, left, { citations: keep("citations"), context: keep("context") });
  const given = file.fileData === undefined ? undefined : (dataUrl(file.fileData) ?? { type: "", data: file.fileData });
  const inline = file.raw.length > 0 ? { type: file.mediaType ?? "", data: base64(file.raw as Uint8Array) } : given; // read only
  if (inline === undefined) refuse(at, "this model takes files inline, not by id");
  const ending = /\.([A-Za-z\d]+)$/.exec(file.filename ?? "")?.[1]?.toLowerCase() ?? "";
  const format = documentFormats.get(inline.type) ?? (documentEndings.has(ending) ? ending : undefined);
  if (format === undefined) refuse(at, `this model takes files of these kinds: ${[...documentEndings].join(", ")}`);
  return `{"document":{"format":"${format}","name":${JSON.stringify(names.next(file.filename))},"source":${bytesSource(inline.data)}${more}}}`;
}

/** A sound as a block (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_AudioBlock.html). */
export function audioBlock(audio: Immutable<AudioPart>, at: string, left: LeftOutParams): string {
  unknownMembers(audio.unknownFieldsJson, at, left);
  const data = audio.raw.length > 0 ? base64(audio.raw as Uint8Array) : audio.data; // read only
  return `{"audio":{"format":${JSON.stringify(audio.format)},"source":${bytesSource(data)}}}`;
}
