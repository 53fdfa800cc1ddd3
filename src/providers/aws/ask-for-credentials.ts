import type { Clock } from "../../chat/ports/clock.ts";
import { askCredentialService, type CredentialAnswer, type CredentialQuestion } from "../http/ask-credential-service.ts";
import { credentialFailure } from "./credential-failure.ts";

/**
 * Asks a service that gives AWS credentials once, as `askCredentialService`.
 * @throws GatewayError `upstream_auth` when there is no answer in time.
 */
export async function askForCredentials(question: CredentialQuestion, clock: Clock): Promise<CredentialAnswer> {
  try {
    return await askCredentialService(question, clock);
  } catch (cause) {
    throw credentialFailure("a service that gives AWS credentials does not answer", cause);
  }
}
