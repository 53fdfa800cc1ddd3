import type { FrameShape, WireFrame } from "../../chat/stream.ts";

/** How a client gets frames. */
export interface FrameSplices {
  /** The name that the client used for the model. */
  readonly model: string;
  /** Whether `usage` stays. */
  readonly keepUsage: boolean;
  /** What stands before and after the JSON of each frame. */
  readonly before?: string;
  readonly after?: string;
}

/** Puts the frames of one reply into a client's words: `model` replaced and, unless it stays, `usage` cut out. */
export class FrameSplicer {
  readonly #modelJson: string;
  readonly #keepUsage: boolean;
  readonly #before: string;
  readonly #after: string;
  #shape: FrameShape | undefined;
  /** What becomes of a frame of that shape up to the end of `model`, which is the same for all. */
  #head = "";

  constructor({ model, keepUsage, before = "", after = "" }: FrameSplices) {
    this.#modelJson = latin1(JSON.stringify(model));
    this.#keepUsage = keepUsage;
    this.#before = before;
    this.#after = after;
  }

  /** A text with a frame after it. Characters are bytes, as in the frame. */
  append(text: string, frame: WireFrame): string {
    const { text: source, start, end, shape } = frame;
    if (shape !== this.#shape) {
      this.#head = this.#headOf(frame);
      this.#shape = shape;
    }
    const from = start + shape.modelEnd;
    if (this.#keepUsage || shape.usageEnd <= shape.modelEnd) return text + this.#head + source.slice(from, end) + this.#after;
    const usage = start + frame.usageShift;
    const upToUsage = source.slice(from, usage + shape.usageStart);
    return text + this.#head + upToUsage + (source.slice(usage + shape.usageEnd, end) + this.#after);
  }

  #headOf({ text, start, shape }: WireFrame): string {
    const { modelStart, modelEnd, usageStart, usageEnd } = shape;
    if (modelEnd === 0) return this.#before;
    let head = text.slice(start, start + modelStart);
    if (!this.#keepUsage && usageEnd > 0 && usageEnd <= modelStart) head = head.slice(0, usageStart) + head.slice(usageEnd);
    return Buffer.from(this.#before + head + this.#modelJson, "latin1").toString("latin1"); // no part of the read, which it outlives
  }
}

function latin1(text: string): string {
  return Buffer.from(text).toString("latin1");
}
