import { isUtf8 } from "node:buffer";
import type { ByteSpan } from "../../chat/stream.ts";
import { JsonProblem } from "../json/json-reader.ts";
import { readingRequest } from "./decode-request.ts";
import { JsonBytes } from "./json-bytes.ts";
import type { WatchedKey } from "./watched-keys.ts";

/** What is known of a request body without decoding it. */
export interface ScannedRequest {
  readonly model: string;
  readonly modelSpan: ByteSpan;
  /** Whether the client wants chunks, and their usage (`stream_options.include_usage`). */
  readonly streamed: boolean;
  readonly wantsUsage: boolean;
  /** The values of these top-level members; absent: the body has no such member. */
  readonly streamOptions: ByteSpan | undefined;
  readonly metadata: ByteSpan | undefined;
  /** The members with their keys and one comma, that on `model`'s side: any of them can be cut out, alone or together. */
  readonly streamOptionsMember: ByteSpan | undefined;
  readonly metadataMember: ByteSpan | undefined;
  /** The names of the top-level members, in their order. */
  readonly keys: readonly string[];
  /** Those of the watched keys that may be in its messages. */
  readonly watched: readonly WatchedKey[];
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
 * `messages` a non-empty array, `stream` a boolean or null, `stream_options` an object or null. Only raw control characters in strings
 * that it does not read are left to whoever does: looking for them takes longer than all the rest. Offsets are bytes.
 * @throws GatewayError `invalid_request` saying what and where.
 */
export function scanRequest(bytes: Uint8Array): ScannedRequest {
  return readingRequest(() => new RequestScan(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
}

class RequestScan implements ScannedRequest {
  model = "";
  modelSpan: ByteSpan = { start: 0, end: 0 };
  streamed = false;
  wantsUsage = false;
  streamOptions: ByteSpan | undefined;
  metadata: ByteSpan | undefined;
  streamOptionsMember: ByteSpan | undefined;
  metadataMember: ByteSpan | undefined;
  readonly keys: string[] = [];
  watched: readonly WatchedKey[] = [];
  hasOwnMembers = false;
  #hasMessages = false;

  constructor(bytes: Buffer) {
    const json = new JsonBytes(bytes);
    if (!isUtf8(bytes)) json.fail("the body is not UTF-8");
    if (json.space() !== openBrace) json.fail("the body must be a JSON object");
    let commaBefore = 0;
    for (let hasMore = json.enter(); hasMore; hasMore = json.more()) {
      json.key();
      this.keys.push(json.member);
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
    this.watched = json.watched;
    if (this.model === "") throw new JsonProblem("model", nonEmptyString);
    if (!this.#hasMessages) throw new JsonProblem("messages", nonEmptyArray);
  }

  #take(json: JsonBytes, value: ByteSpan, member: ByteSpan): void {
    const { bytes } = json;
    const first = bytes[value.start];
    if (json.isMember("model")) {
      const model = first === quote ? parsed(json, value) : undefined;
      if (typeof model !== "string" || model === "") json.fail(nonEmptyString);
      this.model = model;
      this.modelSpan = value;
    } else if (json.isMember("messages")) {
      if (first !== openBracket || isEmptyArray(bytes, value)) json.fail(nonEmptyArray);
      this.#hasMessages = true;
    } else if (json.isMember("stream")) {
      if (first !== letterT && first !== letterF && first !== letterN) json.fail("must be true or false");
      this.streamed = first === letterT;
    } else if (json.isMember("stream_options")) {
      if (first !== openBrace && first !== letterN) json.fail("must be an object");
      this.wantsUsage = (parsed(json, value) as { include_usage?: unknown } | null)?.include_usage === true; // an object or null
      this.streamOptions = value;
      this.streamOptionsMember = member;
    } else if (json.isMember("metadata")) {
      this.metadata = value;
      this.metadataMember = member;
    } else if (json.isMember("prompt_template") || json.isMember("extensions")) this.hasOwnMembers = true;
  }
}

/** A value that was walked over. */
function parsed(json: JsonBytes, { start, end }: ByteSpan): unknown {
  try {
    return JSON.parse(json.bytes.toString("utf8", start, end));
  } catch {
    return json.fail(`invalid JSON at byte ${start}: a control character in a string must be escaped`); // all else was checked
  }
}

const nonEmptyString = "must be a non-empty string";
const nonEmptyArray = "must be an array with at least one message";

/** Whether an array has only white space between its brackets. */
function isEmptyArray(bytes: Buffer, { start, end }: ByteSpan): boolean {
  for (let i = start + 1; i < end - 1; i++) if ((bytes[i] ?? 0) > 32) return false;
  return true;
}
