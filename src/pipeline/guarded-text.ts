import { create } from "@bufbuild/protobuf";
import { GuardVerdictSchema } from "#gen/sluice/chat/v1/gateway_event_pb";
import { GatewayError } from "../chat/error.ts";
import type { ChannelKey, GuardAction, GuardStep, TextGuard } from "../chat/guard.ts";
import type { GuardSink } from "./guard-sink.ts";
import { bySpan, type FoundSpan, firstCluster } from "./span-cluster.ts";
import type { TokenQueue } from "./token-queue.ts";

/** A guard and the middleware it belongs to. */
export interface NamedGuard {
  readonly name: string;
  readonly guard: TextGuard;
}

/** One text of a reply under guards. */
export interface GuardedTextOptions {
  /** Those that look at it. */
  readonly guards: readonly NamedGuard[];
  readonly key: ChannelKey;
  /** What verdicts call the text: a channel, or the path of another field. */
  readonly channel: string;
  /** Whether the text is JSON, so that replacements are escaped as parts of a string. */
  readonly json?: boolean;
  /** Follows what leaves and what does not. */
  readonly tokens?: TokenQueue;
  readonly sink: GuardSink;
  /** Told when a guard blocks. */
  readonly onBlock?: () => void;
}

/**
 * One text that arrives in pieces and leaves as soon as every guard has decided on it. All guards see the original; their spans are
 * united, so that what leaves depends neither on the pieces nor on the order of the guards.
 */
export class GuardedText {
  readonly #options: GuardedTextOptions;
  readonly #safeTo: number[];
  /** Findings that have not been acted on, ordered. */
  #spans: FoundSpan[] = [];
  /** The text from `#offset` on: what has not left. */
  #held = "";
  #offset = 0;
  /** A guard blocked: nothing more may leave. */
  blocked = false;
  /** Whether a guard blocked, redacted or masked something. */
  concealed = false;

  constructor(options: GuardedTextOptions) {
    this.#options = options;
    this.#safeTo = options.guards.map(() => 0);
  }

  /** Characters that wait. UTF-16 code units. */
  get held(): number {
    return this.#held.length;
  }

  /** Characters taken so far. UTF-16 code units. */
  get length(): number {
    return this.#offset + this.#held.length;
  }

  /** Takes the next piece and gives what may leave now. */
  take(text: string): string {
    if (text === "") return "";
    const { key } = this.#options;
    this.#held = this.#held === "" ? text : this.#held + text;
    this.#ask((guard) => guard.feed(key, text));
    return this.#release(false);
  }

  /** The text is over: gives what may leave of the rest, and drops what may not. */
  end(kind: "eof" | "truncated"): string {
    const { key } = this.#options;
    this.#ask((guard) => guard.finish(key, kind));
    const released = this.#release(kind === "eof");
    this.drop();
    return released;
  }

  /** Drops what waits. */
  drop(): void {
    this.#options.sink.withheld(this.#held.length);
    this.#options.tokens?.replaced(Number.POSITIVE_INFINITY);
    this.#offset += this.#held.length;
    this.#held = "";
    this.#spans = [];
  }

  /** Takes down what every guard says. One that throws, or decides on text that is not there, fails the call. */
  #ask(question: (guard: TextGuard) => GuardStep): void {
    const { guards } = this.#options;
    for (let i = 0; i < guards.length; i++) {
      const { name, guard } = guards[i] as NamedGuard; // i is within bounds
      const { spans, safeTo } = answerOf(name, () => question(guard));
      this.#safeTo[i] = safeTo;
      for (const span of spans) {
        if (span.start < this.#offset || span.end > this.length || span.start >= span.end) {
          throw new GatewayError("internal", `the guard of middleware ${name} decided on text that is not there`);
        }
        this.#spans.push({ ...span, middleware: name });
      }
    }
  }

  /** Acts on every cluster of spans that no later span can join, and lets out the text up to the first that may still grow. */
  #release(complete: boolean): string {
    const limit = this.#limit(complete);
    if (this.#spans.length === 0) return this.#pass(limit);
    this.#spans.sort(bySpan);
    let released = "";
    let at = 0;
    let until = limit;
    for (;;) {
      const cluster = firstCluster(this.#spans, at);
      if (cluster === undefined || cluster.start >= limit) break;
      released += this.#pass(cluster.start);
      if (cluster.end > limit) {
        until = cluster.start;
        break;
      }
      at = this.#report(at, cluster.end);
      const { action, replacement = "" } = cluster.leader;
      if (action !== "restore") this.concealed = true;
      if (action === "block") {
        this.blocked = true;
        this.#options.onBlock?.();
        this.drop();
        return released;
      }
      const found = this.#replace(cluster.end, action);
      const text = typeof replacement === "string" ? replacement : replacement(this.#unescaped(found));
      released += this.#options.json === true ? JSON.stringify(text).slice(1, -1) : text;
    }
    at = this.#report(at, until);
    this.#spans.splice(0, at);
    return released + this.#pass(until);
  }

  /** Up to where all guards have decided. Never within a surrogate pair, unless the text is complete. */
  #limit(complete: boolean): number {
    let limit = this.length;
    for (const safeTo of this.#safeTo) limit = Math.min(limit, safeTo);
    if (limit <= this.#offset) return this.#offset;
    const last = this.#held.charCodeAt(limit - 1 - this.#offset);
    return !complete && (last & 0xfc00) === 0xd800 && this.#safeTo.length > 0 ? Math.max(this.#offset, limit - 1) : limit;
  }

  #pass(to: number): string {
    const length = to - this.#offset;
    if (length <= 0) return "";
    const text = length === this.#held.length ? this.#held : this.#held.slice(0, length);
    this.#held = length === this.#held.length ? "" : this.#held.slice(length);
    this.#offset = to;
    this.#options.tokens?.kept(to);
    return text;
  }

  /** Takes out the text up to an offset and gives it. */
  #replace(to: number, action: GuardAction): string {
    const found = this.#held.slice(0, to - this.#offset);
    if (action !== "restore") this.#options.sink.withheld(found.length);
    this.#held = this.#held.slice(found.length);
    this.#offset = to;
    this.#options.tokens?.replaced(to);
    return found;
  }

  /** A part of the text as it is meant. Of JSON one that is no part of a string stands for itself. */
  #unescaped(found: string): string {
    if (this.#options.json !== true) return found;
    try {
      return String(JSON.parse(`"${found}"`));
    } catch {
      return found;
    }
  }

  /** Reports the spans from an index on that start before an offset: all such are known by now. Returns the next index. */
  #report(from: number, before: number): number {
    const { key, channel, sink } = this.#options;
    let at = from;
    for (; at < this.#spans.length; at++) {
      const span = this.#spans[at];
      if (span === undefined || span.start >= before) break;
      const { middleware, entity, action, start, end } = span;
      const place = { channel, choice: key.choice, toolCall: key.tool };
      sink.addVerdict(create(GuardVerdictSchema, { middleware, entity, action, start, end, ...place }));
    }
    return at;
  }
}

function answerOf(middleware: string, ask: () => GuardStep): GuardStep {
  try {
    return ask();
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new GatewayError("internal", `middleware ${middleware} failed`, { cause: error });
  }
}
