import type { ScannedReply } from "../../codec/openai/scan-chunk.ts";
import { utf8Of } from "../../codec/openai/utf8-of.ts";
import type { UpstreamNotes } from "../provider.ts";

/** Notes the model that an upstream says has answered; gives whether it says. The scanned JSON begins at `start` of `text`. */
export function noteUpstreamModel(notes: UpstreamNotes, scan: ScannedReply, text: string, start: number): boolean {
  if (scan.modelEnd === 0) return false;
  const model: unknown = JSON.parse(utf8Of(text, start + scan.modelStart, start + scan.modelEnd));
  if (typeof model !== "string" || model === "") return false; // Azure's first chunk has an empty one
  notes.upstreamModel = model.slice(0, 200);
  return true;
}
