import type { Clock } from "../../chat/ports/clock.ts";
import { HttpClient } from "../../transport/http-client.ts";
import { askForToken } from "./ask-for-token.ts";
import type { TokenSource } from "./token-source.ts";

/** Where a metadata server is, on machines of Google Cloud. */
export const metadataOrigin = "http://metadata.google.internal";

const path = "/computeMetadata/v1/instance/service-accounts/default/token";

/** Access tokens of the machine's own service account (https://cloud.google.com/compute/docs/metadata/overview). */
export function metadataServer(provider: string, origin: string, clock: Clock): TokenSource {
  const client = new HttpClient({ origin, provider, clock });
  const headers = { "metadata-flavor": "Google", "user-agent": "sluice" };
  return {
    obtain: () => askForToken(client, { method: "GET", path, headers }, clock),
    close: () => client.close(),
  };
}
