import type { ProviderDeps } from "../provider-deps.ts";
import { askForToken, type TokenRequest } from "./ask-for-token.ts";
import { Expiring } from "./expiring.ts";
import type { VendorAuth } from "./vendor-http.ts";

/** Authenticates by access tokens that expire, as `Authorization: Bearer` (RFC 6750). One that the vendor answers with 401 is forgotten. */
export function accessToken(request: TokenRequest, { clock, wallNow = Date.now }: ProviderDeps): VendorAuth {
  const headers = new Expiring({
    async load() {
      const askedAt = wallNow();
      const { token, lifetimeMs } = await askForToken(request, clock);
      return { value: { authorization: `Bearer ${token}` }, expiresAtMs: askedAt + lifetimeMs };
    },
    clock,
    wallNow,
  });
  return {
    authenticate: () => headers.get(),
    refused({ status }) {
      if (status === 401) headers.refused();
    },
  };
}
