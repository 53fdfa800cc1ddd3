import { Expiring } from "../http/expiring.ts";
import type { OutgoingRequest, VendorAuth } from "../http/vendor-http.ts";
import type { ProviderDeps } from "../provider-deps.ts";
import type { AwsCredentials, CredentialSource } from "./aws-credentials.ts";
import { credentialFailure } from "./credential-failure.ts";
import { signV4 } from "./sign-v4.ts";

/** Errors that say that the credentials are not good (https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html). */
const notGood = /\b(?:ExpiredToken|UnrecognizedClient|InvalidClientTokenId)/;

/** Authenticates by signatures of the source's credentials. Those that AWS does not know any more are forgotten. */
export function requestSigning(source: CredentialSource, region: string, deps: ProviderDeps): VendorAuth {
  const { clock, wallNow = Date.now } = deps;
  const credentials = new Expiring<AwsCredentials>({
    async load() {
      const value = await source();
      if (value === undefined) throw credentialFailure("no source of AWS credentials is set up");
      return { value, expiresAtMs: value.expiresAt ?? Number.POSITIVE_INFINITY };
    },
    clock,
    wallNow,
  });
  const sign = (request: OutgoingRequest, by: AwsCredentials) =>
    signV4({ ...request, contentType: request.headers["content-type"] ?? "" }, by, {
      region,
      service: "bedrock",
      now: wallNow(),
    });
  return {
    authenticate(request) {
      const by = credentials.get();
      return by instanceof Promise ? by.then((awaited) => sign(request, awaited)) : sign(request, by);
    },
    refused({ status, headers, body }) {
      const isAuth = status === 401 || status === 403;
      if (isAuth && notGood.test(`${headers["x-amzn-errortype"]} ${body}`)) credentials.refused();
    },
  };
}
