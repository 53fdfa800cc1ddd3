import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import type { GuardVerdict } from "#gen/sluice/chat/v1/gateway_event_pb";
import { GatewayError } from "../../src/chat/error.ts";
import { Fold } from "../../src/chat/fold.ts";
import { eventOf, type StreamEvent } from "../../src/chat/stream.ts";
import { GuardStage } from "../../src/pipeline/guard-stage.ts";
import type { NamedGuard } from "../../src/pipeline/guarded-text.ts";

/** A stage of guards in the process, and everything that came of it. */
export class GuardRun {
  readonly fold = new Fold();
  readonly verdicts: string[] = [];
  readonly events: StreamEvent[] = [];
  readonly dropped: string[] = [];
  held = 0;
  withheld = 0;
  error: GatewayError | undefined;
  readonly #stage: GuardStage;

  constructor(guards: readonly NamedGuard[], choices: number) {
    this.#stage = new GuardStage(
      guards,
      {
        addVerdict: (verdict) => this.verdicts.push(lineOf(verdict)),
        addDroppedField: (path) => this.dropped.push(path),
        held: (characters) => {
          this.held = characters;
        },
        withheld: (characters) => {
          this.withheld += characters;
        },
      },
      { choices },
    );
  }

  push(...chunks: ChatCompletionChunk[]): this {
    return this.pushEvents(chunks.map(eventOf));
  }

  pushEvents(batch: readonly StreamEvent[]): this {
    return this.#do((out) => this.#stage.push(batch, out));
  }

  end(kind: "eof" | "truncated"): this {
    return this.#do((out) => this.#stage.end(kind, out));
  }

  /** What has left, by its place: `choice/channel/tool`. */
  get texts(): Map<string, string> {
    const texts = new Map<string, string>();
    for (const { index, message } of this.fold.response().choices) {
      for (const channel of ["reasoning", "content", "refusal"] as const) {
        const text = message?.[channel];
        if (text !== undefined) texts.set(`${index}/${channel}/0`, text);
      }
      for (const call of message?.toolCalls ?? []) {
        texts.set(`${index}/tool_arguments/${call.id}`, call.function?.arguments ?? call.custom?.input ?? "");
      }
    }
    return texts;
  }

  /** How each choice that has ended did. */
  get ends(): Map<number, FinishReason> {
    const ended = this.fold.response().choices.filter(({ finishReason }) => finishReason !== FinishReason.UNSPECIFIED);
    return new Map(ended.map(({ index, finishReason }) => [index, finishReason]));
  }

  #do(step: (out: StreamEvent[]) => void): this {
    if (this.error !== undefined) return this;
    const out: StreamEvent[] = [];
    try {
      step(out);
    } catch (error) {
      this.error = GatewayError.from(error);
    }
    for (const event of out) {
      this.events.push(event);
      this.fold.add(event.chunk());
    }
    return this;
  }
}

function lineOf({ choice, channel, toolCall, start, end, middleware, action }: GuardVerdict): string {
  return `${choice}/${channel}/${toolCall} ${start}-${end} ${middleware} ${action}`;
}
