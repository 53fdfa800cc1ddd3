import type { GuardStep, TextGuard } from "../chat/guard.ts";
import type { CharacterFold } from "./character-fold.ts";
import { LiteralAutomaton } from "./literal-automaton.ts";
import { LiteralMatcher } from "./literal-matcher.ts";
import type { TextSearch } from "./text-search.ts";

/** What a token stands for. */
interface Kept {
  readonly entity: string;
  readonly text: string;
}

/**
 * The texts of one call that the model sees as tokens such as `<EMAIL_ADDRESS_1>`: the same text is always the same token. A token
 * that stands in the request already is passed over, so that one which a user wrote is never taken for one of ours.
 */
export class TokenVault {
  readonly #request: () => unknown;
  readonly #tokens = new Map<string, string>();
  readonly #kept = new Map<string, Kept>();
  readonly #counts = new Map<string, number>();
  #taken: ReadonlySet<string> | undefined;

  /** `request` gives the request as the client wrote it; asked for when there is a text to keep. */
  constructor(request: () => unknown) {
    this.#request = request;
  }

  /** The token of a text that was found; made when it is new. */
  tokenOf(entity: string, text: string): string {
    const known = this.#tokens.get(text);
    if (known !== undefined) return known;
    this.#taken ??= tokenNames(this.#request());
    let name: string;
    do {
      const count = (this.#counts.get(entity) ?? 0) + 1;
      this.#counts.set(entity, count);
      name = `${entity}_${count}`;
    } while (this.#taken.has(name));
    const token = `<${name}>`;
    this.#tokens.set(text, token);
    this.#kept.set(token, { entity, text });
    return token;
  }

  /** Finds the tokens in a text, to put back what they stand for; undefined when there are none. */
  restoring(fold: CharacterFold | undefined): TextSearch | undefined {
    if (this.#kept.size === 0) return undefined;
    const automaton = new LiteralAutomaton([...this.#kept.keys()], { fold });
    return {
      newMatcher: () => new LiteralMatcher(automaton),
      finding: ({ start, end }, text) => {
        const kept = this.#kept.get(text.slice(start, end).toUpperCase());
        return kept && { entity: kept.entity, action: "restore", replacement: kept.text };
      },
    };
  }
}

/** A guard as it is, but that its findings to tokenize get their tokens from a vault. */
export function tokenizing(guard: TextGuard, vault: TokenVault): TextGuard {
  const withTokens = ({ spans, safeTo }: GuardStep): GuardStep => ({
    safeTo,
    spans: spans.map((span) =>
      span.action === "tokenize" ? { ...span, replacement: (found: string) => vault.tokenOf(span.entity, found) } : span,
    ),
  });
  return {
    channels: guard.channels,
    feed: (key, text) => withTokens(guard.feed(key, text)),
    finish: (key, end) => withTokens(guard.finish(key, end)),
  };
}

/** A text without the escapes that JSON has for brackets. */
function unescaped(text: string): string {
  return text.replace(/\\u00(3[ce])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** What looks like the inside of a token in any string of a value, in upper case. */
function tokenNames(value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof value === "string")
    for (const [name] of unescaped(value).matchAll(/[A-Z][A-Z\d_]*_\d+/gi)) found.add(name.toUpperCase());
  else if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value))
    for (const [key, member] of Object.entries(value)) {
      tokenNames(key, found);
      tokenNames(member, found);
    }
  return found;
}
