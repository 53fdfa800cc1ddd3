import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { Channel } from "../chat/guard.ts";
import type { Immutable } from "../chat/immutable.ts";
import { eachInOrder, isPromise, type MaybePromise } from "../chat/maybe-promise.ts";
import type { StreamEvent } from "../chat/stream.ts";
import type { CallContext } from "./call-context.ts";
import type { Middleware } from "./middleware.ts";
import { middlewareFailure } from "./middleware-failure.ts";
import type { OutputStage } from "./output-stage.ts";
import type { ResponseText, TextWindow } from "./response-text.ts";

/** How often level 1 looks, and how much text it sees. */
export interface MonitoringOptions {
  /** Chunks between two updates. */
  readonly interval: number;
  /** Characters kept per text (UTF-16 code units). */
  readonly window: number;
}

/**
 * Level 1: shows a middleware the accumulated reply every N chunks, whenever unseen text reaches half the window, and at the end.
 * Large pieces are sliced, so every character is seen at least once with half a window of text before it. With `hold`, events wait
 * for the update that shows them.
 */
export class MonitorStage implements OutputStage {
  readonly #ctx: CallContext;
  readonly #middleware: Middleware;
  readonly #options: MonitoringOptions;
  readonly #texts: TextBuffer[] = [];
  readonly #held: StreamEvent[] = [];
  #chunks = 0;
  #unseen = false;

  constructor(ctx: CallContext, middleware: Middleware, options: MonitoringOptions) {
    this.#ctx = ctx;
    this.#middleware = middleware;
    this.#options = options;
  }

  push(batch: readonly StreamEvent[], out: StreamEvent[]): MaybePromise<void> {
    return eachInOrder(batch, (event) => this.#watch(event, out));
  }

  end(kind: "eof" | "truncated", out: StreamEvent[]): MaybePromise<void> {
    if (kind === "truncated") {
      this.#held.length = 0;
      return;
    }
    const pending = this.#update(true);
    if (isPromise(pending)) return pending.then(() => this.#release(out));
    this.#release(out);
  }

  #watch(event: StreamEvent, out: StreamEvent[]): MaybePromise<void> {
    const pieces = textsOf(event.chunk());
    const seen = eachInOrder(pieces, (piece) => this.#append(piece));
    if (isPromise(seen)) return seen.then(() => this.#pass(event, out));
    return this.#pass(event, out);
  }

  /** Adds a piece of text, in slices that let no unseen text outgrow half the window. */
  #append(piece: Piece, from = 0): MaybePromise<void> {
    const text = this.#textOf(piece);
    const half = Math.max(1, this.#options.window >> 1);
    let at = from;
    while (at < piece.text.length) {
      const take = Math.min(half - text.unseen, piece.text.length - at);
      text.append(piece.text.slice(at, at + take));
      at += take;
      this.#unseen = true;
      if (text.unseen >= half) {
        const pending = this.#update(false);
        if (isPromise(pending)) return pending.then(() => this.#append(piece, at));
      }
    }
  }

  #pass(event: StreamEvent, out: StreamEvent[]): MaybePromise<void> {
    this.#held.push(event);
    this.#chunks += 1;
    if (this.#chunks % this.#options.interval === 0) {
      const pending = this.#unseen ? this.#update(false) : undefined;
      if (isPromise(pending)) return pending.then(() => this.#release(out));
      this.#release(out);
    } else if (this.#middleware.hold !== true || !this.#unseen) this.#release(out);
  }

  #release(out: StreamEvent[]): void {
    for (const event of this.#held) out.push(event);
    this.#held.length = 0;
  }

  #update(final: boolean): MaybePromise<void> {
    this.#unseen = false;
    const reply = new Reply(
      this.#texts.map((text) => text.show()),
      final,
    );
    try {
      const pending = this.#middleware.onResponseUpdate?.(this.#ctx, reply);
      if (isPromise(pending)) {
        return pending.then(
          () => this.#ctx.throwIfHalted(),
          (error: unknown) => this.#fail(error),
        );
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#ctx.throwIfHalted();
  }

  #fail(error: unknown): void {
    this.#ctx.throwIfHalted();
    const failure = middlewareFailure(this.#middleware, "onResponseUpdate", error, this.#ctx.log);
    if (failure !== undefined) throw failure;
  }

  #textOf(piece: Piece): TextBuffer {
    for (const text of this.#texts) {
      if (text.channel === piece.channel && text.choice === piece.choice && text.tool === piece.tool) return text;
    }
    const text = new TextBuffer(piece, this.#options.window);
    this.#texts.push(text);
    return text;
  }
}

interface Piece {
  readonly channel: Channel;
  readonly choice: number;
  readonly tool: number;
  readonly text: string;
}

/** The non-empty texts a chunk adds, in a fixed order. */
function textsOf(chunk: Immutable<ChatCompletionChunk>): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const { index: choice, delta } of chunk.choices) {
    if (delta === undefined) continue;
    if (delta.content) pieces.push({ channel: "content", choice, tool: 0, text: delta.content });
    if (delta.reasoning) pieces.push({ channel: "reasoning", choice, tool: 0, text: delta.reasoning });
    if (delta.refusal) pieces.push({ channel: "refusal", choice, tool: 0, text: delta.refusal });
    for (const call of delta.toolCalls) {
      const text = call.function?.arguments ?? call.custom?.input;
      if (text) pieces.push({ channel: "tool_arguments", choice, tool: call.index, text });
    }
    if (delta.functionCall?.arguments) {
      pieces.push({ channel: "tool_arguments", choice, tool: 0, text: delta.functionCall.arguments });
    }
  }
  return pieces;
}

/** The sliding window over one text. */
class TextBuffer {
  readonly channel: Channel;
  readonly choice: number;
  readonly tool: number;
  readonly #limit: number;
  #window = "";
  #length = 0;
  /** Characters no update has shown yet. */
  unseen = 0;

  constructor(key: Piece, limit: number) {
    this.channel = key.channel;
    this.choice = key.choice;
    this.tool = key.tool;
    this.#limit = limit;
  }

  append(text: string): void {
    this.#window = (this.#window + text).slice(-this.#limit);
    this.#length += text.length;
    this.unseen += text.length;
  }

  show(): TextWindow {
    const added = this.unseen === 0 ? "" : this.#window.slice(-this.unseen);
    this.unseen = 0;
    return {
      channel: this.channel,
      choice: this.choice,
      tool: this.tool,
      text: this.#window,
      added,
      offset: this.#length - this.#window.length,
      length: this.#length,
    };
  }
}

class Reply implements ResponseText {
  readonly windows: readonly TextWindow[];
  readonly final: boolean;

  constructor(windows: readonly TextWindow[], final: boolean) {
    this.windows = windows;
    this.final = final;
  }

  text(choice = 0): string {
    return this.windows.find((window) => window.channel === "content" && window.choice === choice)?.text ?? "";
  }
}
