import { GatewayError } from "../../chat/error.ts";

/** Whatever was thrown while asking a provider, as a GatewayError; one that is the upstream's fault names the provider. */
export function upstreamFailure(thrown: unknown, provider: string): GatewayError {
  const error = GatewayError.from(thrown);
  if (error.provider !== undefined || !error.code.startsWith("upstream_")) return error;
  return new GatewayError(error.code, error.message, { cause: error, provider });
}
