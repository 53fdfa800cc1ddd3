import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { expect, it } from "vitest";
import { casesOf } from "../../../test/support/cases.ts";
import { Sha256 } from "../../../test/support/sha256.ts";
import { Secret } from "../../chat/secret.ts";
import { signV4, uriEncode } from "./sign-v4.ts";

/** AWS's signer resolves `.` and `..` first; a path with one is refused before it is signed (`checked-path.ts`). */
const isName = (segment: string) => segment !== "." && segment !== "..";
const segment = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }).filter(isName),
  fc.constantFrom(
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2",
    "a b+c!'()*~_.-",
  ),
);
const query = fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), fc.string({ maxLength: 6, unit: "grapheme" }), {
  maxKeys: 3,
});

it("signs as AWS's own signer does", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(segment, { minLength: 1, maxLength: 4 }),
      query,
      fc.uint8Array({ maxLength: 100 }),
      fc.option(fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom(..."abcXYZ09+/=") }), { nil: undefined }),
      fc.date({ min: new Date("2015-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }),
      fc.constantFrom("us-east-1", "eu-central-1"),
      async (segments, params, body, token, date, region) => {
        const path = `/${segments.map(uriEncode).join("/")}`;
        const host = "bedrock-runtime.example:8443";
        const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret/key+x" };
        const signer = new SignatureV4({
          credentials: { ...credentials, ...(token === undefined ? {} : { sessionToken: token }) },
          region,
          service: "bedrock",
          sha256: Sha256,
          applyChecksum: false,
        });
        const headers = { host, "content-type": "application/json" };
        const request = {
          protocol: "https:",
          hostname: "bedrock-runtime.example",
          method: "POST",
          path,
          query: params,
          headers,
          body,
        };
        const expected = await signer.sign(request, { signingDate: date });
        const search = Object.entries(params)
          .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
          .join("&");
        const ours = signV4(
          { method: "POST", path: search === "" ? path : `${path}?${search}`, host, contentType: "application/json", body },
          {
            ...credentials,
            secretAccessKey: new Secret(credentials.secretAccessKey),
            sessionToken: token === undefined ? undefined : new Secret(token),
          },
          { region, service: "bedrock", now: date.getTime() },
        );
        expect({ ...headers, ...ours }).toEqual(expected.headers);
      },
    ),
    { numRuns: casesOf(1000) },
  );
});

it("encodes a model's id once for the path", () => {
  expect(uriEncode("anthropic.claude-v1:0")).toBe("anthropic.claude-v1%3A0");
  expect(uriEncode("arn:aws:bedrock:x:1:inference-profile/a")).toBe("arn%3Aaws%3Abedrock%3Ax%3A1%3Ainference-profile%2Fa");
});
