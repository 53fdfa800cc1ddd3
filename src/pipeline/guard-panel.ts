import { GatewayError } from "../chat/error.ts";
import type { Channel, ChannelKey } from "../chat/guard.ts";
import type { GuardSink } from "./guard-sink.ts";
import { GuardedText, type NamedGuard } from "./guarded-text.ts";

/** The guards of one call, and what is the same for every text they look at. */
export class GuardPanel {
  readonly sink: GuardSink;
  /** What a choice says that is blocked before anything of it has left. */
  readonly fallbackText: string | undefined;
  readonly #guards: readonly NamedGuard[];
  readonly #droppedFields = new Set<string>();
  /** Identifiers that were looked at last, by their path: most repeat from chunk to chunk. */
  readonly #seen = new Map<string, { readonly text: string; readonly released: string }>();

  constructor(guards: readonly NamedGuard[], sink: GuardSink, fallbackText?: string) {
    this.#guards = guards;
    this.sink = sink;
    this.fallbackText = fallbackText;
  }

  /** The guards that look at a channel. */
  on(channel: Channel): readonly NamedGuard[] {
    return this.#guards.filter(({ guard }) => guard.channels.includes(channel));
  }

  /** A text that is no channel of its own, under every guard. */
  field(path: string, choice: number, onBlock?: () => void): GuardedText {
    const key: ChannelKey = { channel: "content", choice, tool: 0 };
    const options = { guards: this.#guards, key, channel: path, sink: this.sink };
    return new GuardedText(onBlock === undefined ? options : { ...options, onBlock });
  }

  /** Free text that came whole. Where a guard blocks, what stands before. */
  freeText(text: string, path: string, choice: number, onBlock?: () => void): string {
    const whole = this.field(path, choice, onBlock);
    const released = whole.take(text);
    return whole.blocked ? released : released + whole.end("eof");
  }

  /**
   * An id or a name: it cannot be changed, so it passes or fails the call.
   * @throws GatewayError `guardrail_blocked`.
   */
  identifier(text: string, path: string, choice = 0): string {
    if (text === "") return text;
    const seen = this.#seen.get(path);
    if (seen?.text === text) return seen.released;
    const whole = this.field(path, choice);
    const released = whole.take(text) + (whole.blocked ? "" : whole.end("eof"));
    if (whole.concealed) throw blockedReply();
    this.#seen.set(path, { text, released });
    return released;
  }

  /** What only its vendor can read: it passes, or is left out and named. */
  opaque(text: string, path: string, choice: number): string | undefined {
    const whole = this.field(path, choice);
    whole.take(text);
    if (!whole.blocked) whole.end("eof");
    if (!whole.concealed) return text;
    this.dropField(path);
    return undefined;
  }

  /** Names a field that is left out, once. */
  dropField(path: string): void {
    if (this.#droppedFields.has(path)) return;
    this.#droppedFields.add(path);
    this.sink.addDroppedField(path);
  }
}

/** What a call fails with when nothing of its reply may be released. */
export function blockedReply(): GatewayError {
  return new GatewayError("guardrail_blocked", "the reply was blocked by a guardrail");
}
