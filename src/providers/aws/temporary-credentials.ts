import { Secret } from "../../chat/secret.ts";
import type { CredentialAnswer } from "../http/ask-credential-service.ts";
import type { AwsCredentials } from "./aws-credentials.ts";
import { credentialFailure } from "./credential-failure.ts";

/**
 * Credentials as a service writes them: a JSON object with `AccessKeyId`, `SecretAccessKey`, a token and when they expire.
 * @param from which service, for the log.
 * @throws GatewayError `upstream_auth` when they are not there.
 */
export function temporaryCredentials(value: unknown, from: string): AwsCredentials {
  const fields = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>; // each is looked at
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Expiration: expiration } = fields;
  const token = fields.Token ?? fields.SessionToken;
  // Unix seconds from the token service, a date from the others.
  const expiresAt = typeof expiration === "number" ? expiration * 1000 : Date.parse(String(expiration));
  if (typeof accessKeyId !== "string" || typeof secretAccessKey !== "string" || Number.isNaN(expiresAt)) {
    throw credentialFailure(`${from} gave no AWS credentials`);
  }
  const sessionToken = typeof token === "string" ? new Secret(token) : undefined;
  return { accessKeyId, secretAccessKey: new Secret(secretAccessKey), sessionToken, expiresAt };
}

/**
 * Parses a service's answer.
 * @throws GatewayError `upstream_auth` when it is an error or no JSON.
 */
export function answerOf({ status, text }: CredentialAnswer, from: string): unknown {
  if (status !== 200) throw credentialFailure(`${from} answered with status ${status}`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw credentialFailure(`${from} gave no JSON`, cause);
  }
}
