import type { EventEmitter } from "node:events";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { connect, constants } from "node:http2";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type ChatCompletionChunk, ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { type ChatCompletionResponse, ChatCompletionResponseSchema } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { Fold } from "../../src/chat/fold.ts";
import { unfold } from "../../src/chat/unfold.ts";
import { decodeChunk, decodeResponse } from "../../src/codec/openai/decode-reply.ts";
import { envelope } from "../../src/protocols/connect/envelope.ts";

/** What a client asks. */
export interface ChatQuestion {
  readonly model: string;
  readonly streamed: boolean;
  /** What the user says. Default `hi`. */
  readonly content?: string;
  /** How many choices. Default 1. */
  readonly n?: number;
  /** Whether it wants JSON. Default false. */
  readonly json?: boolean;
  /** The client leaves when it has seen so many pieces of the reply arrive (0: as soon as it has asked), or then. Default never. */
  readonly leaveAfter?: number | Promise<unknown>;
}

/** What a client got. */
export interface ChatAnswer {
  /** Whether all of an answer came, good or bad. */
  readonly complete: boolean;
  /** The error's code; undefined after a good end, or none. */
  readonly code: string | undefined;
  /** The messages in order; the whole reply of an unstreamed call is one. */
  readonly chunks: readonly ChatCompletionChunk[];
  /** The chunks put together. */
  readonly response: ChatCompletionResponse;
  /** Header fields, trailers included. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Asks a gateway over one protocol. */
export interface ChatClient {
  readonly protocol: "REST" | "gRPC";
  ask(question: ChatQuestion): Promise<ChatAnswer>;
  close(): void;
}

/** The clients of both protocols. */
export const chatClients: readonly ((url: string) => ChatClient)[] = [restClient, grpcClient];

/** A client of OpenAI's REST API over kept-alive connections. */
export function restClient(url: string): ChatClient {
  const agent = new Agent({ keepAlive: true });
  return {
    protocol: "REST",
    async ask({ model, streamed, content = "hi", n = 1, json = false, leaveAfter }) {
      const body = {
        model,
        n,
        messages: [{ role: "user", content }],
        ...(json ? { response_format: { type: "json_object" } } : {}),
        ...(streamed ? { stream: true, stream_options: { include_usage: true } } : {}),
      };
      const headers = { "content-type": "application/json" };
      const request = httpRequest(`${url}/v1/chat/completions`, { method: "POST", headers, agent });
      const seen = new Arrivals(leaveAfter, () => request.destroy());
      request.on("error", () => undefined).end(JSON.stringify(body));
      const incoming = await first<IncomingMessage>(request, "response");
      if (incoming === undefined) return answer([], undefined, false, {});
      incoming.on("error", () => undefined).on("data", (part: Buffer) => seen.add(part));
      await first(incoming, "end");
      const text = seen.bytes.toString("utf8");
      const events = /^text\/event-stream/.test(incoming.headers["content-type"] ?? "");
      if (!incoming.complete && !events) return answer([], undefined, false, incoming.headers);
      const read = events ? readEvents(text, model) : readWhole(text, model, incoming.statusCode === 200);
      return answer(read.chunks, read.code, incoming.complete && (read.code !== undefined || read.done), incoming.headers);
    },
    close: () => agent.destroy(),
  };
}

interface Read {
  readonly chunks: readonly ChatCompletionChunk[];
  readonly code: string | undefined;
  readonly done: boolean;
}

function readWhole(text: string, model: string, good: boolean): Read {
  if (!good) return { chunks: [], code: codeOf(text), done: true };
  return { chunks: unfold(decodeResponse(text, { model })), code: undefined, done: true };
}

function readEvents(text: string, model: string): Read {
  const chunks: ChatCompletionChunk[] = [];
  let code: string | undefined;
  let done = false;
  for (const event of text.split("\n\n").slice(0, -1)) {
    if (done || code !== undefined) throw new Error(`an event after the end: ${event}`);
    const payload = event.slice("data: ".length);
    if (payload === "[DONE]") done = true;
    else if (payload.startsWith('{"error"')) code = codeOf(payload);
    else chunks.push(decodeChunk(payload, { model }));
  }
  return { chunks, code, done };
}

function codeOf(text: string): string {
  return (JSON.parse(text) as { error: { code: string } }).error.code;
}

/** A gRPC client over one HTTP/2 connection that takes no compression. */
export function grpcClient(url: string): ChatClient {
  const session = connect(url).on("error", () => undefined);
  return {
    protocol: "gRPC",
    async ask({ model, streamed, content = "hi", n = 1, json = false, leaveAfter }) {
      const message = create(ChatCompletionRequestSchema, { model, n, messages: [{ role: Role.USER, content }] });
      if (json) message.responseFormat = { $typeName: "sluice.chat.v1.ResponseFormat", type: "json_object" };
      const stream = session.request({
        ":method": "POST",
        ":path": `/sluice.chat.v1.ChatCompletionService/${streamed ? "Stream" : "Create"}ChatCompletion`,
        "content-type": "application/grpc",
        te: "trailers",
      });
      const fields: Record<string, unknown> = {};
      const seen = new Arrivals(leaveAfter, () => stream.close(constants.NGHTTP2_CANCEL));
      stream.on("response", (headers) => void Object.assign(fields, headers));
      stream.on("trailers", (trailers) => void Object.assign(fields, trailers));
      stream.on("error", () => undefined).on("data", (part: Buffer) => seen.add(part));
      stream.end(envelope([toBinary(ChatCompletionRequestSchema, message)]));
      await first(stream, "close");
      const outcome = fields["sluice-outcome"];
      const complete = fields["grpc-status"] !== undefined;
      if (complete && (fields["grpc-status"] === "0") !== (outcome === "ok"))
        throw new Error(`status and outcome differ: ${outcome}`);
      const messages = messagesOf(seen.bytes);
      const chunks = streamed
        ? messages.map((bytes) => fromBinary(ChatCompletionChunkSchema, bytes))
        : messages.flatMap((bytes) => unfold(fromBinary(ChatCompletionResponseSchema, bytes)));
      return answer(chunks, complete && outcome !== "ok" ? String(outcome) : undefined, complete, fields);
    },
    close: () => session.destroy(),
  };
}

function messagesOf(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    if (bytes[at] !== 0) throw new Error(`flags ${bytes[at]} that were not asked for`);
    if (end <= bytes.length) messages.push(bytes.subarray(at + 5, end));
    at = end;
  }
  return messages;
}

function answer(
  chunks: readonly ChatCompletionChunk[],
  code: string | undefined,
  complete: boolean,
  fields: Readonly<Record<string, unknown>>,
): ChatAnswer {
  const fold = new Fold();
  for (const chunk of chunks) fold.add(chunk);
  return { chunks, code, complete, response: fold.response(), fields };
}

/** What an event gives; undefined when the emitter is closed before. */
function first<T>(emitter: EventEmitter, event: string): Promise<T | undefined> {
  return new Promise((resolve) => emitter.once(event, resolve).once("close", () => resolve(undefined)));
}

/** What has arrived, and when to leave. */
class Arrivals {
  readonly #parts: Buffer[] = [];
  readonly #leaveAfter: unknown;
  readonly #leave: () => void;

  constructor(leaveAfter: ChatQuestion["leaveAfter"], leave: () => void) {
    this.#leaveAfter = leaveAfter;
    this.#leave = leave;
    if (leaveAfter === 0) setImmediate(leave);
    else if (leaveAfter instanceof Promise) void leaveAfter.then(leave);
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  add(part: Buffer): void {
    this.#parts.push(part);
    if (this.#parts.length === this.#leaveAfter) this.#leave();
  }
}
