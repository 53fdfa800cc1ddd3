import type { Clock } from "../../chat/ports/clock.ts";
import { metadataAddresses } from "../http/ask-credential-service.ts";
import { askForCredentials } from "./ask-for-credentials.ts";
import type { AwsCredentials } from "./aws-credentials.ts";
import type { AwsEnvironment } from "./aws-environment.ts";
import { answerOf, temporaryCredentials } from "./temporary-credentials.ts";

const linkLocal = "http://169.254.169.254";
const timeoutMs = 1000;
const settings = { allowAddresses: metadataAddresses };

/**
 * The credentials of the machine's role from EC2's metadata service, version 2
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html); undefined when it must not be asked, or has no
 * role.
 */
export async function instanceCredentials(environment: AwsEnvironment, clock: Clock): Promise<AwsCredentials | undefined> {
  if (environment.instanceMetadataDisabled === true) return undefined;
  const base = new URL(environment.instanceMetadataEndpoint ?? linkLocal);
  const ask = (path: string, headers: Record<string, string>, method: "GET" | "PUT" = "GET") =>
    askForCredentials({ url: new URL(path, base), headers, method, timeoutMs, settings }, clock);
  const session = await ask("/latest/api/token", { "x-aws-ec2-metadata-token-ttl-seconds": "60" }, "PUT");
  if (session.status !== 200) return undefined;
  const headers = { "x-aws-ec2-metadata-token": session.text };
  const roles = "/latest/meta-data/iam/security-credentials/";
  const role = await ask(roles, headers);
  const name = role.text.split("\n", 1)[0]?.trim() ?? "";
  if (role.status !== 200 || name === "") return undefined;
  const from = "the machine's metadata service";
  return temporaryCredentials(answerOf(await ask(`${roles}${encodeURIComponent(name)}`, headers), from), from);
}
