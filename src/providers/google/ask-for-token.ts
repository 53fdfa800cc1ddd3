import { GatewayError } from "../../chat/error.ts";
import { Lease } from "../../chat/lease.ts";
import type { Clock } from "../../chat/ports/clock.ts";
import type { HttpClient, HttpRequest } from "../../transport/http-client.ts";
import type { ExpiringToken } from "../http/refreshed-token.ts";

const longestWaitMs = 10_000;
const maxBytes = 64 * 1024;

/**
 * Sends a request whose answer is an access token (RFC 6749, section 5.1). It belongs to no call, so it has a limit of its own: 10 seconds.
 * @throws GatewayError as {@link TokenSource.obtain}; nothing of the answer is in its message.
 */
export async function askForToken(client: HttpClient, request: Omit<HttpRequest, "lease">, clock: Clock): Promise<ExpiringToken> {
  const lease = new Lease();
  const late = () => lease.close(new GatewayError("upstream_timeout", "Google gave the gateway no token in time"));
  const cancel = clock.after(longestWaitMs, late);
  lease.onClose(cancel);
  try {
    const reply = await client.send({ ...request, lease });
    const body = await reply.body.all(maxBytes);
    if (reply.status < 200 || reply.status > 299) throw refusal(reply.status);
    return tokenOf(body.toString("utf8"));
  } finally {
    lease.close();
  }
}

function refusal(status: number): GatewayError {
  const cause = new Error(`status ${status} of the token's source`);
  if (status === 429 || status >= 500) return new GatewayError("upstream_error", "Google gave the gateway no token", { cause });
  return new GatewayError("upstream_auth", "Google refused the gateway's credentials", { cause });
}

function tokenOf(body: string): ExpiringToken {
  try {
    const { access_token: token, expires_in: seconds } = JSON.parse(body) as Record<string, unknown>; // of an object
    const isHeaderText = typeof token === "string" && /^[!-~]+$/.test(token);
    if (isHeaderText && Number(seconds) > 0) return { token, lifetimeMs: Number(seconds) * 1000 };
  } catch {
    // It is told below.
  }
  throw new GatewayError("upstream_error", "Google's answer holds no token");
}
