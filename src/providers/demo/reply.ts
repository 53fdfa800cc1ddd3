import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type ChatCompletionChunk,
  ChatCompletionChunkSchema,
  type ChunkChoiceSchema,
  type DeltaSchema,
} from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { type Usage, UsageSchema } from "#gen/sluice/chat/v1/usage_pb";
import type { Piece, Speech } from "./speech.ts";

/** What every chunk of a reply has, and what its last one says of the prompt. */
export interface ReplyHead {
  readonly id: string;
  /** The model's name for the client. */
  readonly model: string;
  /** Unix time in seconds. */
  readonly created: number;
  readonly promptTokens: number;
}

/** A reply's chunks by step; the last step is what the generator returns. */
export type Steps = Generator<readonly ChatCompletionChunk[], readonly ChatCompletionChunk[]>;

interface Lane {
  readonly index: number;
  readonly speech: Speech;
  /** Tool calls begun, less one: the index of the running one. */
  call: number;
  silent: boolean;
  ended: boolean;
}

/**
 * A reply as chunks, in steps of one token per choice: first the roles, then a chunk per token, a chunk with the finish reason of
 * each choice, and a last one with the usage. Made as it is read; the last step is the generator's return value.
 */
export function* replySteps(head: ReplyHead, speeches: readonly Speech[]): Steps {
  const lanes = speeches.map((speech, index): Lane => ({ index, speech, call: -1, silent: true, ended: false }));
  const { promptTokens, ...common } = head;
  let completionTokens = 0;
  let reasoningTokens = 0;
  const chunk = (choice: MessageInitShape<typeof ChunkChoiceSchema> | undefined, usage?: Usage) =>
    create(ChatCompletionChunkSchema, {
      ...common,
      systemFingerprint: "fp_demo",
      choices: choice === undefined ? [] : [choice],
      ...(usage === undefined ? {} : { usage }),
    });
  yield lanes.map(({ index }) => chunk({ index, delta: { role: Role.ASSISTANT } }));
  for (;;) {
    const step: ChatCompletionChunk[] = [];
    for (const lane of lanes) {
      if (lane.ended) continue;
      const { done, value } = lane.speech.next();
      if (done === true) {
        lane.ended = true;
        step.push(chunk({ index: lane.index, delta: lane.silent ? { content: "" } : {}, finishReason: value }));
        continue;
      }
      lane.silent = false;
      if (value.kind !== "call") completionTokens++;
      if (value.kind === "reasoning") reasoningTokens++;
      step.push(chunk({ index: lane.index, delta: deltaOf(value, lane) }));
    }
    if (lanes.every((lane) => lane.ended))
      return [...step, chunk(undefined, usageOf(promptTokens, completionTokens, reasoningTokens))];
    yield step;
  }
}

function deltaOf(piece: Piece, lane: Lane): MessageInitShape<typeof DeltaSchema> {
  switch (piece.kind) {
    case "content":
      return { content: piece.text };
    case "reasoning":
      return { reasoning: piece.text };
    case "call": {
      const { id, type, name } = piece;
      const head = { index: ++lane.call, id, type };
      return {
        toolCalls: [
          type === "function" ? { ...head, function: { name, arguments: "" } } : { ...head, custom: { name, input: "" } },
        ],
      };
    }
    case "arguments":
      return { toolCalls: [{ index: lane.call, function: { arguments: piece.text } }] };
    case "input":
      return { toolCalls: [{ index: lane.call, custom: { input: piece.text } }] };
  }
}

function usageOf(promptTokens: number, completionTokens: number, reasoningTokens: number): Usage {
  return create(UsageSchema, {
    promptTokens,
    completionTokens,
    totalTokens: promptTokens + completionTokens,
    ...(reasoningTokens > 0 ? { completionTokensDetails: { reasoningTokens } } : {}),
  });
}
