import type { Secret } from "../../chat/secret.ts";

/**
 * What the process's environment says of AWS, by the names that AWS's SDKs read
 * (https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html).
 */
export interface AwsEnvironment {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: Secret | undefined;
  readonly sessionToken?: Secret | undefined;
  readonly region?: string | undefined;
  /** The profile that is asked for by name. */
  readonly profile?: string | undefined;
  /** Paths of the files with profiles. */
  readonly credentialsFile?: string | undefined;
  readonly configFile?: string | undefined;
  /** Where a container is given credentials: an address, or a path at ECS's own. */
  readonly containerUri?: string | undefined;
  /** What the container shows there; the file is read anew every time. */
  readonly containerToken?: Secret | undefined;
  readonly containerTokenFile?: string | undefined;
  /** The role that the token in a file is exchanged for. */
  readonly roleArn?: string | undefined;
  readonly webIdentityTokenFile?: string | undefined;
  readonly roleSessionName?: string | undefined;
  /** Whether the machine's metadata service must not be asked. */
  readonly instanceMetadataDisabled?: boolean | undefined;
  /** Where it is; default its link-local address. */
  readonly instanceMetadataEndpoint?: string | undefined;
}
