import type { WireFrame } from "../../chat/stream.ts";

/** What a client gets instead of the upstream's own words. */
export interface FrameSplices {
  /** The requested model as a JSON string, every byte one Latin-1 character: see {@link latin1Json}. */
  readonly modelJson: string;
  /** Whether `usage` stays. */
  readonly keepUsage: boolean;
}

/** A text as a JSON string whose UTF-8 bytes are Latin-1 characters, to be put between other such characters. */
export function latin1Json(text: string): string {
  return Buffer.from(JSON.stringify(text)).toString("latin1");
}

/** A frame's JSON with `model` replaced and, unless it is kept, without `usage`. Characters are bytes, as in the frame. */
export function spliceFrame(frame: WireFrame, splices: FrameSplices): string {
  const { text, start, end, modelStart, modelEnd, usageStart, usageEnd } = frame;
  const cutsUsage = usageEnd > 0 && !splices.keepUsage;
  if (modelEnd === 0) return cutsUsage ? text.slice(start, usageStart) + text.slice(usageEnd, end) : text.slice(start, end);
  if (!cutsUsage) return text.slice(start, modelStart) + splices.modelJson + text.slice(modelEnd, end);
  if (usageStart >= modelEnd) {
    return text.slice(start, modelStart) + splices.modelJson + text.slice(modelEnd, usageStart) + text.slice(usageEnd, end);
  }
  return text.slice(start, usageStart) + text.slice(usageEnd, modelStart) + splices.modelJson + text.slice(modelEnd, end);
}
