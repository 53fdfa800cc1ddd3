import type { CharacterFold } from "./character-fold.ts";
import { parsePattern } from "./pattern-parser.ts";
import { PatternProgram } from "./pattern-program.ts";

/** Why a pattern cannot be matched, in words that do not show it; undefined when it can. */
export function patternFault(
  source: string,
  { fold, maxSpan }: { readonly fold?: CharacterFold | undefined; readonly maxSpan?: number | undefined },
): string | undefined {
  try {
    new PatternProgram([{ node: parsePattern(source, { fold }), source, maxSpan }]);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.replace(`pattern ${source}`, "the pattern");
  }
}
