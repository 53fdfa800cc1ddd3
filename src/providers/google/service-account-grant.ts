import { createPrivateKey, type KeyObject, sign } from "node:crypto";

/** A service account's key, as its file holds it. */
export interface ServiceAccount {
  readonly clientEmail: string;
  /** PEM. */
  readonly privateKey: string;
  readonly privateKeyId: string | undefined;
  readonly tokenUri: string;
}

const scope = "https://www.googleapis.com/auth/cloud-platform";
const lifetimeSeconds = 3600;

/**
 * Makes the grant of a service account: a JWT that it signs itself (RFC 7523,
 * https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests).
 * @throws Error when its key is no private key; the key is not in the message.
 */
export function serviceAccountGrant(account: ServiceAccount): () => Readonly<Record<string, string>> {
  const key = readKey(account.privateKey);
  const header = encoded({ alg: "RS256", typ: "JWT", kid: account.privateKeyId });
  return () => {
    const iat = Math.floor(Date.now() / 1000);
    const { clientEmail: iss, tokenUri: aud } = account;
    const signed = `${header}.${encoded({ iss, scope, aud, iat, exp: iat + lifetimeSeconds })}`;
    const assertion = `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
    return { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
  };
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function readKey(pem: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Its message might quote the key.
  }
  if (key?.asymmetricKeyType !== "rsa") throw new Error("the service account's private_key is no RSA private key");
  return key;
}
