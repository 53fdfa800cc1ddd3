import { isUtf8 } from "node:buffer";
import type { ByteSpan } from "../../chat/stream.ts";
import { readingRequest } from "./decode-request.ts";
import { JsonBytes } from "./json-bytes.ts";
import { JsonProblem } from "./json-reader.ts";

/** What is known of a request body without decoding it. */
export interface ScannedRequest {
  readonly model: string;
  readonly modelSpan: ByteSpan;
  /** Whether the client wants chunks. */
  readonly streamed: boolean;
  /** The values of these top-level members; absent: the body has no such member. */
  readonly streamOptions: ByteSpan | undefined;
  readonly metadata: ByteSpan | undefined;
  /** The members with their keys and one comma, that on `model`'s side: any of them can be cut out, alone or together. */
  readonly streamOptionsMember: ByteSpan | undefined;
  readonly metadataMember: ByteSpan | undefined;
  /** Whether members of Sluice's own are there, which no vendor may get. */
  readonly hasOwnMembers: boolean;
}

const quote = 34;
const openBracket = 91;
const letterF = 102;
const letterN = 110;
const letterT = 116;
const openBrace = 123;

/**
 * Looks through a request body once: UTF-8, strictly JSON, an object, no deeper than 64, no key twice, `model` a non-empty string,
 * `messages` a non-empty array, `stream` a boolean or null, `stream_options` an object or null. Offsets are bytes.
 * @throws GatewayError `invalid_request` saying what and where.
 */
export function scanRequest(bytes: Uint8Array): ScannedRequest {
  return readingRequest(() => new RequestScan(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
}

class RequestScan implements ScannedRequest {
  model = "";
  modelSpan: ByteSpan = { start: 0, end: 0 };
  streamed = false;
  streamOptions: ByteSpan | undefined;
  metadata: ByteSpan | undefined;
  streamOptionsMember: ByteSpan | undefined;
  metadataMember: ByteSpan | undefined;
  hasOwnMembers = false;
  #hasMessages = false;

  constructor(bytes: Buffer) {
    const json = new JsonBytes(bytes);
    if (!isUtf8(bytes)) json.fail("the body is not UTF-8");
    if (json.space() !== openBrace) json.fail("the body must be a JSON object");
    let commaBefore = 0;
    for (let hasMore = json.enter(); hasMore; hasMore = json.more()) {
      json.key();
      json.space();
      const value = { start: json.at, end: 0 };
      json.value();
      value.end = json.at;
      json.space(); // to the comma after it, unless it is the last
      const member = this.model === "" ? { start: json.keyStart, end: json.at + 1 } : { start: commaBefore, end: value.end };
      commaBefore = json.at;
      this.#take(json, value, member);
    }
    json.end();
    if (this.model === "") throw new JsonProblem("model", nonEmptyString);
    if (!this.#hasMessages) throw new JsonProblem("messages", nonEmptyArray);
  }

  #take(json: JsonBytes, value: ByteSpan, member: ByteSpan): void {
    const { bytes } = json;
    const first = bytes[value.start];
    switch (json.member) {
      case "model":
        if (first !== quote || value.end - value.start === 2) json.fail(nonEmptyString);
        this.model = JSON.parse(bytes.toString("utf8", value.start, value.end)) as string; // it begins with a quote
        this.modelSpan = value;
        break;
      case "messages":
        if (first !== openBracket || isEmptyArray(bytes, value)) json.fail(nonEmptyArray);
        this.#hasMessages = true;
        break;
      case "stream":
        if (first !== letterT && first !== letterF && first !== letterN) json.fail("must be true or false");
        this.streamed = first === letterT;
        break;
      case "stream_options":
        if (first !== openBrace && first !== letterN) json.fail("must be an object");
        this.streamOptions = value;
        this.streamOptionsMember = member;
        break;
      case "metadata":
        this.metadata = value;
        this.metadataMember = member;
        break;
      case "prompt_template":
      case "extensions":
        this.hasOwnMembers = true;
        break;
    }
  }
}

const nonEmptyString = "must be a non-empty string";
const nonEmptyArray = "must be an array with at least one message";

/** Whether an array has only white space between its brackets. */
function isEmptyArray(bytes: Buffer, { start, end }: ByteSpan): boolean {
  for (let i = start + 1; i < end - 1; i++) if ((bytes[i] ?? 0) > 32) return false;
  return true;
}
