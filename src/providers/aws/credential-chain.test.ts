import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { FakeUpstream, stall } from "../../../test/support/fake-upstream.ts";
import { GatewayError } from "../../chat/error.ts";
import { Secret } from "../../chat/secret.ts";
import type { AwsEnvironment } from "./aws-environment.ts";
import { type CredentialOptions, credentialChain } from "./credential-chain.ts";

const clock = new FakeClock();
let upstream: FakeUpstream;
let folder: string;

beforeEach(async () => {
  upstream = await FakeUpstream.start();
  folder = await mkdtemp(join(tmpdir(), "sluice-aws-"));
});
afterEach(async () => {
  await upstream.close();
  await rm(folder, { recursive: true });
  expect(clock.pending).toBe(0);
});

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** Where nobody is, so that nothing leaves the machine. */
const nowhere: AwsEnvironment = { instanceMetadataDisabled: true };

async function found(environment: AwsEnvironment, options: CredentialOptions = {}): Promise<object | undefined> {
  const chain = credentialChain({ ...options, environment, tokenEndpoint: `${upstream.origin}/`, clock });
  const credentials = await chain();
  if (credentials === undefined) return undefined;
  const { secretAccessKey, sessionToken, ...rest } = credentials;
  return { ...rest, secretAccessKey: secretAccessKey.reveal(), sessionToken: sessionToken?.reveal() };
}

/** What is wrong, as the log has it; to clients all failures are one. */
async function failure(environment: AwsEnvironment, options: CredentialOptions = {}): Promise<string> {
  try {
    await found(environment, options);
  } catch (error) {
    if (!(error instanceof GatewayError) || !(error.cause instanceof Error)) throw error;
    expect(error).toMatchObject({ code: "upstream_auth", message: "the gateway has no credentials for the upstream" });
    return error.cause.message;
  }
  throw new Error("it did not fail");
}

const keys = (id: string) => `aws_access_key_id=${id}\naws_secret_access_key=${id}-secret\n`;
const expiry = "2030-01-01T00:00:00Z";
const temporary = { AccessKeyId: "T", SecretAccessKey: "T-secret", Token: "T-token", Expiration: expiry };
const expectedTemporary = {
  accessKeyId: "T",
  secretAccessKey: "T-secret",
  sessionToken: "T-token",
  expiresAt: Date.parse(expiry),
};
const given = { accessKeyId: "E", secretAccessKey: new Secret("E-secret"), sessionToken: new Secret("E-token") };

describe("the configuration and the environment", () => {
  it("come before everything else", async () => {
    const credentialsFile = await file("credentials", `[default]\n${keys("D")}[work]\n${keys("W")}aws_session_token=W-token\n`);
    const environment = { ...nowhere, ...given, credentialsFile, containerUri: upstream.origin };
    const credentials = { accessKeyId: "C", secretAccessKey: new Secret("C-secret") };
    expect(await found(environment, { credentials, profile: "work" })).toMatchObject({ accessKeyId: "C" });
    expect(await found(environment, { profile: "work" })).toEqual({
      accessKeyId: "W",
      secretAccessKey: "W-secret",
      sessionToken: "W-token",
    });
    expect(await found(environment)).toEqual({ accessKeyId: "E", secretAccessKey: "E-secret", sessionToken: "E-token" });
    expect(await found({ ...environment, accessKeyId: undefined })).toMatchObject({ accessKeyId: "D" });
    expect(await found({ ...environment, accessKeyId: undefined, profile: "work" })).toMatchObject({ accessKeyId: "W" });
  });

  it("may say nothing", async () => {
    expect(await found({ ...nowhere, credentialsFile: join(folder, "none"), configFile: join(folder, "none") })).toBeUndefined();
  });
});

describe("a profile", () => {
  it("may be in either file; the credentials file wins", async () => {
    const configFile = await file("config", `[profile a]\n${keys("A1")}\n[profile b]\n${keys("B")}[default]\n${keys("D")}`);
    const credentialsFile = await file("credentials", `[a]\n${keys("A2")}`);
    const environment = { ...nowhere, configFile, credentialsFile };
    expect(await found(environment, { profile: "a" })).toMatchObject({ accessKeyId: "A2" });
    expect(await found(environment, { profile: "b" })).toMatchObject({ accessKeyId: "B" });
    expect(await found(environment)).toMatchObject({ accessKeyId: "D" });
  });

  it.each([
    ["credential_process = /bin/true", "which is not supported: the gateway starts no programs"],
    ["sso_session = x", "which is not supported: single sign-on needs a person"],
    ["sso_start_url = x", "which is not supported: single sign-on needs a person"],
    ["role_arn = x\nsource_profile = y", "roles of profiles are not assumed"],
    ["region = x", "the AWS profile a has no aws_access_key_id"],
  ])("with %s is refused", async (settings, message) => {
    const configFile = await file("config", `[profile a]\n${settings}\n`);
    expect(await failure({ ...nowhere, configFile }, { profile: "a" })).toContain(message);
  });

  it("that is not there is refused, and nothing steps in for it", async () => {
    expect(await failure({ ...nowhere, containerUri: upstream.origin, profile: "a" })).toContain("the AWS profile a has no");
    expect(upstream.requests).toHaveLength(0);
  });

  it("in a file that cannot be read is refused", async () => {
    expect(await failure({ ...nowhere, credentialsFile: folder })).toBe("a file with AWS profiles cannot be read");
  });
});

describe("a container", () => {
  it.each([
    ["with a token", new Secret("Basic x"), "Basic x"],
    ["without", undefined, undefined],
  ])("is given credentials, %s", async (_what, containerToken, authorization) => {
    upstream.next({ steps: [JSON.stringify(temporary)] });
    const environment = { ...nowhere, containerUri: `${upstream.origin}/get?x=1`, containerToken };
    expect(await found(environment)).toEqual(expectedTemporary);
    const request = await upstream.request();
    expect([request.method, request.path, request.headers.authorization]).toEqual(["GET", "/get?x=1", authorization]);
  });

  it("reads its token from a file, every time", async () => {
    upstream.always({ steps: [JSON.stringify(temporary)] });
    const containerTokenFile = await file("token", "first\n");
    const environment = { ...nowhere, containerUri: upstream.origin, containerTokenFile };
    await found(environment);
    await writeFile(containerTokenFile, "second");
    await found(environment);
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(["first", "second"]);
    expect(await failure({ ...environment, containerTokenFile: join(folder, "none") })).toBe(
      "the container's token cannot be read",
    );
  });

  it.each(["http://example.com/", "http://169.254.169.254/", "http://127.0.0.1.example.com/", "ftp://127.0.0.1/", "http://"])(
    "does not ask %s",
    async (containerUri) => {
      expect(await failure({ ...nowhere, containerUri })).toContain("at an address that is not allowed");
    },
  );

  it.each([
    ["an error", { status: 403, steps: ["{}"] }, "answered with status 403"],
    ["no JSON", { steps: ["<html>"] }, "gave no JSON"],
    ["something else", { steps: ['{"Message":"no"}'] }, "gave no AWS credentials"],
    ["no expiry", { steps: [JSON.stringify({ ...temporary, Expiration: "soon" })] }, "gave no AWS credentials"],
    ["too much", { steps: ["x".repeat(100_000)] }, "does not answer"],
  ])("is not content with %s", async (_what, script, message) => {
    upstream.next(script);
    expect(await failure({ ...nowhere, containerUri: upstream.origin })).toContain(message);
  });

  it("does not wait for ever", async () => {
    upstream.next({ steps: ["{", stall] });
    const failing = failure({ ...nowhere, containerUri: upstream.origin });
    await upstream.request();
    await clock.advance(5000);
    expect(await failing).toContain("does not answer");
  });
});

describe("a machine", () => {
  const environment = () => ({ instanceMetadataEndpoint: upstream.origin });

  it("has a role, told to who shows a session's token", async () => {
    upstream.next(
      { steps: ["session"] },
      { steps: ["my-role\n"] },
      { steps: [JSON.stringify({ Code: "Success", ...temporary })] },
    );
    expect(await found(environment())).toEqual(expectedTemporary);
    expect(upstream.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "PUT /latest/api/token",
      "GET /latest/meta-data/iam/security-credentials/",
      "GET /latest/meta-data/iam/security-credentials/my-role",
    ]);
    expect(upstream.requests[0]?.headers["x-aws-ec2-metadata-token-ttl-seconds"]).toBe("60");
    expect(upstream.requests.slice(1).map(({ headers }) => headers["x-aws-ec2-metadata-token"])).toEqual(["session", "session"]);
  });

  it("may have none", async () => {
    upstream.next({ steps: ["session"] }, { status: 404, steps: ["no"] });
    expect(await found(environment())).toBeUndefined();
    upstream.next({ status: 403, steps: [""] });
    expect(await found(environment())).toBeUndefined();
  });

  it("is not waited for longer than a second", async () => {
    upstream.next({ steps: [stall] });
    const failing = failure(environment());
    await upstream.request();
    await clock.advance(1000);
    expect(await failing).toContain("does not answer");
  });
});

describe("a web identity", () => {
  const answer = (Credentials: object) => ({
    steps: [JSON.stringify({ AssumeRoleWithWebIdentityResponse: { AssumeRoleWithWebIdentityResult: { Credentials } } })],
  });

  it("is exchanged for the role's credentials", async () => {
    const { Token: SessionToken, ...rest } = temporary;
    upstream.next(answer({ ...rest, SessionToken, Expiration: Date.parse(expiry) / 1000 }));
    const webIdentityTokenFile = await file("token", "jwt&=\n");
    const roleArn = "arn:aws:iam::123456789012:role/sluice";
    expect(await found({ ...nowhere, roleArn, webIdentityTokenFile, containerUri: "http://" })).toEqual(expectedTemporary);
    const request = await upstream.request();
    expect([request.method, request.path, request.headers.accept]).toEqual(["POST", "/", "application/json"]);
    expect(Object.fromEntries(new URLSearchParams(request.body.toString()))).toEqual({
      Action: "AssumeRoleWithWebIdentity",
      Version: "2011-06-15",
      RoleArn: roleArn,
      RoleSessionName: "sluice",
      WebIdentityToken: "jwt&=",
    });
  });

  it("that is refused is an error, and the machine does not step in for it", async () => {
    const webIdentityTokenFile = await file("token", "jwt");
    const environment = { instanceMetadataEndpoint: upstream.origin, roleArn: "r", webIdentityTokenFile };
    upstream.next({ status: 403, steps: ["{}"] });
    expect(await failure(environment)).toBe("AWS's token service answered with status 403");
    upstream.next(answer({}));
    expect(await failure(environment)).toBe("AWS's token service gave no AWS credentials");
    upstream.next({ steps: ["null"] });
    expect(await failure(environment)).toBe("AWS's token service gave no AWS credentials");
    expect(await failure({ ...environment, webIdentityTokenFile: join(folder, "none") })).toContain("cannot be read");
    expect(upstream.requests).toHaveLength(3);
  });
});
