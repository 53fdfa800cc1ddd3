import { create, toBinary } from "@bufbuild/protobuf";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";

/** A kind of call, as its bytes. */
export interface CallKind {
  /** HTTP/1.1: the whole request. gRPC: the body, one message with its prefix. */
  readonly bytes: Buffer;
  readonly grpc: boolean;
  /** How long its upstream takes for it by itself, in milliseconds. */
  readonly ownMs: number;
}

const smallPrompt = "Say something about the weather in Lisbon.";
const usualPrompt = "What came before is part of every prompt. ".repeat(100).slice(0, 4096);
const largePrompt = "The gateway holds only what could still become a match. ".repeat(1200).slice(0, 65_536);
const chunks = 200;
const heldMs = 10_000;

/** What is asked for, by name: each a list of calls that come in turn. */
export const mixes = {
  /** Prompts of 4 KiB over REST, Connect and gRPC; two in five are streams of 200 chunks, 100 a second. */
  usual: inTurn([
    [8, rest(`stream-${chunks}`, usualPrompt, chunks * 10)],
    [6, rest("unary", usualPrompt)],
    [5, connect(usualPrompt)],
    [1, grpc(usualPrompt)],
  ]),
  /** The cheapest calls that there are: the worst case, since a refusal costs most beside them. */
  cheap: inTurn([[1, rest("unary", smallPrompt)]]),
  /** Prompts of 64 KiB. */
  large: inTurn([[1, rest("unary", largePrompt)]]),
  /** Calls whose upstream takes its time. */
  slow: inTurn([[1, rest(`hold-${heldMs}`, smallPrompt, heldMs)]]),
  /** Both. */
  largeAndSlow: inTurn([[1, rest(`hold-${heldMs}`, largePrompt, heldMs)]]),
} as const;

/** The name of a mix. */
export type Mix = keyof typeof mixes;

function inTurn(shares: readonly (readonly [share: number, kind: CallKind])[]): readonly CallKind[] {
  const left = shares.map(([share, kind]) => ({ share, kind, due: 0 }));
  const total = shares.reduce((sum, [share]) => sum + share, 0);
  return Array.from({ length: total }, () => {
    for (const each of left) each.due += each.share;
    const next = left.reduce((most, each) => (each.due > most.due ? each : most));
    next.due -= total;
    return next.kind;
  });
}

function rest(model: string, prompt: string, ownMs = 0): CallKind {
  const stream = model.startsWith("stream") ? { stream: true } : {};
  const body = JSON.stringify({ model: `up/${model}`, messages: [{ role: "user", content: prompt }], ...stream });
  return { bytes: post("/v1/chat/completions", body), grpc: false, ownMs };
}

function connect(prompt: string): CallKind {
  const body = JSON.stringify({ model: "up/unary", messages: [{ role: "ROLE_USER", content: prompt }] });
  const path = "/sluice.chat.v1.ChatCompletionService/CreateChatCompletion";
  return { bytes: post(path, body, "connect-protocol-version: 1\r\n"), grpc: false, ownMs: 0 };
}

function post(path: string, body: string, more = ""): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n${more}content-length: ${body.length}`;
  return Buffer.from(`${head}\r\n\r\n${body}`);
}

function grpc(prompt: string): CallKind {
  const messages = [{ role: Role.USER, content: prompt }];
  const message = toBinary(ChatCompletionRequestSchema, create(ChatCompletionRequestSchema, { model: "up/unary", messages }));
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return { bytes: Buffer.concat([prefix, message]), grpc: true, ownMs: 0 };
}
