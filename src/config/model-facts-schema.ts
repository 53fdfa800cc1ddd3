import { z } from "zod";

/** A provider's model, as clients ask for it directly. */
export const modelKey = z
  .string()
  .regex(/^[^/\s]+\/\S+$/, "is not a provider's name, a slash and its name of a model")
  .meta({ title: "provider/model" });

const usd = z.number().min(0).max(1_000_000);
const count = z.number().int().min(1).max(0xffff_ffff);

/** What a model's tokens cost. */
export const price = z.strictObject({
  input: usd.describe("US dollars per million tokens of the prompt."),
  output: usd.describe("US dollars per million tokens of the reply."),
  cachedInput: usd
    .optional()
    .describe("US dollars per million tokens of the prompt that the vendor's cache had. Default as `input`."),
  cacheWrite: usd.optional().describe("US dollars per million tokens written to the vendor's cache. Default as `input`."),
});

/** How much a model takes and gives. */
export const limits = z.strictObject({
  contextWindow: count.optional().describe("Tokens of a prompt and its reply together, at the most."),
  maxOutputTokens: count.optional().describe("Tokens of a reply at the most."),
});
