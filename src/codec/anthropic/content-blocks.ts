import type { ContentPart } from "#gen/sluice/chat/v1/chat_message_pb";
import type { Immutable } from "../../chat/immutable.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { extraMembers } from "./extra-members.ts";
import { fileBlock, imageBlock } from "./media-blocks.ts";

/** A content block as JSON text. */
export type Block = string;

/** Blocks of the vendor's own that a client may write as they are. */
const vendorParts: ReadonlySet<string> = new Set(["document", "search_result", "container_upload", "image"]);

/** A text block; undefined for a text without anything but white space, which the vendor refuses. */
export function textBlock(text: string, extra = ""): Block | undefined {
  return text.trim() === "" ? undefined : `{"type":"text","text":${JSON.stringify(text)}${extra}}`;
}

/**
 * Parts of a message as content blocks, in order. What has no block is left out and told.
 * https://platform.claude.com/docs/en/api/messages
 */
export function contentBlocks(parts: readonly Immutable<ContentPart>[], path: string, left: LeftOutParams): Block[] {
  const blocks: Block[] = [];
  for (const [at, part] of parts.entries()) {
    const block = contentBlock(part, `${path}[${at}]`, left);
    if (block !== undefined) blocks.push(block);
  }
  return blocks;
}

function contentBlock({ type, part, unknownFieldsJson }: Immutable<ContentPart>, path: string, left: LeftOutParams) {
  switch (part.case) {
    case "text":
      return textBlock(part.value, extraMembers(unknownFieldsJson, path, left, textExtras));
    case "refusal":
      return textBlock(part.value, extraMembers(unknownFieldsJson, path, left));
    case "imageUrl":
      if (part.value.detail !== undefined && part.value.detail !== "auto") left.leave(`${path}.image_url.detail`);
      extraMembers(part.value.unknownFieldsJson, `${path}.image_url`, left, none);
      return imageBlock(part.value, extraMembers(unknownFieldsJson, path, left));
    case "file": {
      const block = fileBlock(part.value, extraMembers(unknownFieldsJson, path, left, fileExtras));
      extraMembers(part.value.unknownFieldsJson, `${path}.file`, left, none);
      if (block === undefined) left.leave(`${path}.file`);
      return block;
    }
    case "inputAudio":
      left.leave(`${path}.input_audio`);
      return undefined;
    case undefined:
      if (type !== undefined && vendorParts.has(type) && unknownFieldsJson !== undefined) {
        return `{"type":${JSON.stringify(type)}${extraMembers(unknownFieldsJson, path, left, new Set(vendorMembers))}}`;
      }
      left.leave(type === undefined || type === "text" ? path : `${path}.${type}`);
      return undefined;
  }
}

const none: ReadonlySet<string> = new Set();
const textExtras: ReadonlySet<string> = new Set(["cache_control", "citations"]);
const fileExtras: ReadonlySet<string> = new Set(["cache_control", "citations", "context", "title"]);
const vendorMembers = ["source", "title", "context", "citations", "content", "file_id", "cache_control", "transformations"];
