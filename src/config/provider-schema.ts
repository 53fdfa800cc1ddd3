import { z } from "zod";
import { type VendorType, vendors } from "../providers/openai-compatible/vendors.ts";
import { oneOf } from "./schema-sentence.ts";
import { secretField as secret } from "./secret-field.ts";
import { upstreamFields } from "./upstream-schema.ts";

const text = z.string().min(1);

const baseUrl = text.check(({ value, issues }) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const refuse = (message: string) => issues.push({ code: "custom", message, input: value });
  if (url === undefined || !/^https?:$/.test(url.protocol)) refuse("must be a URL that starts with http:// or https://");
  else if (url.username !== "" || url.password !== "") refuse("must not hold a user name or password; use apiKey");
});

/** An option of a vendor's that clients may be let set. None may lead the vendor to an address, or to other credentials. */
const optionName = z
  .string()
  .regex(/^[A-Za-z][\w.-]{0,63}$/, "is not the name of an option")
  .refine(
    (name) => !/ur[il]s?$|endpoint|host$|api_?key|auth|secret|password|credential/i.test(name),
    "must not name a URL or a key",
  );

const forwardMetadata = z
  .boolean()
  .default(false)
  .describe("Whether clients' metadata is sent upstream, without what identifies them.");
/** What becomes of parameters that a vendor does not take. */
export const unsupportedParams = z.enum(["pass", "drop", "reject"]);
const paramPolicy = unsupportedParams
  .default("drop")
  .describe("What becomes of parameters that the vendor does not take: left out and told, refused, or sent all the same.");
const allowedOptions = z
  .array(optionName)
  .optional()
  .describe("Names of the vendor's own options that clients may send. Default those in docs/providers.md.");
const models = z
  .array(text)
  .optional()
  .describe("Models to list besides those that it tells itself; any other may be asked for too.");

const common = { unsupportedParams: paramPolicy, allowedOptions, forwardMetadata, models, ...upstreamFields };
const apiKey = secret.describe("The key that is sent upstream.");
const streamUsage = z.boolean().default(true).describe("Whether the server takes stream_options.include_usage.");

const openAi = z.strictObject({
  type: z.literal("openai"),
  apiKey,
  baseUrl: baseUrl.optional().describe("Where the API is, without /chat/completions. Default https://api.openai.com/v1."),
  organization: text.optional().describe("Sent as OpenAI-Organization."),
  project: text.optional().describe("Sent as OpenAI-Project."),
  ...common,
});

const azure = z.strictObject({
  type: z.literal("azure"),
  endpoint: baseUrl.describe("The resource's address, e.g. https://my-resource.openai.azure.com."),
  apiVersion: text.optional().describe("A dated version of the API, asked by deployment. Default the undated one, /openai/v1."),
  apiKey: secret.optional().describe("Sent as api-key. Either this or entra."),
  entra: z
    .strictObject({
      tenantId: text.describe("The tenant."),
      clientId: text.describe("The application."),
      clientSecret: secret.describe("Its secret."),
      scope: text.default("https://cognitiveservices.azure.com/.default").describe("What the token is for."),
      authority: baseUrl.default("https://login.microsoftonline.com").describe("Where tokens are issued."),
    })
    .optional(),
  streamUsage,
  ...common,
});

const openAiCompatible = z.strictObject({
  type: z.literal("openai-compatible"),
  baseUrl: baseUrl.describe("Where the API is, without /chat/completions."),
  apiKey: secret.optional().describe("Sent as a bearer token."),
  streamUsage,
  ...common,
});

const typesOf = (rows: readonly { readonly type: VendorType }[]) => z.literal(rows.map(({ type }) => type));

/** The vendors of the table that are asked with a key. */
const hosted = z.strictObject({
  type: typesOf(vendors.filter((vendor) => "keys" in vendor)).describe("The vendor."),
  apiKey,
  baseUrl: baseUrl
    .optional()
    .describe("Where the API is, without /chat/completions. Default the vendor's, in docs/providers.md."),
  ...common,
});

/** The servers of the table that people run themselves. */
const selfHosted = z.strictObject({
  type: typesOf(vendors.filter((vendor) => !("keys" in vendor))).describe("The server."),
  baseUrl: baseUrl
    .optional()
    .describe("Where the API is, without /chat/completions. Default its usual port on this machine; llama-cpp has none."),
  apiKey: secret.optional().describe("Sent as a bearer token."),
  ...common,
});

const gemini = z.strictObject({
  type: z.literal("gemini"),
  apiKey,
  baseUrl: baseUrl
    .optional()
    .describe("Where the API is, without /models. Default https://generativelanguage.googleapis.com/v1beta."),
  ...common,
});

const vertex = z.strictObject({
  type: z.literal("vertex"),
  project: text.describe("The id of the Google Cloud project."),
  location: z
    .string()
    .regex(/^[a-z][a-z\d-]{0,62}$/, "is not a location, such as `europe-west4` or `global`")
    .describe("A region, `us`, `eu` or `global`."),
  credentials: secret
    .optional()
    .describe("The JSON of a service account's key or of application default credentials. Default the machine's own account."),
  credentialsFile: text.optional().describe("A file with that JSON."),
  baseUrl: baseUrl.optional().describe("Where the API is, without /projects. Default Vertex AI's own at that location."),
  ...common,
});

const bedrock = z.strictObject({
  type: z.literal("bedrock"),
  region: text.optional().describe("The AWS region. Default AWS_REGION or AWS_DEFAULT_REGION of the environment."),
  apiKey: secret.optional().describe("A Bedrock API key, sent as a bearer token instead of signatures."),
  accessKeyId: text.optional().describe("Default what the environment, a profile, the container or the machine gives."),
  secretAccessKey: secret.optional().describe("Goes with accessKeyId."),
  sessionToken: secret.optional().describe("Goes with temporary keys."),
  profile: text.optional().describe("A profile of AWS's shared files, by name."),
  baseUrl: baseUrl.optional().describe("Where the API is. Default the region's bedrock-runtime."),
  ...common,
});

const anthropic = z.strictObject({
  type: z.literal("anthropic"),
  apiKey,
  baseUrl: baseUrl.optional().describe("Where the API is, without /messages. Default https://api.anthropic.com/v1."),
  ...common,
});

const demo = z.strictObject({ type: z.literal("demo"), forwardMetadata });

const kinds = [openAi, azure, hosted, selfHosted, openAiCompatible, gemini, vertex, bedrock, anthropic, demo] as const;

/** A provider, by its `type`. */
export const providerSchema = z.discriminatedUnion("type", kinds, {
  error({ input }) {
    const type: unknown = typeof input === "object" && input !== null ? Reflect.get(input, "type") : undefined;
    if (type === undefined) return typeof input === "object" && input !== null ? "is missing" : undefined;
    return oneOf(
      kinds.flatMap((kind) => [...kind.shape.type.values]),
      type,
    );
  },
});
