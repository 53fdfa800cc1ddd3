import { readFile } from "node:fs/promises";
import type { Clock } from "../../chat/ports/clock.ts";
import { metadataAddresses } from "../http/ask-credential-service.ts";
import { askForCredentials } from "./ask-for-credentials.ts";
import type { AwsCredentials } from "./aws-credentials.ts";
import type { AwsEnvironment } from "./aws-environment.ts";
import { credentialFailure } from "./credential-failure.ts";
import { answerOf, temporaryCredentials } from "./temporary-credentials.ts";

const ecs = "http://169.254.170.2";
/** Where containers are given credentials in clear text: ECS, EKS, and this machine. */
const clearTextHosts = /^(?:169\.254\.170\.(?:2|23)|\[fd00:ec2::23\]|127(?:\.\d+){3}|localhost|\[::1\])$/;

/**
 * The credentials of a task on ECS or a pod on EKS (https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html);
 * undefined outside of them.
 */
export async function containerCredentials(environment: AwsEnvironment, clock: Clock): Promise<AwsCredentials | undefined> {
  const { containerUri, containerToken, containerTokenFile } = environment;
  if (containerUri === undefined) return undefined;
  const from = "the container's credential service";
  const url = URL.canParse(containerUri, ecs) ? new URL(containerUri, ecs) : undefined;
  if (url === undefined || !(url.protocol === "https:" || (url.protocol === "http:" && clearTextHosts.test(url.hostname)))) {
    throw credentialFailure(`${from} is at an address that is not allowed`);
  }
  const token = containerTokenFile === undefined ? containerToken?.reveal() : await tokenOf(containerTokenFile);
  const headers = token === undefined ? {} : { authorization: token };
  const settings = { allowAddresses: metadataAddresses };
  return temporaryCredentials(answerOf(await askForCredentials({ url, headers, timeoutMs: 5000, settings }, clock), from), from);
}

async function tokenOf(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (cause) {
    throw credentialFailure("the container's token cannot be read", cause);
  }
}
