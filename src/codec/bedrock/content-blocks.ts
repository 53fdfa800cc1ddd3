import type { ContentPart } from "#gen/sluice/chat/v1/chat_message_pb";
import type { Immutable } from "../../chat/immutable.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { cachePoint } from "./cache-point.ts";
import type { DocumentNames } from "./document-names.ts";
import { audioBlock, documentBlock, imageBlock } from "./media-block.ts";

/** What content is turned into blocks with. */
export interface BlockOptions {
  readonly left: LeftOutParams;
  readonly names: DocumentNames;
}

/** A message's content, as a text or in parts. */
export interface Content {
  readonly content?: string | undefined;
  readonly parts: readonly Immutable<ContentPart>[];
}

/** A text as a block; undefined for one of nothing but white space, which Bedrock refuses. */
export const textBlock = (text: string): string | undefined =>
  text.trim() === "" ? undefined : `{"text":${JSON.stringify(text)}}`;

/**
 * Content as blocks, each one JSON text.
 * @param at the message's place in the request, e.g. `messages[2]`.
 */
export function contentBlocks(content: Content, at: string, options: BlockOptions): string[] {
  const blocks: string[] = [];
  const add = (block: string | undefined): void => {
    if (block !== undefined) blocks.push(block);
  };
  if (content.content !== undefined) add(textBlock(content.content));
  content.parts.forEach((part, index) => {
    const place = `${at}.content[${index}]`;
    const block = partBlock(part, place, options);
    if (part.part.case === undefined) return;
    const point = cachePoint(part.unknownFieldsJson, place, options.left);
    if (block === undefined) return; // nothing to cache
    add(block);
    add(point);
  });
  return blocks;
}

function partBlock({ part }: Immutable<ContentPart>, at: string, { left, names }: BlockOptions): string | undefined {
  switch (part.case) {
    case "text":
    case "refusal":
      return textBlock(part.value);
    case "imageUrl":
      return imageBlock(part.value, `${at}.image_url`, left);
    case "file":
      return documentBlock(part.value, `${at}.file`, names, left);
    case "inputAudio":
      return audioBlock(part.value, `${at}.input_audio`, left);
    default:
      left.leave(at);
      return undefined;
  }
}
