import { setImmediate } from "node:timers/promises";
import { countBytePairs } from "./byte-pairs.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** How long the process may be kept from everything else, in milliseconds. */
const longestTurnMs = 8;
/** Pieces that are looked at between two looks at the clock. */
const piecesPerLook = 64;
/** Bytes of a piece beyond which it is cut, so that no piece takes longer than a turn: no word is as long. */
const longestPiece = 4096;

const beyondAscii = /[\u0080-\uffff]/;

/** How many tokens texts have. */
export interface TextCount {
  readonly tokens: number;
  /** False when a piece was so long that it was cut, which may have cut a token. */
  readonly exact: boolean;
}

/** Counts the tokens of texts, each by itself, and lets others have their turn in between. */
export async function countTexts(texts: Iterable<string>, { pieces, ranks }: Vocabulary): Promise<TextCount> {
  let tokens = 0;
  let exact = true;
  let seen = 0;
  let turnEnds = performance.now() + longestTurnMs;
  for (const text of texts) {
    for (const [piece] of text.matchAll(pieces)) {
      const bytes = beyondAscii.test(piece) ? Buffer.from(piece).toString("latin1") : piece;
      if (bytes.length > longestPiece) exact = false;
      for (let start = 0; start < bytes.length; start += longestPiece) {
        tokens += countBytePairs(bytes.length > longestPiece ? bytes.slice(start, start + longestPiece) : bytes, ranks);
        seen += bytes.length > 256 ? piecesPerLook : 1;
        if (seen < piecesPerLook) continue;
        seen = 0;
        if (performance.now() < turnEnds) continue;
        await setImmediate();
        turnEnds = performance.now() + longestTurnMs;
      }
    }
  }
  return { tokens, exact };
}
