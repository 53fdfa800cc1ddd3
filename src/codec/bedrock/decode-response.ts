import type { ChatCompletionChunk, Delta } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { GatewayError } from "../../chat/error.ts";
import { Fold } from "../../chat/fold.ts";
import type { DecodedResponse, DecodeOptions } from "../chat-codec.ts";
import { replyFault } from "../failure/malformed-reply.ts";
import { JsonReader } from "../json/json-reader.ts";
import { ReplyNotes } from "./reply-notes.ts";
import { ReplyState } from "./reply-state.ts";
import { finishReasonOf } from "./stop-reason.ts";

/** A Converse reply (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_ResponseSyntax). */
export function decodeResponse(body: string, options: DecodeOptions): DecodedResponse {
  const { model, created, provider } = options;
  const state = new ReplyState();
  const delta = state.delta();
  const notes = new ReplyNotes();
  let stopReason: string | undefined;
  let hasMessage = false;
  try {
    const reader = new JsonReader(body);
    reader.object((key, start) => {
      if (key === "output") hasMessage = readOutput(reader, state, delta);
      else if (key === "stopReason") stopReason = reader.string();
      else notes.read(key, start, reader);
    });
    reader.end();
  } catch (error) {
    throw replyFault(error);
  }
  if (!hasMessage || stopReason === undefined) {
    throw new GatewayError("upstream_error", "the upstream's reply has no message", { provider });
  }
  const { usage, serviceTier, unknownFieldsJson, upstreamModel } = notes;
  const chunk: ChatCompletionChunk = {
    $typeName: "sluice.chat.v1.ChatCompletionChunk",
    id: "",
    choices: [
      {
        $typeName: "sluice.chat.v1.ChunkChoice",
        index: 0,
        delta,
        finishReason: finishReasonOf(stopReason, state.answered),
        finishReasonRaw: stopReason,
      },
    ],
    created,
    model,
    metadata: {},
    events: [],
    ...(usage === undefined ? {} : { usage }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(unknownFieldsJson === undefined ? {} : { unknownFieldsJson }),
  };
  const fold = new Fold();
  fold.add(chunk);
  return { response: fold.response(), upstreamModel };
}

function readOutput(reader: JsonReader, state: ReplyState, delta: Delta): boolean {
  let found = false;
  reader.object((key) => {
    if (key !== "message") {
      reader.skip();
      return;
    }
    found = true;
    reader.object((inner) => {
      if (inner === "content") reader.array((index) => readBlock(reader, index, state, delta));
      else reader.skip();
    });
  });
  state.endAll(delta);
  return found;
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html */
function readBlock(reader: JsonReader, index: number, state: ReplyState, delta: Delta): void {
  reader.object((key, start) => {
    if (key === "type" || reader.takeNull()) {
      if (key === "type") reader.skip();
    } else if (key === "text") state.text(index, reader.string(), delta);
    else if (key === "reasoningContent") readReasoning(reader, index, state, delta);
    else if (key === "toolUse") readToolUse(reader, index, start, state, delta);
    else if (key === "citationsContent") readCitations(reader, index, state, delta);
    else {
      reader.skip();
      state.other(index, `{${reader.since(start)}}`, delta);
    }
  });
  state.end(index, delta);
}

function readReasoning(reader: JsonReader, index: number, state: ReplyState, delta: Delta): void {
  reader.object((key) => {
    if (reader.takeNull()) return;
    if (key === "redactedContent") state.redacted(index, reader.string(), delta);
    else if (key !== "reasoningText") reader.skip();
    else
      reader.object((inner) => {
        if (reader.takeNull()) return;
        if (inner === "text") state.reasoning(index, reader.string(), delta);
        else if (inner === "signature") state.signature(index, reader.string(), delta);
        else reader.skip();
      });
  });
}

/** A call of a tool of Bedrock's own is nobody's to answer: it is not told as a call. */
function readToolUse(reader: JsonReader, index: number, start: number, state: ReplyState, delta: Delta): void {
  let id = "";
  let name = "";
  let input = "{}";
  let type = "";
  reader.object((key) => {
    if (reader.takeNull()) return;
    if (key === "toolUseId") id = reader.string();
    else if (key === "name") name = reader.string();
    else if (key === "type") type = reader.string();
    else if (key === "input") input = reader.raw();
    else reader.skip();
  });
  if (type === "server_tool_use") state.other(index, `{${reader.since(start)}}`, delta);
  else {
    state.tool(index, id, name, delta);
    state.toolInput(index, input, delta);
  }
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CitationsContentBlock.html */
function readCitations(reader: JsonReader, index: number, state: ReplyState, delta: Delta): void {
  reader.object((key) => {
    if (reader.takeNull()) return;
    if (key === "content") {
      reader.array(() =>
        reader.object((inner) => {
          if (inner === "text") state.text(index, reader.string(), delta);
          else reader.skip();
        }),
      );
    } else if (key === "citations") reader.array(() => state.citation(index, reader.raw(), delta));
    else reader.skip();
  });
}
