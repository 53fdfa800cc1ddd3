import { z } from "zod";
import { channels } from "../chat/guard.ts";
import { CharacterFold } from "../guard/character-fold.ts";
import { literalGuard as createLiteralGuard } from "../guard/literal-guard.ts";
import type { Middleware } from "../pipeline/middleware.ts";

/** Options of {@link literalGuard}. */
export const literalGuardOptions = z.strictObject({
  literals: z.array(z.string().min(1)).min(1).describe("The texts to find, as they stand."),
  action: z.enum(["block", "redact", "annotate", "monitor"]).describe("What happens to a text that is found."),
  replacement: z.string().optional().describe("What stands in a redacted text's place. Default nothing."),
  caseInsensitive: z
    .boolean()
    .default(false)
    .describe("Whether forms that read alike are the same: upper and lower case, accents, full width, look-alikes."),
  channels: z.array(z.enum(channels)).optional().describe("Which texts of a reply are looked at. Default all."),
});

/**
 * An exact guardrail over fixed texts in replies: whatever the chunks, not one byte of a blocked or redacted text leaves.
 * @throws Error for literals that cannot be searched for.
 * @example builder.use(literalGuard({ literals: ["Project Heron"], action: "redact", replacement: "[internal]" }))
 */
export function literalGuard(options: z.input<typeof literalGuardOptions>): Middleware {
  const { caseInsensitive, ...rest } = literalGuardOptions.parse(options);
  const guardText = createLiteralGuard(caseInsensitive ? { ...rest, fold: CharacterFold.with({ case: true }) } : rest);
  return { name: "literalGuard", guardText };
}
