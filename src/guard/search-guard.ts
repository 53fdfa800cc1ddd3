import { type Channel, type ChannelKey, channels, type GuardStep, type Span, type TextGuard } from "../chat/guard.ts";
import type { CharacterFold } from "./character-fold.ts";
import { ScannedJson } from "./scanned-json.ts";
import { ScannedText } from "./scanned-text.ts";
import type { TextSearch } from "./text-search.ts";

/** Where a guard looks, and at what. */
export interface SearchGuardOptions {
  /** What the text is folded by before it is searched. Default nothing. */
  readonly fold?: CharacterFold | undefined;
  /** Where to look. Default everywhere. */
  readonly channels?: readonly Channel[] | undefined;
}

/** An exact guard over texts, for one call. Arguments of tool calls are looked at as they stand and as the strings of their JSON. */
export class SearchGuard implements TextGuard {
  readonly channels: readonly Channel[];
  readonly #searches: readonly TextSearch[];
  readonly #fold: CharacterFold | undefined;
  readonly #texts = new Map<ChannelKey, ScannedText | ScannedJson>();

  constructor(searches: readonly TextSearch[], options: SearchGuardOptions) {
    this.channels = options.channels ?? channels;
    this.#searches = searches;
    this.#fold = options.fold;
  }

  feed(key: ChannelKey, text: string): GuardStep {
    const scanned = this.#textOf(key);
    const spans: Span[] = [];
    scanned.feed(text, spans);
    return { spans, safeTo: scanned.safeTo };
  }

  finish(key: ChannelKey, end: "eof" | "truncated"): GuardStep {
    const scanned = this.#textOf(key);
    const spans: Span[] = [];
    if (end === "eof") scanned.finish(spans);
    this.#texts.delete(key);
    return { spans, safeTo: scanned.safeTo };
  }

  #textOf(key: ChannelKey): ScannedText | ScannedJson {
    let scanned = this.#texts.get(key);
    if (scanned === undefined) {
      const Scanned = key.channel === "tool_arguments" ? ScannedJson : ScannedText;
      scanned = new Scanned(this.#searches, this.#fold);
      this.#texts.set(key, scanned);
    }
    return scanned;
  }
}
