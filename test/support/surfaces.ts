import { create, fromBinary, fromJsonString, type MessageInitShape, toBinary, toJsonString } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { endStreamFlag, endStreamFromJson, errorFromJsonBytes } from "@connectrpc/connect/protocol-connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerParse } from "@connectrpc/connect/protocol-grpc-web";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "#gen/google/rpc/error_details_pb";
import { ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { ChatCompletionResponseSchema, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { envelope } from "../../src/protocols/connect/envelope.ts";
import { type HttpVersion, WireCall, type WireReply } from "./wire-call.ts";

/** How a client asks for a chat completion: a protocol, in one of its forms. */
export interface Surface {
  readonly name: string;
  readonly protocol: "rest" | "grpc" | "grpc-web" | "connect";
  readonly version: HttpVersion;
  readonly streamed: boolean;
  readonly contentType: string;
}

const [unary, streamed] = [false, true];

/** Every way in: each protocol with each HTTP version it has, streamed and not, binary and JSON. */
export const surfaces: readonly Surface[] = (
  [
    ["rest", "1.1", streamed, "application/json"],
    ["rest", "2", streamed, "application/json"],
    ["grpc", "2", streamed, "application/grpc"],
    ["grpc-web", "1.1", streamed, "application/grpc-web+proto"],
    ["connect", "1.1", streamed, "application/connect+json"],
    ["connect", "2", streamed, "application/connect+proto"],
    ["rest", "1.1", unary, "application/json"],
    ["rest", "2", unary, "application/json"],
    ["grpc", "2", unary, "application/grpc"],
    ["grpc-web", "1.1", unary, "application/grpc-web+proto"],
    ["connect", "1.1", unary, "application/json"],
    ["connect", "2", unary, "application/proto"],
  ] as const
).map(([protocol, version, streams, contentType]) => ({
  name: `${protocol} ${version} ${streams ? "stream" : "unary"} ${contentType.endsWith("json") ? "JSON" : "binary"}`,
  protocol,
  version,
  streamed: streams,
  contentType,
}));

/** What a client understood of a reply. */
export interface Outcome {
  /** The text of the first choice. */
  readonly text: string;
  /** Whether the client takes the reply for a finished one. */
  readonly finished: boolean;
  readonly error: SeenError | undefined;
}

/** An error as a client sees it, whatever it came by. */
export interface SeenError {
  /** The gateway's code: OpenAI's `code`, or the reason of the ErrorInfo. */
  readonly code: string;
  readonly message: string;
  /** OpenAI's `type`; over RPC there is none. */
  readonly type: string | undefined;
  /** OpenAI's `param`, or the first field violation. */
  readonly param: string | undefined;
  /** HTTP status or gRPC status; undefined: told inside a stream that is OpenAI's. */
  readonly status: number | undefined;
  /** Whether another try may help; undefined as above. */
  readonly retry: boolean | undefined;
  /** Milliseconds to wait before it. */
  readonly retryAfterMs: number | undefined;
}

const service = "/sluice.chat.v1.ChatCompletionService";

/** Where a surface's calls go. */
export function pathOf({ protocol, streamed }: Surface): string {
  if (protocol === "rest") return "/v1/chat/completions";
  return `${service}/${streamed ? "Stream" : "Create"}ChatCompletion`;
}

/** The bytes of a question, as a surface sends it. */
export function questionOf({ protocol, streamed, contentType }: Surface, model: string, content: string): Buffer {
  if (protocol === "rest") {
    const more = streamed ? { stream: true } : {};
    return Buffer.from(JSON.stringify({ model, messages: [{ role: "user", content }], ...more }));
  }
  return framed(contentType, messageOf(contentType, { model, messages: [{ role: Role.USER, content }] }));
}

/** A request message in the encoding of a content type, without its envelope. */
export function messageOf(contentType: string, request: MessageInitShape<typeof ChatCompletionRequestSchema>): Uint8Array {
  const message = create(ChatCompletionRequestSchema, request);
  return contentType.endsWith("json")
    ? Buffer.from(toJsonString(ChatCompletionRequestSchema, message))
    : toBinary(ChatCompletionRequestSchema, message);
}

/** A message in the frame of a content type, if it has one. */
export function framed(contentType: string, message: Uint8Array): Buffer {
  return contentType.includes("grpc") || contentType.includes("connect") ? envelope([message]) : Buffer.from(message);
}

/** Begins a call whose body is still to be sent. */
export function openCall(url: string, surface: Surface, headers: Readonly<Record<string, string>> = {}): WireCall {
  const { version, contentType } = surface;
  return new WireCall(url, { version, path: pathOf(surface), headers: { "content-type": contentType, ...headers } });
}

/** The name of the header for a client's time limit, and a limit as its value. */
export function timeLimit({ protocol }: Surface, ms: number): Record<string, string> {
  if (protocol === "rest") return { "x-request-timeout-ms": String(ms) };
  return protocol === "connect" ? { "connect-timeout-ms": String(ms) } : { "grpc-timeout": `${ms}m` };
}

/** Reads a reply as a surface's client does. Throws when it is none of the protocol's. */
export function understand(surface: Surface, reply: WireReply): Outcome {
  const { protocol, streamed } = surface;
  if (protocol === "rest") return streamed && reply.status === 200 ? restStream(reply) : restWhole(reply);
  return protocol === "connect" && !streamed ? connectUnary(surface, reply) : enveloped(surface, reply);
}

interface RestReply {
  readonly choices?: readonly {
    readonly index: number;
    readonly delta?: { readonly content?: string };
    readonly message?: { readonly content?: string };
    readonly finish_reason?: string | null;
  }[];
  readonly error?: { readonly code: string; readonly message: string; readonly type: string; readonly param: string | null };
}

function restStream({ body, headers, complete }: WireReply): Outcome {
  if (!headers.get("content-type")?.startsWith("text/event-stream")) throw new Error("the stream is not one of events");
  const events = body.toString("utf8").split("\n\n");
  const rest = events.pop();
  if (complete && rest !== "") throw new Error(`the stream ends in the middle of an event: ${rest}`);
  let text = "";
  let error: SeenError | undefined;
  let done = false;
  for (const event of events) {
    if (!event.startsWith("data: ") || done || error !== undefined) throw new Error(`unexpected event: ${event}`);
    done = event === "data: [DONE]";
    if (done) continue;
    const payload = JSON.parse(event.slice(6)) as RestReply;
    if (payload.error !== undefined) error = seen(payload.error);
    text += payload.choices?.[0]?.delta?.content ?? "";
  }
  return { text, finished: complete && done && error === undefined, error };
}

function restWhole({ status, body, headers, complete }: WireReply): Outcome {
  const payload = JSON.parse(body.toString("utf8")) as RestReply;
  if (status === 200) {
    const [choice] = payload.choices ?? [];
    return { text: choice?.message?.content ?? "", finished: complete && choice?.finish_reason != null, error: undefined };
  }
  const { error } = payload;
  if (error === undefined) throw new Error(`status ${status} without an error`);
  const wait = headers.get("retry-after");
  return {
    text: "",
    finished: false,
    error: {
      ...seen(error),
      status,
      retry: headers.get("x-should-retry") === "true",
      retryAfterMs: wait === null ? undefined : Number(wait) * 1000,
    },
  };
}

function seen({ code, message, type, param }: NonNullable<RestReply["error"]>): SeenError {
  return { code, message, type, param: param ?? undefined, status: undefined, retry: undefined, retryAfterMs: undefined };
}

function connectUnary({ contentType }: Surface, { status, headers, body, complete }: WireReply): Outcome {
  if (status !== 200) {
    const noError = new ConnectError(`status ${status} without an error`);
    return { text: "", finished: false, error: seenRpc(errorFromJsonBytes(body, headers, noError)) };
  }
  return { ...wholeOf(contentType, body, complete), error: undefined };
}

function wholeOf(contentType: string, bytes: Uint8Array, complete: boolean): { text: string; finished: boolean } {
  const reply = contentType.endsWith("json")
    ? fromJsonString(ChatCompletionResponseSchema, Buffer.from(bytes).toString("utf8"))
    : fromBinary(ChatCompletionResponseSchema, bytes);
  const [choice] = reply.choices;
  const hasEnd = choice !== undefined && choice.finishReason !== FinishReason.UNSPECIFIED;
  return { text: choice?.message?.content ?? "", finished: complete && hasEnd };
}

function enveloped({ protocol, contentType, streamed }: Surface, reply: WireReply): Outcome {
  if (reply.status !== 200) throw new Error(`status ${reply.status}`);
  let { trailers } = reply;
  let text = "";
  let hasEnd = false;
  let error: ConnectError | undefined;
  for (const { flags, message } of envelopesOf(reply)) {
    if (protocol === "grpc-web" && flags === trailerFlag) {
      trailers = trailerParse(message);
    } else if (protocol === "connect" && flags === endStreamFlag) {
      hasEnd = true;
      error = endStreamFromJson(message).error;
    } else if (flags === 0) {
      text += streamed ? deltaOf(contentType, message) : wholeOf(contentType, message, true).text;
    } else throw new Error(`unexpected flags ${flags}`);
  }
  if (protocol !== "connect") {
    const fields = reply.headers.has("grpc-status") ? reply.headers : trailers;
    hasEnd = fields.get("grpc-status") === "0";
    error = findTrailerError(fields);
  }
  return { text, finished: reply.complete && hasEnd && error === undefined, error: error && seenRpc(error) };
}

function envelopesOf({ body, complete }: WireReply): { flags: number; message: Buffer }[] {
  const envelopes = [];
  for (let at = 0; at < body.length; ) {
    const end = at + 5 <= body.length ? at + 5 + body.readUInt32BE(at + 1) : Number.POSITIVE_INFINITY;
    if (end > body.length) {
      if (complete) throw new Error("the reply ends in the middle of a message");
      break;
    }
    envelopes.push({ flags: body.readUInt8(at), message: body.subarray(at + 5, end) });
    at = end;
  }
  return envelopes;
}

function deltaOf(contentType: string, message: Buffer): string {
  const chunk = contentType.endsWith("json")
    ? fromJsonString(ChatCompletionChunkSchema, message.toString("utf8"))
    : fromBinary(ChatCompletionChunkSchema, message);
  return chunk.choices[0]?.delta?.content ?? "";
}

function seenRpc(error: ConnectError): SeenError {
  const [info] = error.findDetails(ErrorInfoSchema);
  if (info?.domain !== "sluice") throw new Error(`an error without its code: ${Code[error.code]} ${error.rawMessage}`);
  const retry = error.metadata.get("x-should-retry") === "true";
  const [retryInfo] = error.findDetails(RetryInfoSchema);
  if (retry !== (retryInfo !== undefined)) throw new Error(`x-should-retry and RetryInfo do not agree: ${error.rawMessage}`);
  const delay = retryInfo?.retryDelay;
  return {
    code: info.reason,
    message: error.rawMessage,
    type: undefined,
    param: error.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field,
    status: error.code,
    retry,
    retryAfterMs: delay === undefined ? undefined : Number(delay.seconds) * 1000 + delay.nanos / 1e6,
  };
}
