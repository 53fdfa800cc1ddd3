import { homedir } from "node:os";
import { join } from "node:path";
import { Secret } from "../chat/secret.ts";
import type { Environment } from "./expand.ts";

/**
 * What an environment says of AWS, by the names that AWS's SDKs read
 * (https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html). An empty variable counts as none.
 */
export function awsEnvironment(env: Environment) {
  const text = (...names: readonly string[]): string | undefined => names.map((name) => env[name]).find(Boolean);
  const secret = (name: string): Secret | undefined => (env[name] ? new Secret(env[name]) : undefined);
  const home = env.HOME || env.USERPROFILE || homedir();
  return {
    accessKeyId: text("AWS_ACCESS_KEY_ID"),
    secretAccessKey: secret("AWS_SECRET_ACCESS_KEY"),
    sessionToken: secret("AWS_SESSION_TOKEN"),
    region: text("AWS_REGION", "AWS_DEFAULT_REGION"),
    profile: text("AWS_PROFILE"),
    credentialsFile: text("AWS_SHARED_CREDENTIALS_FILE") ?? join(home, ".aws", "credentials"),
    configFile: text("AWS_CONFIG_FILE") ?? join(home, ".aws", "config"),
    containerUri: text("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
    containerToken: secret("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    containerTokenFile: text("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
    roleArn: text("AWS_ROLE_ARN"),
    webIdentityTokenFile: text("AWS_WEB_IDENTITY_TOKEN_FILE"),
    roleSessionName: text("AWS_ROLE_SESSION_NAME"),
    instanceMetadataDisabled: text("AWS_EC2_METADATA_DISABLED")?.toLowerCase() === "true",
    instanceMetadataEndpoint: text("AWS_EC2_METADATA_SERVICE_ENDPOINT"),
  };
}
