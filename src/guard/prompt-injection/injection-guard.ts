import {
  type Channel,
  type ChannelKey,
  channels,
  type GuardAction,
  type GuardStep,
  type Span,
  type TextGuard,
} from "../../chat/guard.ts";
import { CharacterFold } from "../character-fold.ts";
import { EntitySet } from "../entity-set.ts";
import { SearchGuard } from "../search-guard.ts";
import { heuristics, type InjectionCategory } from "./heuristics.ts";
import { hiddenTexts } from "./hidden-text.ts";

/** What an injection guard looks for and does. */
export interface InjectionGuardOptions {
  readonly action: GuardAction;
  /** From which score a text is an injection, 0 to 1. */
  readonly threshold: number;
  readonly categories: readonly InjectionCategory[];
  /** What stands in a finding's place. Default the category in brackets. */
  readonly replacement?: string | undefined;
  readonly channels?: readonly Channel[] | undefined;
}

const fold = CharacterFold.with({ case: true });
/** What a text that is hidden in another and is an injection by itself adds. */
const hiddenWeight = 0.9;

/** A find: a heuristic by its index, or a hidden text. */
interface Signal {
  readonly heuristic: number | "hidden";
  readonly start: number;
  readonly end: number;
}

/**
 * A guard over whole texts, compiled once; the function it returns makes one per call. Each text has a score: the chance that at
 * least one of the heuristics in it is right, were they independent, 1 - (1 - w1)(1 - w2)…, each counted once. From the threshold
 * on all that was found in it is reported.
 */
export function injectionGuard(options: InjectionGuardOptions): () => TextGuard {
  const wanted = heuristics
    .map((heuristic, index) => ({ ...heuristic, index }))
    .filter((each) => options.categories.includes(each.category));
  const search = new EntitySet(
    wanted.map(({ index, pattern }) => {
      return { recognizer: { entity: String(index), patterns: [{ pattern, score: 1 }] }, action: "monitor" };
    }),
    fold,
  );
  return () => new InjectionGuard(search, options);
}

class InjectionGuard implements TextGuard {
  readonly channels: readonly Channel[];
  readonly #search: EntitySet;
  readonly #options: InjectionGuardOptions;
  readonly #inner: SearchGuard;
  readonly #texts = new Map<ChannelKey, { text: string; readonly signals: Signal[] }>();

  constructor(search: EntitySet, options: InjectionGuardOptions) {
    this.channels = options.channels ?? channels;
    this.#search = search;
    this.#options = options;
    this.#inner = new SearchGuard([search], { fold });
  }

  feed(key: ChannelKey, text: string): GuardStep {
    let seen = this.#texts.get(key);
    if (seen === undefined) {
      seen = { text: "", signals: [] };
      this.#texts.set(key, seen);
    }
    seen.text += text;
    seen.signals.push(...this.#inner.feed(key, text).spans.map(signalOf));
    return { spans: [], safeTo: 0 };
  }

  finish(key: ChannelKey, end: "eof" | "truncated"): GuardStep {
    const { text = "", signals = [] } = this.#texts.get(key) ?? {};
    this.#texts.delete(key);
    const last = this.#inner.finish(key, end).spans.map(signalOf);
    if (end === "truncated") return { spans: [], safeTo: 0 };
    const all = [...signals, ...last, ...this.#hidden(text)].sort((a, b) => a.start - b.start);
    const { threshold } = this.#options;
    return { spans: scoreOf(all) >= threshold ? all.map((signal) => this.#spanOf(signal)) : [], safeTo: text.length };
  }

  /** Hidden texts that are injections by themselves. */
  #hidden(text: string): Signal[] {
    const { categories, threshold } = this.#options;
    if (!categories.includes("ENCODED_PAYLOAD")) return [];
    return hiddenTexts(text).flatMap(({ text: hidden, start, end }) => {
      const key: ChannelKey = { channel: "content", choice: 0, tool: 0 };
      const guard = new SearchGuard([this.#search], { fold });
      const found = [...guard.feed(key, hidden).spans, ...guard.finish(key, "eof").spans].map(signalOf);
      return scoreOf(found) >= threshold ? [{ heuristic: "hidden", start, end }] : [];
    });
  }

  #spanOf({ heuristic, start, end }: Signal): Span {
    const entity = heuristic === "hidden" ? "ENCODED_PAYLOAD" : (heuristics[heuristic]?.category ?? "");
    const { action, replacement = `[${entity}]` } = this.#options;
    return { start, end, entity, action, replacement };
  }
}

function signalOf({ entity, start, end }: Span): Signal {
  return { heuristic: Number(entity), start, end };
}

function scoreOf(signals: readonly Signal[]): number {
  let none = 1;
  for (const heuristic of new Set(signals.map((signal) => signal.heuristic)))
    none *= 1 - (heuristic === "hidden" ? hiddenWeight : (heuristics[heuristic]?.weight ?? 0));
  return 1 - none;
}
