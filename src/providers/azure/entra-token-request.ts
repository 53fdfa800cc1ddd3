import type { Secret } from "../../chat/secret.ts";
import type { TokenRequest } from "../http/ask-for-token.ts";

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

/** Asks for access tokens by client credentials (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow). */
export function entraTokenRequest(application: EntraApplication): Pick<TokenRequest, "url" | "grant"> {
  const { tenantId, clientId, clientSecret, scope = "https://cognitiveservices.azure.com/.default" } = application;
  const url = new URL(application.authority ?? "https://login.microsoftonline.com");
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
  return {
    url,
    grant: () => ({ grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret.reveal(), scope }),
  };
}
