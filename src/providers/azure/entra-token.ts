import { GatewayError } from "../../chat/error.ts";
import { Lease } from "../../chat/lease.ts";
import type { MaybePromise } from "../../chat/maybe-promise.ts";
import type { Clock } from "../../chat/ports/clock.ts";
import type { Secret } from "../../chat/secret.ts";
import { HttpClient } from "../../transport/http-client.ts";

/** An application in Microsoft Entra that may ask models. */
export interface EntraApplication {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** Default `https://cognitiveservices.azure.com/.default`. */
  readonly scope?: string | undefined;
  /** Where tokens are issued. Default `https://login.microsoftonline.com`; national clouds have their own. */
  readonly authority?: string | undefined;
}

interface Token {
  readonly text: string;
  /** When a new one is asked for, and from when on this one is not used; milliseconds of the clock. */
  readonly renewAt: number;
  readonly endsAt: number;
}

const answerWithinMs = 10_000;
const longestReplyBytes = 64 * 1024;
const safetyMs = 30_000;
const renewalMs = 5 * 60_000;

/**
 * Access tokens by client credentials (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow). One
 * request at a time, whoever waits; a token that nears its end is renewed while it still serves.
 */
export class EntraToken {
  readonly #client: HttpClient;
  readonly #clock: Clock;
  readonly #path: string;
  readonly #body: Buffer;
  #token: Token | undefined;
  #pending: Promise<Token> | undefined;

  constructor(application: EntraApplication, { provider, clock }: { readonly provider: string; readonly clock: Clock }) {
    const { tenantId, clientId, clientSecret, scope = "https://cognitiveservices.azure.com/.default" } = application;
    const authority = new URL(application.authority ?? "https://login.microsoftonline.com");
    this.#client = new HttpClient({ origin: authority.origin, provider, clock });
    this.#clock = clock;
    this.#path = `${authority.pathname.replace(/\/+$/, "")}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
    const form = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret.reveal(), scope };
    this.#body = Buffer.from(new URLSearchParams(form).toString());
  }

  /**
   * A token that is good now.
   * @throws GatewayError `upstream_auth` when the application is refused; `upstream_error` or `upstream_timeout` when nobody answers.
   */
  get(): MaybePromise<string> {
    const now = this.#clock.now();
    const token = this.#token;
    if (token === undefined || now >= token.endsAt) return this.#renew().then(({ text }) => text);
    if (now >= token.renewAt) this.#renew().catch(() => undefined); // the next call tries again while this one serves
    return token.text;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #renew(): Promise<Token> {
    this.#pending ??= this.#ask()
      .then((token) => {
        this.#token = token;
        return token;
      })
      .finally(() => {
        this.#pending = undefined;
      });
    return this.#pending;
  }

  async #ask(): Promise<Token> {
    const lease = new Lease();
    const stop = this.#clock.after(answerWithinMs, () => {
      lease.close(new GatewayError("upstream_timeout", "the upstream's tokens took too long"));
    });
    try {
      const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json", "user-agent": "sluice" };
      const { status, body } = await this.#client.send({ method: "POST", path: this.#path, headers, body: this.#body, lease });
      const text = (await body.all(longestReplyBytes)).toString("utf8");
      if (status >= 400 && status < 500)
        throw new GatewayError("upstream_auth", "the upstream refused the gateway's credentials", {
          cause: new Error(`${status}`),
        });
      if (status !== 200)
        throw new GatewayError("upstream_error", "the upstream gave no token", { cause: new Error(`${status}`) });
      return this.#read(text);
    } finally {
      stop();
      lease.close();
    }
  }

  #read(json: string): Token {
    const { access_token: text, expires_in: seconds } = objectOf(json);
    if (typeof text !== "string" || text === "" || typeof seconds !== "number" || !(seconds > 0)) {
      throw new GatewayError("upstream_error", "the upstream gave no token");
    }
    const life = seconds * 1000;
    const now = this.#clock.now();
    return { text, renewAt: now + Math.max(life - renewalMs, life / 2), endsAt: now + Math.max(life - safetyMs, life / 2) };
  }
}

function objectOf(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}; // a JSON object
  } catch {
    return {};
  }
}
