import type { Clock } from "../../chat/ports/clock.ts";
import { HttpClient } from "../../transport/http-client.ts";
import { askForToken } from "./ask-for-token.ts";
import type { TokenSource } from "./token-source.ts";

/** A token endpoint and what it is asked with. */
export interface TokenEndpointOptions {
  /** The provider's name in the configuration, for errors. */
  readonly provider: string;
  readonly url: string;
  /** The grant (RFC 6749), made anew for each request. */
  readonly grant: () => Readonly<Record<string, string>>;
  readonly clock: Clock;
}

/** Access tokens of an OAuth 2.0 token endpoint. */
export function tokenEndpoint({ provider, url, grant, clock }: TokenEndpointOptions): TokenSource {
  const { origin, pathname, search } = new URL(url);
  const client = new HttpClient({ origin, provider, clock });
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json", "user-agent": "sluice" };
  return {
    async obtain() {
      const body = Buffer.from(new URLSearchParams(grant()).toString());
      return await askForToken(client, { method: "POST", path: `${pathname}${search}`, headers, body }, clock);
    },
    close: () => client.close(),
  };
}
