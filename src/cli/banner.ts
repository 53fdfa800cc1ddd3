/** What is told when the gateway is up. */
export interface BannerFacts {
  readonly addresses: readonly string[];
  readonly admin: { readonly host: string; readonly port: number } | undefined;
  readonly providers: readonly string[];
  readonly models: readonly string[];
  readonly notes: readonly string[];
}

const mostModels = 12;

/** A short text with the addresses, what can be asked for, and lines to copy. */
export function banner({ addresses, admin, providers, models, notes }: BannerFacts): string {
  const [address = "127.0.0.1:8080"] = addresses;
  const reachable = address.replace(/^0\.0\.0\.0:/, "127.0.0.1:").replace(/^\[::\]:/, "[::1]:");
  const shown = models.slice(0, mostModels).join(", ");
  const more = models.length > mostModels ? `, and ${models.length - mostModels} more` : "";
  const open = addresses.filter((one) => !/^(?:127\.|localhost:|\[::1\]:)/.test(one));
  return [
    "",
    `  Sluice listens on ${addresses.join(", ")}: gRPC, gRPC-Web, Connect and the OpenAI REST API`,
    ...(admin === undefined ? [] : [`  health on ${admin.host}:${admin.port}`]),
    `  providers: ${providers.join(", ")}`,
    `  models:    ${shown}${more}`,
    ...notes.map((note) => `  note: ${note}`),
    ...open.map((one) => `  warning: ${one} is open to the network and nothing asks callers who they are`),
    "",
    `  curl http://${reachable}/v1/chat/completions -H 'content-type: application/json' -d '{"model":"demo/echo","messages":[{"role":"user","content":"hi"}]}'`,
    `  grpcurl -plaintext -d '{"model":"demo/echo","messages":[{"role":"ROLE_USER","content":"hi"}]}' ${reachable} sluice.chat.v1.ChatCompletionService/StreamChatCompletion`,
    `  new OpenAI({ baseURL: "http://${reachable}/v1", apiKey: "unused" })`,
    "",
    "",
  ].join("\n");
}
