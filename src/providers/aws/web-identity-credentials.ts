import { readFile } from "node:fs/promises";
import type { Clock } from "../../chat/ports/clock.ts";
import type { UpstreamSettings } from "../../transport/upstream-settings.ts";
import { askForCredentials } from "./ask-for-credentials.ts";
import type { AwsCredentials } from "./aws-credentials.ts";
import type { AwsEnvironment } from "./aws-environment.ts";
import { credentialFailure } from "./credential-failure.ts";
import { answerOf, temporaryCredentials } from "./temporary-credentials.ts";

/**
 * The credentials of a role for a token that others have issued, as pods on EKS have one
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html); undefined without a token.
 * @param endpoint the token service.
 * @param proxyFor by which proxy it is to be reached.
 */
export async function webIdentityCredentials(
  environment: AwsEnvironment,
  endpoint: string,
  proxyFor: UpstreamSettings["proxyFor"],
  clock: Clock,
): Promise<AwsCredentials | undefined> {
  const { roleArn, webIdentityTokenFile, roleSessionName = "sluice" } = environment;
  if (webIdentityTokenFile === undefined || roleArn === undefined) return undefined;
  let token: string;
  try {
    token = (await readFile(webIdentityTokenFile, "utf8")).trim();
  } catch (cause) {
    throw credentialFailure("the web identity token cannot be read", cause);
  }
  const from = "AWS's token service";
  const form = {
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: roleArn,
    RoleSessionName: roleSessionName,
    WebIdentityToken: token,
  };
  const answer = await askForCredentials({ url: new URL(endpoint), form, settings: { proxyFor } }, clock);
  const value = answerOf(answer, from) as {
    AssumeRoleWithWebIdentityResponse?: { AssumeRoleWithWebIdentityResult?: { Credentials?: unknown } };
  } | null; // looked at step by step
  return temporaryCredentials(value?.AssumeRoleWithWebIdentityResponse?.AssumeRoleWithWebIdentityResult?.Credentials, from);
}
