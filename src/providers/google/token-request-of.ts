import { readFileSync } from "node:fs";
import type { Secret } from "../../chat/secret.ts";
import type { UpstreamSettings } from "../../transport/upstream-settings.ts";
import { metadataAddresses } from "../http/ask-credential-service.ts";
import type { TokenRequest } from "../http/ask-for-token.ts";
import { serviceAccountGrant } from "./service-account-grant.ts";

/** Who the gateway is to Google: one of the first two, or the machine's own account. */
export interface GoogleCredentials {
  /** The JSON of a service account's key, or of `gcloud auth application-default login`. */
  readonly credentials?: Secret | undefined;
  /** A file with that. */
  readonly credentialsFile?: string | undefined;
  /** Where the metadata server is. Default `http://metadata.google.internal`. */
  readonly metadataOrigin?: string | undefined;
}

const defaultTokenUri = "https://oauth2.googleapis.com/token";

/**
 * Asks for access tokens by credentials.
 * @throws Error when the credentials cannot be used; nothing of them is in its message.
 */
export function tokenRequestOf(given: GoogleCredentials, { proxyFor }: Pick<UpstreamSettings, "proxyFor">): TokenRequest {
  const json = given.credentials?.reveal() ?? fileText(given.credentialsFile);
  if (json === undefined) return machineTokenRequest(given.metadataOrigin);
  const file = parsed(json);
  switch (file.type) {
    case "service_account": {
      const tokenUri = optional(file, "token_uri") ?? defaultTokenUri;
      const url = parsedUrl(tokenUri);
      const grant = serviceAccountGrant({
        clientEmail: required(file, "client_email"),
        privateKey: required(file, "private_key"),
        privateKeyId: optional(file, "private_key_id"),
        tokenUri,
      });
      return { url, grant, settings: { proxyFor } };
    }
    case "authorized_user": {
      const grant = {
        grant_type: "refresh_token",
        client_id: required(file, "client_id"),
        client_secret: required(file, "client_secret"),
        refresh_token: required(file, "refresh_token"),
      };
      const url = parsedUrl(optional(file, "token_uri") ?? defaultTokenUri);
      return { url, grant: () => grant, settings: { proxyFor } };
    }
    default:
      throw new Error("Google credentials must be of the type service_account or authorized_user");
  }
}

/** The machine's own account (https://cloud.google.com/compute/docs/metadata/overview). */
function machineTokenRequest(origin = "http://metadata.google.internal"): TokenRequest {
  return {
    url: new URL("/computeMetadata/v1/instance/service-accounts/default/token", origin),
    headers: { "metadata-flavor": "Google" },
    settings: { allowAddresses: metadataAddresses },
  };
}

function parsedUrl(text: string): URL {
  if (!URL.canParse(text)) throw new Error("Google credentials: token_uri is no URL");
  return new URL(text);
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
