import { createHash, createHmac } from "node:crypto";
import type { AwsCredentials } from "./aws-credentials.ts";

/** A request to be signed. */
export interface SignableRequest {
  readonly method: string;
  /** Path and query, percent-encoded as they are sent. */
  readonly path: string;
  /** Host, with its port where that is not the scheme's own. */
  readonly host: string;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** What a signature is for. */
export interface SigningScope {
  readonly region: string;
  /** AWS's name of the service in signatures. */
  readonly service: string;
  /** Unix time in milliseconds. */
  readonly now: number;
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const sha256 = (data: Uint8Array | string): string => createHash("sha256").update(data).digest("hex");

/** A text percent-encoded as signatures want it: all but letters, digits, `-`, `.`, `_` and `~`. */
export const uriEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * The headers that authenticate a request by AWS's Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). The path is encoded once more for the
 * signature, as for every service but S3.
 */
export function signV4(request: SignableRequest, credentials: AwsCredentials, scope: SigningScope): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const date = new Date(scope.now).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const headers: [name: string, value: string][] = [
    ["content-type", request.contentType],
    ["host", request.host],
    ["x-amz-date", date],
    ...(sessionToken === undefined ? [] : [["x-amz-security-token", sessionToken.reveal()] as [string, string]]),
  ];
  const signed = headers.map(([name]) => name).join(";");
  const [path = "", query = ""] = request.path.split("?", 2);
  const canonical = [
    request.method,
    path.split("/").map(uriEncode).join("/"),
    canonicalQuery(query),
    ...headers.map(([name, value]) => `${name}:${value.trim().replace(/\s+/g, " ")}`),
    "",
    signed,
    sha256(request.body),
  ].join("\n");
  const day = date.slice(0, 8);
  const credentialScope = `${day}/${scope.region}/${scope.service}/aws4_request`;
  const key = [day, scope.region, scope.service, "aws4_request"].reduce<Buffer | string>(hmac, `AWS4${secretAccessKey.reveal()}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${credentialScope}\n${sha256(canonical)}`).toString("hex");
  return {
    "x-amz-date": date,
    ...(sessionToken === undefined ? {} : { "x-amz-security-token": sessionToken.reveal() }),
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${credentialScope}, SignedHeaders=${signed}, Signature=${signature}`,
  };
}

/** Parameters sorted by name, then by value, each encoded once. */
function canonicalQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map((pair) => pair.join("="))
    .join("&");
}
