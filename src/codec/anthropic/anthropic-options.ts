/** Names of `extensions.anthropic` that may pass when the configuration does not say otherwise: none names an address or a key. */
export const anthropicOptions: ReadonlySet<string> = new Set([
  "betas",
  "cache_control",
  "container",
  "context_management",
  "diagnostics",
  "inference_geo",
  "thinking",
  "top_k",
]);
