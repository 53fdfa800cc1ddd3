import { readFile } from "node:fs/promises";
import { Secret } from "../../chat/secret.ts";
import type { AwsCredentials } from "./aws-credentials.ts";
import type { AwsEnvironment } from "./aws-environment.ts";
import { credentialFailure } from "./credential-failure.ts";
import { iniFile } from "./ini-file.ts";

/** Ways to credentials that a profile may name and that are not gone here, with what to do instead. */
const unsupported: Readonly<Record<string, string>> = {
  credential_process: "the gateway starts no programs",
  sso_session: "single sign-on needs a person",
  sso_start_url: "single sign-on needs a person",
  role_arn: "roles of profiles are not assumed; give the gateway's own identity the permission",
};

/**
 * The credentials of a profile (https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html); undefined when it was not asked for by
 * name and has none.
 * @param named the profile's name; undefined: `default`.
 * @throws GatewayError `upstream_auth` when it is not there or gets its credentials in a way that is not supported.
 */
export async function profileCredentials(
  environment: AwsEnvironment,
  named: string | undefined,
): Promise<AwsCredentials | undefined> {
  const settings = await profileSettings(environment, named);
  const accessKeyId = settings.get("aws_access_key_id");
  const secretAccessKey = settings.get("aws_secret_access_key");
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const token = settings.get("aws_session_token");
    return {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      sessionToken: token === undefined ? undefined : new Secret(token),
    };
  }
  const name = named ?? "default";
  for (const [setting, reason] of Object.entries(unsupported)) {
    if (settings.has(setting))
      throw credentialFailure(`the AWS profile ${name} has ${setting}, which is not supported: ${reason}`);
  }
  if (named === undefined) return undefined;
  throw credentialFailure(`the AWS profile ${name} has no aws_access_key_id and aws_secret_access_key`);
}

/** The settings of a profile from both files; those of the credentials file win. */
async function profileSettings(
  { credentialsFile, configFile }: AwsEnvironment,
  named: string | undefined,
): Promise<ReadonlyMap<string, string>> {
  const name = named ?? "default";
  const config = iniFile(await textOf(configFile));
  const credentials = iniFile(await textOf(credentialsFile));
  const sections = [
    config.get(name === "default" ? "default" : `profile ${name}`),
    config.get(`profile ${name}`),
    credentials.get(name),
  ];
  return new Map(sections.flatMap((section) => [...(section ?? [])]));
}

/** The text of a file; empty when there is none. */
async function textOf(path: string | undefined): Promise<string> {
  if (path === undefined) return "";
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return "";
    throw credentialFailure("a file with AWS profiles cannot be read", cause);
  }
}
