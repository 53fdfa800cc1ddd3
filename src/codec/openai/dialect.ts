import type { WireRequest } from "../../chat/chat-request.ts";
import type { VendorQuirks } from "./vendor-quirks.ts";

/** {@link VendorQuirks}, ready to be applied. */
export class Dialect {
  readonly refused: ReadonlySet<string>;
  readonly refusedInMessages: ReadonlySet<string>;
  readonly refusedInParts: ReadonlySet<string>;
  readonly renamed: ReadonlyMap<string, string>;
  readonly reasoning: VendorQuirks["reasoning"];
  readonly developer: boolean;
  /** What a body has in its bytes when something in its messages may have to change. */
  readonly #signs: readonly Buffer[];

  constructor(quirks: VendorQuirks) {
    this.refused = new Set(quirks.refused);
    this.refusedInMessages = new Set(quirks.refusedInMessages);
    this.refusedInParts = new Set(quirks.refusedInParts);
    this.renamed = new Map(Object.entries(quirks.renamed ?? {}));
    this.reasoning = quirks.reasoning;
    this.developer = quirks.developer ?? false;
    const words = ["reasoning_content", "reasoning", "reasoning_blocks", "signature", ...(this.developer ? [] : ["developer"])];
    this.#signs = [...words, ...this.refusedInMessages, ...this.refusedInParts].map((word) => Buffer.from(`"${word}"`));
  }

  /**
   * Whether a client's bytes may need to be fitted. A key inside of a message that is spelled with escapes is not seen: it goes to the
   * vendor, who judges.
   */
  concerns({ bytes, keys }: WireRequest): boolean {
    if (keys.some((key) => this.refused.has(key) || this.renamed.has(key))) return true;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#signs.some((sign) => buffer.includes(sign));
  }
}
