import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { usualConnection } from "../transport/upstream-settings.ts";
import { ConfigError } from "./config-error.ts";
import { loadConfig } from "./load.ts";
import { printableConfig } from "./printable-config.ts";

const secret = "word-of-the-operator";

function load(fields: object) {
  const config = { providers: { up: { type: "openai-compatible", baseUrl: "http://127.0.0.1:1/v1", ...fields } } };
  return loadConfig({ env: { SLUICE_CONFIG_JSON: JSON.stringify(config), TOKEN: secret } });
}

async function errorsOf(fields: object): Promise<readonly string[]> {
  const error = await load(fields).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConfigError)) return expect.unreachable("it was loaded");
  expect(error.message).not.toContain(secret);
  return error.problems.map(({ field, message }) => `${field}: ${message}`);
}

const ownOrNone = "the gateway sends its own, or none";

describe("headers that are forwarded", () => {
  it.each(["x-label", "X-Trace-Id", "traceparent", "anthropic-beta", "x-forwarded-for"])("may be %s", async (name) => {
    await expect(load({ forwardHeaders: [name] })).resolves.toBeDefined();
  });

  it.each([
    ...[
      "Authorization",
      "cookie",
      "X-Api-Key",
      "api-key",
      "x-goog-api-key",
      "x-auth-token",
      "X-Amz-Security-Token",
      "openai-organization",
    ],
    ...["x-forwarded-client-cert"],
  ])("may not be %s: a client's credentials", async (name) => {
    expect(await errorsOf({ forwardHeaders: ["x-label", name] })).toEqual([
      "providers.up.forwardHeaders[1]: cannot be forwarded: a client's credentials are for the gateway",
    ]);
  });

  it.each([
    ...[
      "Host",
      "content-length",
      "content-type",
      "content-encoding",
      "transfer-encoding",
      "connection",
      "keep-alive",
      "te",
      "trailer",
    ],
    ...["upgrade", "expect", "via", "accept", "accept-encoding", "user-agent", "Proxy-Authorization", "proxy-connection"],
    ...["x-sluice-metadata", "X-Sluice-Info", "grpc-timeout", "connect-protocol-version"],
  ])("may not be %s", async (name) => {
    expect(await errorsOf({ forwardHeaders: [name] })).toEqual([
      `providers.up.forwardHeaders[0]: cannot be forwarded: ${ownOrNone}`,
    ]);
  });

  it.each(["", "a b", "a:b", "a\r\nb", ":path"])("have names, which %j is not", async (name) => {
    expect(await errorsOf({ forwardHeaders: [name] })).toEqual(["providers.up.forwardHeaders[0]: is not the name of a header"]);
  });
});

describe("headers that are added", () => {
  it("are secret in print", async () => {
    const loaded = await load({ headers: { "X-Gateway-Token": "$" + "{TOKEN}", "x-api-key": "k" } });
    const [provider] = Object.values(loaded.config.providers);
    if (provider === undefined || !("headers" in provider)) return expect.unreachable();
    expect(provider.headers["X-Gateway-Token"]?.reveal()).toBe(secret);
    expect(stringify(printableConfig(loaded))).toContain('X-Gateway-Token: "***"');
    expect(stringify(printableConfig(loaded)) + JSON.stringify(loaded.config)).not.toContain(secret);
  });

  it.each([
    [{ "Content-Length": "1" }, `providers.up.headers.Content-Length: cannot be added: ${ownOrNone}`],
    [{ host: "x" }, `providers.up.headers.host: cannot be added: ${ownOrNone}`],
    [{ "transfer-encoding": "x" }, `providers.up.headers.transfer-encoding: cannot be added: ${ownOrNone}`],
    [{ via: "x" }, `providers.up.headers.via: cannot be added: ${ownOrNone}`],
    [{ "Proxy-Authorization": secret }, `providers.up.headers.Proxy-Authorization: cannot be added: ${ownOrNone}`],
    [{ Authorization: secret }, "providers.up.headers.Authorization: cannot be added: it is made of the provider's key"],
    [{ "a b": "x" }, 'providers.up.headers["a b"]: is not the name of a header'],
    [{ "x-a": `${secret}\r\nx-b: 1` }, "providers.up.headers.x-a: is not the value of a header"],
    [{ "x-a": "" }, "providers.up.headers.x-a: is not the value of a header"],
    [{ "x-a": `${secret} ` }, "providers.up.headers.x-a: is not the value of a header"],
    [{ "x-a": `${secret}\u20ac` }, "providers.up.headers.x-a: is not the value of a header"],
    [{ "x-a": "1", "X-A": "2" }, "providers.up.headers: has a header twice: large and small letters are the same"],
  ])("are refused when they are %j", async (headers, problem) => {
    expect(await errorsOf({ headers })).toEqual([problem]);
  });
});

describe("connections", () => {
  it("are by default what the transport takes for usual", async () => {
    const [provider] = Object.values((await load({})).config.providers);
    expect(provider).toMatchObject({ connection: usualConnection, headers: {}, forwardHeaders: [], allowAddresses: [] });
  });

  it.each<[object, string]>([
    [{ connection: { maxRequests: 0 } }, "providers.up.connection.maxRequests: must be at least 1"],
    [
      { connection: { maxAge: "0s" } },
      "providers.up.connection.maxAge: must be a duration such as 250ms, 30s or 5m, more than nothing",
    ],
    [{ connection: { maxIdle: 1 } }, "providers.up.connection.maxIdle: is not a known key"],
    [{ tls: { cert: "a" } }, "providers.up.tls: has one of cert and key without the other"],
    [{ tls: { rejectUnauthorized: false } }, "providers.up.tls.rejectUnauthorized: is not a known key"],
    ...["10.0.0.0/33", "::1/129", "10.0.0.0/8/8", "10.0.0.0/", "host.test", "169.254.1"].map((range): [object, string] => [
      { allowAddresses: [range] },
      "providers.up.allowAddresses[0]: must be an address or a range such as 169.254.10.0/24",
    ]),
  ])("%j is refused", async (fields, problem) => expect(await errorsOf(fields)).toEqual([problem]));

  it.each(["169.254.10.1", "169.254.0.0/16", "fe80::/10", "fd00:ec2::254"])("may lead to %s if it is allowed", async (range) => {
    await expect(load({ allowAddresses: [range] })).resolves.toBeDefined();
  });
});
