import { type Channel, type ChannelKey, channels, type GuardStep, type Span, type TextGuard } from "../chat/guard.ts";
import type { CharacterFold } from "./character-fold.ts";
import { type EntityRule, EntitySet } from "./entity-set.ts";
import { ScannedJson } from "./scanned-json.ts";
import { ScannedText } from "./scanned-text.ts";

/** What an entity guard looks for, and where. */
export interface EntityGuardOptions {
  readonly rules: readonly EntityRule[];
  /** What the text is folded by before it is matched. Default nothing. */
  readonly fold?: CharacterFold | undefined;
  /** Texts that are left alone where they are found, in either case. */
  readonly allow?: readonly string[] | undefined;
  /** Where to look. Default everywhere. */
  readonly channels?: readonly Channel[] | undefined;
}

/**
 * An exact guard over entities, compiled once; the function it returns makes one guard per call. Arguments of tool calls are looked
 * at twice: as they stand, and the strings of their JSON without escapes.
 * @throws GatewayError `internal` for a pattern that cannot be matched.
 */
export function entityGuard(options: EntityGuardOptions): () => TextGuard {
  const { rules, fold } = options;
  const allowed = new Set((options.allow ?? []).map((text) => text.toLowerCase()));
  const sets = [...new Set(rules.map(({ action }) => action))].map((action) => {
    return new EntitySet(
      rules.filter((rule) => rule.action === action),
      fold,
      allowed,
    );
  });
  return () => new EntityGuard(options.channels ?? channels, sets, fold);
}

class EntityGuard implements TextGuard {
  readonly channels: readonly Channel[];
  readonly #sets: readonly EntitySet[];
  readonly #fold: CharacterFold | undefined;
  readonly #texts = new Map<ChannelKey, ScannedText | ScannedJson>();

  constructor(looksAt: readonly Channel[], sets: readonly EntitySet[], fold: CharacterFold | undefined) {
    this.channels = looksAt;
    this.#sets = sets;
    this.#fold = fold;
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
      const isJson = key.channel === "tool_arguments";
      scanned = isJson ? new ScannedJson(this.#sets, this.#fold) : new ScannedText(this.#sets, this.#fold);
      this.#texts.set(key, scanned);
    }
    return scanned;
  }
}
