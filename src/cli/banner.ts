import { parseTcpAddress, reachableAddress, type TcpAddress } from "../config/address.ts";

/** What is told when the gateway is up. */
export interface BannerFacts {
  /** The main listeners, `host:port` or `unix:/path`. */
  readonly addresses: readonly string[];
  readonly admin: TcpAddress | undefined;
  /** The configuration file; undefined: none. */
  readonly file: string | undefined;
  readonly providers: readonly string[];
  /** What clients may ask for, as far as it is known. */
  readonly models: readonly string[];
  /** Whether `provider/model` works. */
  readonly direct: boolean;
  readonly notes: readonly string[];
}

const mostModels = 12;
const local = /^(?:127\.|localhost:|\[::1\]:|unix:)/;

/** A short text with the addresses, what can be asked for, and lines to copy. */
export function banner(facts: BannerFacts): string {
  const { addresses, admin, file, providers, notes } = facts;
  const open = addresses.filter((address) => !local.test(address));
  return [
    "",
    `  Sluice listens on ${addresses.join(", ")}: gRPC, gRPC-Web, Connect and the OpenAI REST API`,
    "",
    `  config     ${file ?? "none: the demo models, and providers found in the environment"}`,
    `  providers  ${providers.join(", ")}`,
    `  models     ${modelsOf(facts)}`,
    ...(admin === undefined ? [] : [`  health     http://${reachableAddress(admin)}/readyz`]),
    ...notes.map((note) => `  note       ${note}`),
    ...open.map((address) => `  warning    ${address} is open to the network and asks no caller who they are`),
    "",
    ...linesToCopy(facts),
    "",
  ].join("\n");
}

/** The models by name, and how to ask for those of providers that list none. */
function modelsOf({ models, direct, providers }: BannerFacts): string {
  const silent = providers.filter((name) => direct && !models.some((model) => model.startsWith(`${name}/`)));
  const shown = models.slice(0, mostModels);
  const more = models.length > mostModels ? [`${models.length - mostModels} more at /v1/models`] : [];
  return [...shown, ...more, ...silent.map((name) => `${name}/<any model of ${name}>`)].join(", ");
}

function linesToCopy({ addresses, models }: BannerFacts): string[] {
  const model = models.includes("demo/echo") ? "demo/echo" : models[0];
  const address = addresses.map(parseTcpAddress).find((each) => each !== undefined);
  if (model === undefined || address === undefined) return [];
  const host = reachableAddress(address);
  const body = (role: string) => JSON.stringify({ model, messages: [{ role, content: "hi" }] }).replaceAll("'", "\\u0027");
  return [
    `  curl http://${host}/v1/chat/completions -H 'content-type: application/json' -d '${body("user")}'`,
    "",
    `  grpcurl -plaintext -d '${body("ROLE_USER")}' ${host} sluice.chat.v1.ChatCompletionService/StreamChatCompletion`,
    "",
    `  Node    new OpenAI({ baseURL: "http://${host}/v1", apiKey: "unused" })`,
    `  Python  OpenAI(base_url="http://${host}/v1", api_key="unused")`,
    "",
  ];
}
