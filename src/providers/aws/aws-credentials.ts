import type { MaybePromise } from "../../chat/maybe-promise.ts";
import type { Secret } from "../../chat/secret.ts";

/** What requests to AWS are signed with. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** Goes along with temporary credentials. */
  readonly sessionToken?: Secret | undefined;
  /** Until when they hold, Unix time in milliseconds; undefined: until they are taken back. */
  readonly expiresAt?: number | undefined;
}

/**
 * A place where credentials come from. Undefined: it is not set up, another may be.
 * @throws GatewayError `upstream_auth` when it is set up and gives none.
 */
export type CredentialSource = () => MaybePromise<AwsCredentials | undefined>;
