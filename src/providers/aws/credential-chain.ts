import type { Clock } from "../../chat/ports/clock.ts";
import type { UpstreamSettings } from "../../transport/upstream-settings.ts";
import type { AwsCredentials, CredentialSource } from "./aws-credentials.ts";
import type { AwsEnvironment } from "./aws-environment.ts";
import { containerCredentials } from "./container-credentials.ts";
import { instanceCredentials } from "./instance-credentials.ts";
import { profileCredentials } from "./profile-credentials.ts";
import { webIdentityCredentials } from "./web-identity-credentials.ts";

/** What the configuration says of credentials; each wins over what comes after it and over the environment. */
export interface CredentialOptions {
  readonly credentials?: AwsCredentials | undefined;
  /** A profile's name. */
  readonly profile?: string | undefined;
}

/** What the sources need. */
export interface CredentialChainOptions extends CredentialOptions {
  readonly environment: AwsEnvironment;
  /** Where AWS's token service is. */
  readonly tokenEndpoint: string;
  /** By which proxy that is to be reached. */
  readonly proxyFor?: UpstreamSettings["proxyFor"];
  readonly clock: Clock;
}

/**
 * The first credentials of, in this order: the configuration, its profile, the environment's keys, the environment's profile or the
 * default one, a web identity, the container, the machine. One that is set up and fails is not passed over: another identity must not
 * step in for it.
 */
export function credentialChain(options: CredentialChainOptions): CredentialSource {
  const { credentials, profile, environment, tokenEndpoint, proxyFor, clock } = options;
  if (credentials !== undefined) return () => credentials;
  if (profile !== undefined) return () => profileCredentials(environment, profile);
  const { accessKeyId, secretAccessKey, sessionToken } = environment;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return () => ({ accessKeyId, secretAccessKey, sessionToken });
  return async () =>
    (await profileCredentials(environment, environment.profile)) ??
    (await webIdentityCredentials(environment, tokenEndpoint, proxyFor, clock)) ??
    (await containerCredentials(environment, clock)) ??
    (await instanceCredentials(environment, clock));
}
