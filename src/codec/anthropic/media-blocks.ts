import type { FilePart, ImagePart } from "#gen/sluice/chat/v1/chat_message_pb";
import type { Immutable } from "../../chat/immutable.ts";
import type { Block } from "./content-blocks.ts";

const dataUrl = /^data:([^;,]*)((?:;[^;,]*)*?)(;base64)?,/i;

interface Media {
  readonly type: string;
  readonly base64: string;
}

/** An image block: by address, or inline in base64. */
export function imageBlock(image: Immutable<ImagePart>, extra: string): Block {
  const media = image.raw.length > 0 ? { type: image.mediaType ?? "image/png", base64: base64Of(image.raw) } : inline(image.url);
  const source = media === undefined ? urlSource(image.url) : base64Source(media);
  return `{"type":"image","source":${source}${extra}}`;
}

/**
 * A file as a document block, or an image block where it is an image; undefined when the vendor has no place for its kind. It takes
 * PDF, plain text, images, addresses and the ids of its own files (https://platform.claude.com/docs/en/build-with-claude/files).
 */
export function fileBlock(file: Immutable<FilePart>, extra: string): Block | undefined {
  const { filename, fileId, fileData = "" } = file;
  const title = filename === undefined || extra.includes('"title":') ? "" : `,"title":${JSON.stringify(filename)}`;
  const document = (source: string) => `{"type":"document","source":${source}${title}${extra}}`;
  if (fileId !== undefined && fileId !== "") {
    const source = `{"type":"file","file_id":${JSON.stringify(fileId)}}`;
    return imageType(filename) === undefined ? document(source) : `{"type":"image","source":${source}${extra}}`;
  }
  if (/^https?:\/\//i.test(fileData)) return document(urlSource(fileData));
  const media = file.raw.length > 0 ? { type: file.mediaType ?? "", base64: base64Of(file.raw) } : inline(fileData);
  const { type, base64 } = media ?? { type: "", base64: fileData };
  const kind = (type === "" || type === "application/octet-stream" ? typeByName(filename) : type).toLowerCase();
  if (base64 === "") return undefined;
  if (kind === "application/pdf") return document(base64Source({ type: kind, base64 }));
  if (kind.startsWith("image/")) return `{"type":"image","source":${base64Source({ type: kind, base64 })}${extra}}`;
  if (!isText(kind)) return undefined;
  const text = Buffer.from(base64, "base64").toString("utf8");
  return document(`{"type":"text","media_type":"text/plain","data":${JSON.stringify(text)}}`);
}

const urlSource = (url: string): string => `{"type":"url","url":${JSON.stringify(url)}}`;
const base64Source = ({ type, base64 }: Media): string =>
  `{"type":"base64","media_type":${JSON.stringify(type)},"data":${JSON.stringify(base64)}}`;
const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");

/** What a data URL (RFC 2397) holds; undefined: it is none. */
function inline(url: string): Media | undefined {
  const match = dataUrl.exec(url);
  if (match === null) return undefined;
  const data = url.slice(match[0].length);
  const type = (match[1] ?? "").toLowerCase();
  if (match[3] !== undefined) return { type, base64: data };
  return { type: type === "" ? "text/plain" : type, base64: Buffer.from(percentDecoded(data), "latin1").toString("base64") };
}

/** The bytes that percent-encoded text stands for, as Latin-1; a stray percent sign is itself. */
function percentDecoded(text: string): string {
  const bytes = Buffer.from(text, "utf8").toString("latin1");
  return bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const extensionTypes: Readonly<Record<string, string>> = {
  pdf: "application/pdf",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  txt: "text/plain",
  md: "text/markdown",
  csv: "text/csv",
  html: "text/html",
  json: "application/json",
  xml: "application/xml",
  yaml: "application/yaml",
};

function typeByName(filename: string | undefined): string {
  const extension = filename?.slice(filename.lastIndexOf(".") + 1).toLowerCase() ?? "pdf"; // OpenAI's files are PDF
  return Object.hasOwn(extensionTypes, extension) ? (extensionTypes[extension] ?? "") : "";
}

function imageType(filename: string | undefined): string | undefined {
  const type = filename === undefined ? "" : typeByName(filename);
  return type.startsWith("image/") ? type : undefined;
}

const isText = (type: string): boolean => /^text\/|^application\/(?:json|xml|yaml|x-yaml|javascript|x-ndjson)$/.test(type);
