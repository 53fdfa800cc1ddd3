import { z } from "zod";
import { Secret } from "../chat/secret.ts";
import { type ListenAddress, parseAddress } from "./address.ts";
import { isPlannedProviderType, notInThisVersion } from "./not-in-this-version.ts";
import { oneOf } from "./schema-sentence.ts";
import { parseDuration, parseSize } from "./units.ts";

/** A text that `parse` understands; undefined from it is the error `problem`. */
function parsed<T>(parse: (text: string) => T | undefined, problem: string) {
  return z.string({ error: (issue) => (issue.input === undefined ? undefined : problem) }).transform((text, ctx) => {
    const value = parse(text);
    if (value !== undefined) return value;
    ctx.addIssue(problem);
    return z.NEVER;
  });
}

const duration = parsed(parseDuration, "must be a duration such as 250ms, 30s or 5m");
const secret = z
  .string()
  .min(1)
  .transform((text) => new Secret(text));
const text = z.string().min(1);

const mebi = 1024 * 1024;
const size = z
  .union([z.string(), z.number()], { error: "must be a size such as 64KiB or 4MiB" })
  .transform((value) => parseSize(String(value)) ?? Number.NaN)
  .refine((bytes) => bytes >= 1024 && bytes <= 1024 * mebi, "must be a size such as 64KiB or 4MiB, from 1KiB to 1GiB");

const adminProblem = "must be off or an address such as 127.0.0.1:8081";
const addressProblem = "must be an address such as 127.0.0.1:8080 or [::1]:8080";
const address = z
  .string({ error: (issue) => (issue.input === undefined ? undefined : addressProblem) })
  .transform((value, ctx) => {
    const found = parseAddress(value);
    if (found !== undefined) return found;
    ctx.addIssue(value.startsWith("unix:") ? "a Unix socket is not in this version" : addressProblem);
    return z.NEVER;
  });
const admin = z.string({ error: (issue) => (issue.input === undefined ? undefined : adminProblem) }).transform((value, ctx) => {
  const found: ListenAddress | undefined = value === "off" ? undefined : parseAddress(value);
  if (found === undefined && value !== "off") ctx.addIssue(adminProblem);
  return found;
});

const origin = parsed(
  (value) => (URL.canParse(value) && new URL(value).origin === value ? value : undefined),
  "must be an origin such as https://app.example, without a path",
);

const baseUrl = text.transform((value, ctx) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) ctx.addIssue("must be a URL that starts with http:// or https://");
  else if (url.username !== "" || url.password !== "") ctx.addIssue("must not hold a user name or password; use apiKey");
  return value;
});

const forwardMetadata = z
  .boolean()
  .default(false)
  .describe("Whether clients' metadata is sent upstream, without what identifies them.");
const models = z.array(text).optional().describe("Models to list; any other may be asked for too.");

const openAi = z.strictObject({
  type: z.literal("openai"),
  apiKey: secret.describe("The key that is sent upstream."),
  baseUrl: baseUrl.optional().describe("Where the API is, without /chat/completions. Default https://api.openai.com/v1."),
  organization: text.optional().describe("Sent as OpenAI-Organization."),
  project: text.optional().describe("Sent as OpenAI-Project."),
  forwardMetadata,
  models,
});

const openAiCompatible = z.strictObject({
  type: z.literal("openai-compatible"),
  baseUrl: baseUrl.describe("Where the API is, without /chat/completions."),
  apiKey: secret.optional().describe("Sent as a bearer token."),
  streamUsage: z.boolean().default(true).describe("Whether the server takes stream_options.include_usage."),
  forwardMetadata,
  models,
});

const demo = z.strictObject({ type: z.literal("demo"), forwardMetadata });

const provider = z.discriminatedUnion("type", [openAi, openAiCompatible, demo], {
  error({ input }) {
    const type: unknown = typeof input === "object" && input !== null ? Reflect.get(input, "type") : undefined;
    if (type === undefined) return typeof input === "object" && input !== null ? "is missing" : undefined;
    if (typeof type === "string" && isPlannedProviderType(type)) return `this type of provider ${notInThisVersion}`;
    return oneOf(["openai", "openai-compatible", "demo"], type);
  },
});

const providerName = z
  .string()
  .regex(/^[A-Za-z\d][\w.-]{0,63}$/, "is not a name of letters, digits, `.`, `-` and `_`, beginning with a letter or digit");
const modelName = z.string().regex(/^[^\s\p{Cc}]{1,200}$/u, "is not a name of 1 to 200 characters without spaces");

const target = z.strictObject({
  provider: text.describe("The provider's name in this configuration."),
  model: text.describe("That provider's own name of the model."),
});

const model = z.strictObject({
  targets: z.array(target).min(1).max(1, "more than one target is not in this version"),
});

/** A middleware as the configuration names it: its name or file, and options if it has any. */
const use = z
  .union([z.string(), z.record(z.string(), z.unknown())], {
    error: "must be a middleware's name, or a map of the name to its options",
  })
  .transform((entry, ctx) => {
    const [[name, options] = ["", undefined], ...more] =
      typeof entry === "string" ? [[entry, undefined] as const] : Object.entries(entry);
    if (name === "" || more.length > 0) ctx.addIssue("must be one middleware: its name, or a map of the name to its options");
    return { middleware: name, options };
  });

/** Everything a configuration can say. Sizes become bytes, durations milliseconds, keys {@link Secret}s. */
export const configSchema = z.strictObject({
  server: z
    .strictObject({
      listen: z.array(address).min(1).prefault(["127.0.0.1:8080"]).describe("Addresses of the main listeners."),
      admin: admin.prefault("127.0.0.1:8081").describe("Address of the admin listener, or off."),
      maxRequestBytes: size.prefault("32MiB").describe("The largest request body."),
      allowedHosts: z
        .array(text)
        .default([])
        .describe("Host names that loopback listeners answer to besides localhost and loopback addresses."),
      cors: z.strictObject({ origins: z.array(origin).prefault([]).describe("Origins whose pages may call.") }).prefault({}),
      drainTimeout: duration.prefault("30s").describe("How long running calls may take to finish at the end."),
      timeouts: z
        .strictObject({ silent: duration.prefault("10s").describe("How long a new connection may say nothing.") })
        .prefault({}),
    })
    .prefault({}),
  providers: z.record(providerName, provider).default({}),
  routing: z
    .strictObject({ direct: z.boolean().default(true).describe("Whether `provider/model` works beside `models`.") })
    .prefault({}),
  models: z.record(modelName, model).default({}),
  pipeline: z
    .strictObject({
      monitoringInterval: z.number().int().min(1).default(3).describe("Level-1 hooks run every so many chunks."),
      monitoringWindow: z.number().int().min(2).default(4096).describe("Characters of a reply that level-1 hooks see."),
      use: z.array(use).prefault(["logging"]).describe("The middleware, outermost first."),
    })
    .prefault({}),
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
