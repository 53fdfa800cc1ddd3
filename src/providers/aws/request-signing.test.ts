import { beforeEach, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { Secret } from "../../chat/secret.ts";
import type { VendorAuth } from "../http/vendor-http.ts";
import type { AwsCredentials } from "./aws-credentials.ts";
import { requestSigning } from "./request-signing.ts";

const began = Date.UTC(2026, 0, 1);
const hour = 3_600_000;
const request = { method: "GET", path: "/", host: "a.example", headers: {}, body: new Uint8Array() } as const;

let clock: FakeClock;
let asked: number;
beforeEach(() => {
  clock = new FakeClock();
  asked = 0;
});

/** Signs with `key 1`, then `key 2`, …: each lasts so long; undefined: there are none. */
function signing(lastsMs: number | "for ever" | undefined): VendorAuth {
  const wallNow = () => began + clock.now();
  const source = (): AwsCredentials | undefined => {
    if (lastsMs === undefined) return undefined;
    const expiresAt = lastsMs === "for ever" ? undefined : wallNow() + lastsMs;
    return { accessKeyId: `key${++asked}`, secretAccessKey: new Secret("s"), expiresAt };
  };
  return requestSigning(source, "eu-central-1", { clock, wallNow });
}

/** Whose signature a request gets. */
async function signer(auth: VendorAuth): Promise<string | undefined> {
  const { authorization } = await auth.authenticate(request);
  return /Credential=(\w+)\/20260101\//.exec(authorization ?? "")?.[1];
}

it("signs at once with keys that are there, and with new ones before they expire", async () => {
  const auth = signing(hour);
  expect(await signer(auth)).toBe("key1");
  expect(auth.authenticate(request)).not.toBeInstanceOf(Promise);
  await clock.advance(hour - 300_000);
  expect(await signer(auth)).toBe("key1");
  expect(await signer(auth)).toBe("key2");
  expect(asked).toBe(2);
});

it("asks once for keys without an end", async () => {
  const auth = signing("for ever");
  await signer(auth);
  await clock.advance(20 * hour);
  expect([await signer(auth), asked]).toEqual(["key1", 1]);
});

it("fails without any, as an error of the gateway's", async () => {
  await expect(signing(undefined).authenticate(request)).rejects.toMatchObject({
    code: "upstream_auth",
    message: "the gateway has no credentials for the upstream",
  });
});

it.each([
  [403, { "x-amzn-errortype": "ExpiredTokenException:http://internal.amazon.com/coral/" }, "{}", "key2"],
  [403, {}, '{"__type":"com.amazon.coral.service#UnrecognizedClientException"}', "key2"],
  [403, { "x-amzn-errortype": "InvalidClientTokenId" }, "", "key2"],
  [403, { "x-amzn-errortype": "AccessDeniedException" }, "", "key1"],
  [400, {}, "no ExpiredToken", "key1"],
])("forgets keys that AWS does not know: %i %o %s", async (status, headers, body, next) => {
  const auth = signing("for ever");
  await signer(auth);
  await clock.advance(10_000);
  auth.refused?.({ status, headers, body, provider: "aws" });
  expect(await signer(auth)).toBe(next);
});
