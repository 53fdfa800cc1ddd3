import { GatewayError } from "../../chat/error.ts";
import type { FrameShape } from "../../chat/stream.ts";
import { JsonProblem, JsonReader } from "../json/json-reader.ts";
import type { ChunkTemplate } from "./chunk-template.ts";
import { withComma } from "./with-comma.ts";

/** What is known of a chunk, or a whole reply, without decoding it. Offsets count from the beginning of the JSON. */
export interface ScannedReply extends FrameShape {
  /** What decodes chunks of this shape, where one was learned. */
  template?: ChunkTemplate | undefined;
  /** Indexes of the choices that say something, and of those that end here. Empty for a reply without choices. */
  readonly choices: readonly number[];
  readonly finished: readonly number[];
  /**
   * Whether it is an error instead: a top-level `error` with something in it, or any that is more than null where there are no
   * choices. Some vendors put a choice beside the error, which ends with it (https://openrouter.ai/docs/api-reference/streaming).
   */
  readonly isError: boolean;
  /** Whether some of its content comes in parts (Mistral), which clients of OpenAI's API do not expect of a reply. */
  readonly hasParts: boolean;
  /** The strings that change from chunk to chunk: begin after the opening quote, end at the closing one. */
  readonly holes: readonly (readonly [start: number, end: number])[];
}

/**
 * Looks through the JSON of a chunk or a whole reply once.
 * @param text the JSON, with every byte as one Latin-1 character.
 * @throws GatewayError `upstream_error` when it is no JSON object.
 */
export function scanReply(text: string): ScannedReply {
  const reader = new JsonReader(text);
  const scan = {
    modelStart: 0,
    modelEnd: 0,
    usageStart: 0,
    usageEnd: 0,
    hasUsage: false,
    emptyChoices: false,
    choices: [] as number[],
    finished: [] as number[],
    isError: false,
    hasParts: false,
    holes: [] as [number, number][],
  };
  try {
    let hasChoices = false;
    let saysError = false;
    reader.object((key, keyStart) => {
      const start = reader.position();
      if (key === "choices" && reader.kind() === "array") {
        hasChoices = true;
        reader.array(() => scanChoice(reader, scan));
        scan.emptyChoices = scan.choices.length === 0;
      } else if (key === "obfuscation") skipHole(reader, scan);
      else {
        const isNull = reader.takeNull();
        if (!isNull) reader.skip();
        if (key === "model") [scan.modelStart, scan.modelEnd] = [start, reader.at];
        if (key === "error") {
          scan.isError = !isNull;
          saysError = /^\{\s*[^\s}]/.test(text.slice(start, reader.at));
        }
        if (key === "usage") {
          scan.hasUsage = !isNull;
          const span = withComma(text, keyStart, reader.at);
          [scan.usageStart, scan.usageEnd] = [span.start, span.end];
        }
      }
    });
    reader.end();
    if (hasChoices) scan.isError = saysError;
    return scan;
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw new GatewayError("upstream_error", "the upstream's reply is malformed", { cause: error });
  }
}

interface ChoiceScan {
  readonly choices: number[];
  readonly finished: number[];
  hasParts: boolean;
  readonly holes: [number, number][];
}

function scanChoice(reader: JsonReader, scan: ChoiceScan): void {
  let index = 0;
  let finished = false;
  reader.object((key) => {
    if (key === "index" && reader.kind() === "number") index = reader.number();
    else if (key === "finish_reason") finished = !/^(?:null|"")$/.test(reader.raw());
    else if (key === "delta" && reader.kind() === "object") scanDelta(reader, scan);
    else if (key === "message" && reader.kind() === "object") scanMessage(reader, scan);
    else reader.skip();
  });
  scan.choices.push(index);
  if (finished) scan.finished.push(index);
}

function scanDelta(reader: JsonReader, scan: ChoiceScan): void {
  reader.object((key) => {
    if (key === "content" && reader.kind() === "array") scan.hasParts = true;
    if (key === "content" || key === "reasoning_content" || key === "reasoning") skipHole(reader, scan);
    else if (key === "tool_calls" && reader.kind() === "array") reader.array(() => scanToolCall(reader, scan));
    else reader.skip();
  });
}

function scanMessage(reader: JsonReader, scan: ChoiceScan): void {
  reader.object((key) => {
    if (key === "content" && reader.kind() === "array") scan.hasParts = true;
    reader.skip();
  });
}

function scanToolCall(reader: JsonReader, scan: ChoiceScan): void {
  if (reader.kind() !== "object") reader.skip();
  else
    reader.object((key) => {
      if (key !== "function" || reader.kind() !== "object") reader.skip();
      else reader.object((name) => (name === "arguments" ? skipHole(reader, scan) : reader.skip()));
    });
}

/** Passes a value that is a hole if it is a string. */
function skipHole(reader: JsonReader, { holes }: ChoiceScan): void {
  const isText = reader.kind() === "string";
  const start = reader.at;
  reader.skip();
  if (isText) holes.push([start + 1, reader.at - 1]);
}
