import { z } from "zod";
import { highEntropy } from "../guard/secrets/high-entropy.ts";
import { secretRecognizers } from "../guard/secrets/index.ts";
import type { Middleware } from "../pipeline/middleware.ts";
import { entityParts } from "./entity-rules.ts";
import { guardMiddleware, replacementOf } from "./guard-middleware.ts";
import { guardShape, possible } from "./guard-options.ts";

const kinds = [...new Set(secretRecognizers.map(({ entity }) => entity))];

/** Options of {@link secrets}. */
export const secretsOptions = z
  .strictObject({
    ...guardShape("redact"),
    entities: z.array(z.enum(kinds)).min(1).optional().describe("What is looked for. Default all."),
    highEntropy: z
      .boolean()
      .default(false)
      .describe("Whether any text that looks random is a finding (`HIGH_ENTROPY`): hashes and identifiers are too."),
    allow: z.array(z.string().min(1)).default([]).describe("Texts that are left alone, in either case."),
  })
  .check(possible());

/**
 * Finds what lets somebody in: keys of providers by their forms and checksums, private keys, tokens, connection strings with
 * passwords.
 * @example builder.use(secrets({ action: "block", direction: "output" }))
 */
export function secrets(options: z.input<typeof secretsOptions> = {}): Middleware {
  const parsed = secretsOptions.parse(options);
  const wanted = secretRecognizers.filter(({ entity }) => parsed.entities?.includes(entity) ?? true);
  const rules = (parsed.highEntropy ? [...wanted, highEntropy] : wanted).map((recognizer) => {
    return { recognizer, action: parsed.action, replacement: replacementOf(recognizer.entity, parsed) };
  });
  return guardMiddleware(entityParts("secrets", rules, parsed), parsed);
}
