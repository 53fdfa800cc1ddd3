import { GatewayError } from "../../chat/error.ts";
import type { Clock } from "../../chat/ports/clock.ts";
import { askCredentialService, type CredentialQuestion } from "./ask-credential-service.ts";

/** What a service that gives access tokens is asked. */
export interface TokenRequest extends Pick<CredentialQuestion, "url" | "headers" | "settings"> {
  /** Makes the grant (RFC 6749, section 4), anew for each request. Undefined: it is asked without one. */
  readonly grant?: (() => Readonly<Record<string, string>>) | undefined;
}

/** An access token and for how long it is good. */
export interface GrantedToken {
  readonly token: string;
  /** In milliseconds, from when it was asked for. */
  readonly lifetimeMs: number;
}

/**
 * Asks for an access token (RFC 6749, section 5.1).
 * @throws GatewayError `upstream_auth` when the grant is refused, `upstream_error` or `upstream_timeout` when no token comes; nothing of
 * the answer is in its message.
 */
export async function askForToken({ grant, ...question }: TokenRequest, clock: Clock): Promise<GrantedToken> {
  const { status, text } = await askCredentialService({ ...question, form: grant?.() }, clock);
  if (status >= 200 && status <= 299) return tokenOf(text);
  const cause = new Error(`status ${status} of the service that gives tokens`);
  if (status >= 400 && status <= 499 && status !== 408 && status !== 429)
    throw new GatewayError("upstream_auth", "the upstream refused the gateway's credentials", { cause });
  throw new GatewayError("upstream_error", "the upstream gave the gateway no token", { cause });
}

function tokenOf(text: string): GrantedToken {
  try {
    const { access_token: token, expires_in: seconds } = JSON.parse(text) as Record<string, unknown>; // of an object
    const isHeaderText = typeof token === "string" && /^[!-~]+$/.test(token);
    if (isHeaderText && Number(seconds) > 0) return { token, lifetimeMs: Number(seconds) * 1000 };
  } catch {
    // It is told below.
  }
  throw new GatewayError("upstream_error", "the upstream gave the gateway no token");
}
