import { z } from "zod";
import { patternFault } from "../guard/pattern-fault.ts";
import type { Middleware } from "../pipeline/middleware.ts";
import { entityFold, entityName, entityParts, maxSpan, pattern } from "./entity-rules.ts";
import { guardMiddleware, replacementOf } from "./guard-middleware.ts";
import { guardShape, possible } from "./guard-options.ts";

const rule = z
  .strictObject({
    pattern: pattern.describe("The pattern."),
    entity: entityName.default("REGEX").describe("What a finding is called."),
    caseInsensitive: z.boolean().default(false).describe("Whether upper and lower case are the same."),
    maxSpan: maxSpan.describe("The longest finding; needed where the pattern has no bound. Characters."),
    atMaxSpan: z
      .enum(["match", "drop"])
      .default("match")
      .describe("What a text is that is still in the pattern when it is that long: a finding, or none."),
  })
  .check(({ value, issues }) => {
    const message = patternFault(sourceOf(value), { fold: entityFold, maxSpan: value.maxSpan });
    if (message !== undefined) issues.push({ code: "custom", message, path: ["pattern"], input: value.pattern });
  });

/** Options of {@link regex}. */
export const regexOptions = z
  .strictObject({
    ...guardShape("block"),
    patterns: z
      .array(rule)
      .min(1)
      .describe("What is looked for: `pattern`, and `entity`, `caseInsensitive`, `maxSpan`, `atMaxSpan`."),
  })
  .check(possible());

/**
 * Finds what patterns of your own match: a subset of JavaScript's syntax, in linear time. A pattern without a bound takes `maxSpan`.
 * @example builder.use(regex({ action: "block", patterns: [{ pattern: "TICKET-\\d{4,8}", entity: "TICKET" }] }))
 */
export function regex(options: z.input<typeof regexOptions>): Middleware {
  const parsed = regexOptions.parse(options);
  const rules = parsed.patterns.map(({ entity, maxSpan, atMaxSpan, ...rest }) => ({
    recognizer: { entity, patterns: [{ pattern: sourceOf(rest), score: 1, maxSpan, atMaxSpan }] },
    action: parsed.action,
    replacement: replacementOf(entity, parsed),
  }));
  return guardMiddleware(entityParts("regex", rules), parsed);
}

function sourceOf({ pattern, caseInsensitive }: { readonly pattern: string; readonly caseInsensitive: boolean }): string {
  return caseInsensitive ? `(?i:${pattern})` : pattern;
}
