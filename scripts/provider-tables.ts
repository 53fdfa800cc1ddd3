import { GatewayError } from "../src/chat/error.ts";
import { Secret } from "../src/chat/secret.ts";
import type { ChatCodec } from "../src/codec/chat-codec.ts";
import { decodeRequest } from "../src/codec/openai/decode-request.ts";
import { Dialect } from "../src/codec/openai/dialect.ts";
import { openAiCodec } from "../src/codec/openai/openai-codec.ts";
import { type ProviderOptions, providerTypes } from "../src/providers/index.ts";
import { type Vendor, vendors } from "../src/providers/openai-compatible/vendors.ts";
import { goldenCodecs } from "../test/golden/codecs.ts";
import { goldenRequests } from "../test/golden/requests.ts";
import { markdownTable } from "./markdown-table.ts";

/** What becomes of a feature: it crosses; parts of its requests are left out and named; its requests are refused. */
type Fate = "yes" | "named" | "partly named" | "refused" | "partly refused";

/** All but the vendors' own options, of which the router tells. */
const features = [...new Set(goldenRequests.map(({ feature }) => feature))].filter((feature) => feature !== "vendor options");
const allowedOptions: ReadonlySet<string> = new Set();

/** What a codec leaves out of each request of a feature; undefined: it refuses the request. */
function leftOut(codec: ChatCodec, model: string, feature: string): (readonly string[] | undefined)[] {
  return goldenRequests
    .filter((request) => request.feature === feature)
    .map(({ request, edit }) => {
      const message = decodeRequest(Buffer.from(JSON.stringify({ model, ...request })));
      edit?.(message);
      const streamed = request.stream === true;
      try {
        return codec.encodeRequest(message, { model, streamed, metadata: undefined, unsupported: "drop", allowedOptions })
          .dropped;
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        return undefined;
      }
    });
}

function fateOf(codec: ChatCodec, model: string, feature: string): Fate {
  const outcomes = leftOut(codec, model, feature);
  const refused = outcomes.filter((names) => names === undefined).length;
  if (refused > 0) return refused === outcomes.length ? "refused" : "partly refused";
  const named = outcomes.filter((names) => names !== undefined && names.length > 0).length;
  if (named > 0) return named === outcomes.length ? "named" : "partly named";
  return "yes";
}

/** Features by codec: what crosses to whom. */
export function featureTable(): string {
  const rows = features.map((feature) => [feature, ...goldenCodecs.map(({ codec, model }) => fateOf(codec, model, feature))]);
  return markdownTable(["feature", ...goldenCodecs.map(({ title }) => title)], rows);
}

/** A provider of each kind, by what the table calls it. */
const kinds: readonly (readonly [title: string, type: string])[] = [
  ["OpenAI, and all that speak its API", "openai"],
  ["Azure", "azure"],
  ["Anthropic", "anthropic"],
  ["Gemini", "gemini"],
  ["Vertex AI", "vertex"],
  ["Amazon Bedrock", "bedrock"],
  ["the demo", "demo"],
];

/** What each kind of provider can be asked for beside chat completions, by its own methods. */
export function operationTable(): string {
  const apiKey = new Secret("key");
  const place = { endpoint: "https://a.test", region: "us-east-1", project: "p", location: "global" };
  const user = { type: "authorized_user", client_id: "id", client_secret: "secret", refresh_token: "token" };
  const credentials = new Secret(JSON.stringify(user));
  const clock = { now: () => 0, after: () => () => {} };
  const rows = kinds.map(([title, type]) => {
    const options: ProviderOptions = { apiKey, credentials, ...place };
    const provider = providerTypes[type]?.(type, options, { clock });
    if (provider === undefined) throw new Error(`there is no type ${type}`);
    const { embed, listModels, countTokens } = provider;
    return [title, ...[embed, listModels, countTokens].map((method) => (method === undefined ? "no" : "yes"))];
  });
  return markdownTable(["provider", "embeddings", "list of models", "counts tokens"], rows);
}

const code = (names: Iterable<string>) => Array.from(names, (name) => `\`${name}\``).join(", ");

/** Where each vendor of the table is, and what holds its key. */
export function addressTable(): string {
  const rows = vendors.map((vendor: Vendor) => [
    `[${vendor.title}](${vendor.page})`,
    code([vendor.type]),
    vendor.baseUrl === undefined ? "to be given" : code([vendor.baseUrl]),
    code(vendor.keys ?? []),
  ]);
  return markdownTable(["vendor", "`type`", "address", "key"], rows);
}

/** The features that a vendor of the table does not get. */
function lostAt(vendor: Vendor): readonly string[] {
  const codec = openAiCodec({ vendor: vendor.type, dialect: new Dialect(vendor), streamUsage: vendor.usage === "asked" });
  return features.filter((feature) => fateOf(codec, "model", feature) !== "yes");
}

/** What is different at each vendor of the table; what is left out at all of them goes without saying. */
export function dialectTable(): string {
  const everywhere = features.filter((feature) => vendors.every((vendor) => lostAt(vendor).includes(feature)));
  const rows = vendors.map((vendor: Vendor) => {
    const renamed = Object.entries(vendor.renamed ?? {}).map(([ours, theirs]) => `\`${ours}\` → \`${theirs}\``);
    const lost = lostAt(vendor).filter((feature) => !everywhere.includes(feature));
    return [vendor.title, renamed.join(", "), lost.join(", "), vendor.shows, vendor.usage, code(vendor.options)];
  });
  return markdownTable(
    ["vendor", "called otherwise", "left out and named", "shows reasoning in", "usage of streams", "options"],
    rows,
  );
}
