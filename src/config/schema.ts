import { z } from "zod";
import { limits, modelKey, price } from "./model-facts-schema.ts";
import { providerSchema, unsupportedParams } from "./provider-schema.ts";
import { serverSchema } from "./server-schema.ts";
import { templateSchema } from "./template-schema.ts";
import { positiveDuration } from "./unit-fields.ts";

const text = z.string().min(1);
const providerName = z
  .string()
  .regex(/^[A-Za-z\d][\w.-]{0,63}$/, "is not a name of letters, digits, `.`, `-` and `_`, beginning with a letter or digit");
const modelName = z.string().regex(/^[^\s\p{Cc}]{1,200}$/u, "is not a name of 1 to 200 characters without spaces");

const target = z.strictObject({
  provider: text.describe("The provider's name in this configuration."),
  model: text.describe("That provider's own name of the model."),
  unsupportedParams: unsupportedParams.optional().describe("As the provider's, for this model. Default the provider's."),
});

const model = z.strictObject({
  targets: z.array(target).min(1).max(1, "more than one target is not in this version"),
});

/** A middleware as the configuration names it: its name or file, and options if it has any. */
const use = z.codec(
  z.union([z.string(), z.record(z.string(), z.unknown())], {
    error: "must be a middleware's name, or a map of the name to its options",
  }),
  z.custom<{ readonly middleware: string; readonly options: unknown }>(),
  {
    decode(entry, ctx) {
      const [[middleware, options] = ["", undefined], ...more] =
        typeof entry === "string" ? [[entry, undefined] as const] : Object.entries(entry);
      if (middleware === "" || more.length > 0) {
        const message = "must be one middleware: its name, or a map of the name to its options";
        ctx.issues.push({ code: "custom", message, input: entry });
      }
      return { middleware, options };
    },
    encode: ({ middleware, options }) => (options === undefined ? middleware : { [middleware]: options }),
  },
);

/** Everything a configuration can say. Sizes become bytes, durations milliseconds, keys {@link Secret}s. */
export const configSchema = z.strictObject({
  server: serverSchema.prefault({}),
  providers: z.record(providerName, providerSchema).default({}),
  routing: z
    .strictObject({
      direct: z.boolean().default(true).describe("Whether `provider/model` works beside `models`."),
      listMaxAge: positiveDuration
        .prefault("5m")
        .describe("How long a vendor's list of its models is taken for true, before a client's question has it asked again."),
    })
    .prefault({}),
  models: z.record(modelName, model).default({}),
  pipeline: z
    .strictObject({
      monitoringInterval: z.number().int().min(1).default(3).describe("Level-1 hooks run every so many chunks."),
      monitoringWindow: z.number().int().min(2).default(4096).describe("Characters of a reply that level-1 hooks see."),
      use: z.array(use).prefault(["logging"]).describe("The middleware, outermost first."),
      policies: z
        .array(text)
        .default([])
        .describe("Guardrails without options, inside of all others: `pii`, `secrets`, `inappropriate`, `promptInjection`."),
    })
    .prefault({}),
  prices: z.record(modelKey, price).default({}),
  modelLimits: z.record(modelKey, limits).default({}),
  templates: templateSchema.default({}),
  log: z
    .strictObject({
      level: z
        .enum(["debug", "info", "warn", "error", "silent"])
        .default("info")
        .describe("The least serious lines that are written."),
    })
    .prefault({}),
});

export { laterMiddleware } from "./not-in-this-version.ts";

/** A configuration with its defaults: sizes in bytes, durations in milliseconds. */
export type Config = z.output<typeof configSchema>;
