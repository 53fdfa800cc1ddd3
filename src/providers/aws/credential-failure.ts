import { GatewayError } from "../../chat/error.ts";

/** The error for credentials that cannot be had. What exactly is wrong is for the log: it names files and addresses. */
export function credentialFailure(reason: string, cause?: unknown): GatewayError {
  return new GatewayError("upstream_auth", "the gateway has no credentials for the upstream", {
    cause: new Error(reason, { cause }),
  });
}
