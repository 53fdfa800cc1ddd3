import { z } from "zod";
import { CharacterFold } from "../guard/character-fold.ts";
import { categories, wordRecognizer } from "../guard/inappropriate/index.ts";
import type { Middleware } from "../pipeline/middleware.ts";
import { entityParts } from "./entity-rules.ts";
import { guardMiddleware, replacementOf } from "./guard-middleware.ts";
import { actionShape, guardShape, possible } from "./guard-options.ts";

/** Options of {@link inappropriate}. */
export const inappropriateOptions = z
  .strictObject({
    ...guardShape("block"),
    action: actionShape.action
      .extract(["block", "redact", "mask", "annotate", "monitor"])
      .default("block")
      .describe("What happens to a finding."),
    categories: z.array(z.enum(categories)).min(1).default(categories).describe("What is looked for."),
    allow: z.array(z.string().min(1)).default([]).describe("Words that are left alone, in either case."),
  })
  .check(possible());

/**
 * Finds words and phrases of a list that is part of the gateway, also when they are drawn out, written with figures and signs, or
 * taken apart.
 * @example builder.use(inappropriate({ categories: ["profanity", "slur"], action: "mask" }))
 */
export function inappropriate(options: z.input<typeof inappropriateOptions> = {}): Middleware {
  const parsed = inappropriateOptions.parse(options);
  const rules = parsed.categories.map((category) => {
    const recognizer = wordRecognizer(category);
    return { recognizer, action: parsed.action, replacement: replacementOf(recognizer.entity, parsed) };
  });
  return guardMiddleware(
    entityParts("inappropriate", rules, { allow: parsed.allow, fold: CharacterFold.with({ case: true }) }),
    parsed,
  );
}
