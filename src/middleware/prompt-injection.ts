import { z } from "zod";
import { promptOperations } from "../chat/operation.ts";
import { injectionCategories } from "../guard/prompt-injection/heuristics.ts";
import { injectionGuard } from "../guard/prompt-injection/injection-guard.ts";
import type { Middleware } from "../pipeline/middleware.ts";
import { requestGuard } from "./guard-middleware.ts";
import { actionShape, outcomeShape, placeShape, possible } from "./guard-options.ts";

/** Options of {@link promptInjection}. */
export const promptInjectionOptions = z
  .strictObject({
    action: actionShape.action
      .extract(["block", "redact", "annotate", "monitor"])
      .default("block")
      .describe("What happens to a finding."),
    replacement: actionShape.replacement,
    threshold: z.number().gt(0).max(1).default(0.7).describe("From which score a text is an injection, 0 to 1."),
    categories: z
      .array(z.enum(injectionCategories))
      .min(1)
      .default([...injectionCategories])
      .describe("What is looked for."),
    channels: placeShape.channels,
    roles: placeShape.roles.unwrap().default(["user", "tool", "function"]).describe("Whose messages are looked at."),
    fallbackText: outcomeShape.fallbackText,
    onError: outcomeShape.onError,
  })
  .check(({ value, issues }) => possible()({ value: { ...value, direction: "input" }, issues }));

/**
 * Finds attempts to make a model do what its operator does not want: scored heuristics over what users write and tools return. They
 * find what is put in a usual way, and nothing else.
 * @example builder.use(promptInjection({ action: "block", roles: ["tool"] }))
 */
export function promptInjection(options: z.input<typeof promptInjectionOptions> = {}): Middleware {
  const parsed = promptInjectionOptions.parse(options);
  const { action, fallbackText, onError, roles, categories } = parsed;
  const summary = `${action} ${categories.join(", ")} in requests`;
  return {
    name: "promptInjection",
    operations: promptOperations,
    summary,
    onError,
    fallbackText,
    guardRequest: requestGuard(injectionGuard(parsed), roles),
  };
}
