import type { ExpiringToken } from "../http/refreshed-token.ts";

/** Where access tokens of Google's come from. */
export interface TokenSource {
  /**
   * A new access token.
   * @throws GatewayError `upstream_auth` when Google refuses, `upstream_error` and `upstream_timeout` when it does not answer.
   */
  obtain(): Promise<ExpiringToken>;
  /** Frees its connections. */
  close(): Promise<void>;
}

/** The scope that tokens are asked for. */
export const cloudPlatformScope = "https://www.googleapis.com/auth/cloud-platform";
