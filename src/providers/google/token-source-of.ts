import { readFileSync } from "node:fs";
import type { Clock } from "../../chat/ports/clock.ts";
import type { Secret } from "../../chat/secret.ts";
import { metadataOrigin, metadataServer } from "./metadata-server.ts";
import { serviceAccountGrant } from "./service-account-grant.ts";
import { tokenEndpoint } from "./token-endpoint.ts";
import type { TokenSource } from "./token-source.ts";

/** Who the gateway is to Google: one of the first two, or the machine's own account. */
export interface GoogleCredentials {
  /** The JSON of a service account's key, or of `gcloud auth application-default login`. */
  readonly credentials?: Secret | undefined;
  /** A file with that. */
  readonly credentialsFile?: string | undefined;
  /** Where the metadata server is. Default {@link metadataOrigin}. */
  readonly metadataOrigin?: string | undefined;
}

const defaultTokenUri = "https://oauth2.googleapis.com/token";

/**
 * The source of access tokens for credentials.
 * @param provider the provider's name in the configuration, for errors.
 * @throws Error when the credentials cannot be used; nothing of them is in its message.
 */
export function tokenSourceOf(provider: string, given: GoogleCredentials, clock: Clock): TokenSource {
  const json = given.credentials?.reveal() ?? fileText(given.credentialsFile);
  if (json === undefined) return metadataServer(provider, given.metadataOrigin ?? metadataOrigin, clock);
  const file = parsed(json);
  switch (file.type) {
    case "service_account": {
      const tokenUri = optional(file, "token_uri") ?? defaultTokenUri;
      const grant = serviceAccountGrant({
        clientEmail: required(file, "client_email"),
        privateKey: required(file, "private_key"),
        privateKeyId: optional(file, "private_key_id"),
        tokenUri,
      });
      return tokenEndpoint({ provider, url: tokenUri, grant, clock });
    }
    case "authorized_user": {
      const grant = {
        grant_type: "refresh_token",
        client_id: required(file, "client_id"),
        client_secret: required(file, "client_secret"),
        refresh_token: required(file, "refresh_token"),
      };
      return tokenEndpoint({ provider, url: optional(file, "token_uri") ?? defaultTokenUri, grant: () => grant, clock });
    }
    default:
      throw new Error("Google credentials must be of the type service_account or authorized_user");
  }
}

function fileText(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new Error("credentialsFile cannot be read", { cause });
  }
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // Its message might quote a key.
  }
  if (typeof value !== "object" || value === null) throw new Error("Google credentials must be a JSON object");
  return value as Record<string, unknown>; // a JSON object
}

function optional(file: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = file[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function required(file: Readonly<Record<string, unknown>>, name: string): string {
  const value = optional(file, name);
  if (value === undefined) throw new Error(`Google credentials: ${name} is missing`);
  return value;
}
