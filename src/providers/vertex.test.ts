import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { FakeGemini } from "../../test/support/fakes/gemini.ts";
import { FakeGoogleTokens } from "../../test/support/fakes/google-tokens.ts";
import { readReply, upstreamCall } from "../../test/support/upstream-call.ts";
import type { GatewayError } from "../chat/error.ts";
import { Secret } from "../chat/secret.ts";
import type { GoogleCredentials } from "./google/token-request-of.ts";
import type { Provider } from "./provider.ts";
import { vertex } from "./vertex.ts";

let clock: FakeClock;
let fake: FakeGemini;
let tokens: FakeGoogleTokens;
const opened: Provider[] = [];

beforeEach(async () => {
  clock = new FakeClock(1000);
  [fake, tokens] = await Promise.all([FakeGemini.start(), FakeGoogleTokens.start()]);
  tokens.given = (token) => fake.tokens.add(token);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((provider) => provider.close()));
  await Promise.all([fake.close(), tokens.close()]);
});

function open(credentials: GoogleCredentials): Provider {
  const place = { project: "my-project", location: "europe-west4", baseUrl: `${fake.origin}/v1` };
  const provider = vertex("cloud", { ...place, ...credentials }, { clock, wallNow: () => clock.now() });
  opened.push(provider);
  return provider;
}

async function ask(provider: Provider, streamed = false): Promise<GatewayError | undefined> {
  const call = { ...upstreamCall({ streamed }), model: "gemini-2.5-flash" };
  const error = await provider
    .chat(call)
    .then(readReply)
    .then(
      (read) => read.error,
      (thrown: GatewayError) => thrown,
    );
  expect(call.lease.closed).toBe(true);
  expect(inspect(error, { depth: 20 })).not.toMatch(/PRIVATE KEY|client-secret|secret words|token-\d/);
  return error;
}

const account = () => ({ credentials: new Secret(tokens.serviceAccount()) });

describe("the request", () => {
  it.each([true, false])("goes to the project's path with a token, streamed: %s", async (streamed) => {
    expect(await ask(open(account()), streamed)).toBeUndefined();
    const method = streamed ? "streamGenerateContent?alt=sse" : "generateContent";
    const root = "/v1/projects/my-project/locations/europe-west4/publishers/google";
    expect(fake.taken[0]?.path).toBe(`${root}/models/gemini-2.5-flash:${method}`);
    expect(fake.taken[0]?.headers.authorization).toBe("Bearer token-1");
  });

  it("cannot leave the project by its name", async () => {
    const provider = vertex(
      "cloud",
      { ...account(), project: "../x?y", location: "global", baseUrl: `${fake.origin}/v1` },
      { clock },
    );
    opened.push(provider);
    expect(await ask(provider)).toBeUndefined();
    expect(fake.taken[0]?.path).toMatch(/^\/v1\/projects\/\.\.%2Fx%3Fy\/locations\/global\//);
  });
});

describe("a token", () => {
  it.each<[string, () => GoogleCredentials]>([
    ["of a service account", account],
    ["of a user", () => ({ credentials: new Secret(tokens.authorizedUser()) })],
    ["of the machine", () => ({ metadataOrigin: tokens.origin })],
  ])("%s is kept and replaced before it expires", async (_whose, credentials) => {
    const provider = open(credentials());
    await ask(provider);
    await ask(provider);
    expect(tokens.requests).toBe(1);
    await clock.advance(54 * 60_000);
    expect(await ask(provider)).toBeUndefined();
    expect(tokens.requests).toBe(1);
    await clock.advance(2 * 60_000);
    expect(await ask(provider)).toBeUndefined(); // with the old one, while the new one is got
    expect(await ask(provider)).toBeUndefined();
    expect(tokens.requests).toBe(2);
    await clock.advance(2 * 3_600_000);
    expect(await ask(provider)).toBeUndefined();
    expect(tokens.requests).toBe(3);
  });

  it("is got once for calls that wait together", async () => {
    const provider = open(account());
    expect(await Promise.all(Array.from({ length: 20 }, () => ask(provider)))).toEqual(Array(20).fill(undefined));
    expect(tokens.requests).toBe(1);
  });

  it("of a file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-"));
    const file = join(folder, "key.json");
    writeFileSync(file, tokens.serviceAccount());
    expect(await ask(open({ credentialsFile: file }))).toBeUndefined();
    rmSync(folder, { recursive: true });
  });

  it("is not used again once it was refused", async () => {
    const provider = open(account());
    await ask(provider);
    fake.tokens.clear();
    await clock.advance(10_000);
    expect(await ask(provider)).toMatchObject({ code: "upstream_auth" });
    expect(await ask(provider)).toBeUndefined();
    expect(tokens.requests).toBe(2);
  });

  it.each([
    [400, "upstream_auth"],
    [403, "upstream_auth"],
    [503, "upstream_error"],
  ])("that is refused with %i is %s, and tried again", async (status, code) => {
    const provider = open(account());
    tokens.status = status;
    expect(await ask(provider)).toMatchObject({ code, provider: "cloud" });
    tokens.status = 200;
    await clock.advance(1000);
    expect(await ask(provider)).toBeUndefined();
  });

  it("that does not come in time is a timeout", async () => {
    tokens.before = new Promise(() => {});
    const asked = ask(open(account()));
    for (let turns = 0; tokens.requests === 0; turns++) await clock.advance(turns);
    await clock.advance(10_000);
    expect(await asked).toMatchObject({ code: "upstream_timeout" });
  });

  it("that cannot be replaced is used while it is good", async () => {
    const provider = open(account());
    await ask(provider);
    tokens.status = 503;
    await clock.advance(57 * 60_000);
    expect(await ask(provider)).toBeUndefined();
    await clock.advance(2.8 * 60_000);
    expect(await ask(provider)).toMatchObject({ code: "upstream_error" });
  });
});

describe("credentials that cannot be used", () => {
  it.each<[string, () => GoogleCredentials, string]>([
    ["no JSON", () => ({ credentials: new Secret("hunter2") }), "Google credentials must be a JSON object"],
    [
      "another type",
      () => ({ credentials: new Secret('{"type":"external_account"}') }),
      "Google credentials must be of the type",
    ],
    [
      "a member missing",
      () => ({ credentials: new Secret(tokens.serviceAccount({ client_email: "" })) }),
      "client_email is missing",
    ],
    ["no key", () => ({ credentials: new Secret(tokens.serviceAccount({ private_key: "hunter2" })) }), "no RSA private key"],
    ["no file", () => ({ credentialsFile: "/nowhere/key.json" }), "credentialsFile cannot be read"],
  ])("%s", (_what, credentials, message) => {
    expect(() => open(credentials())).toThrow(message);
    expect(() => open(credentials())).not.toThrow("hunter2");
  });
});
