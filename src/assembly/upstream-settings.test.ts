import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createAuthority, type TestAuthority } from "../../test/support/certificates.ts";
import { silentLog } from "../chat/ports/log.ts";
import { ConfigError } from "../config/config-error.ts";
import { loadConfig } from "../config/load.ts";
import { createGateway } from "../gateway.ts";
import { upstreamSettings } from "./upstream-settings.ts";

let authority: TestAuthority;
beforeAll(async () => {
  authority = await createAuthority();
});
afterAll(() => authority.remove());

function load(fields: object, env: Record<string, string> = {}) {
  const config = { providers: { up: { type: "openai-compatible", baseUrl: "https://up.test/v1", ...fields } } };
  return loadConfig({ env: { SLUICE_CONFIG_JSON: JSON.stringify(config), ...env } });
}

async function problemsOf(fields: object, env: Record<string, string> = {}): Promise<readonly string[]> {
  const error = await createGateway(await load(fields, env), { log: silentLog }).then(
    (gateway) => gateway.close(0),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConfigError)) return expect.unreachable(`it was put together: ${String(error)}`);
  return error.problems.map(({ field, message }) => `${field}: ${message}`);
}

it("reads certificates each time", async () => {
  const { cert, key } = authority.files;
  const loaded = await load({ tls: { ca: cert, cert, key }, headers: { "X-Tenant": "t" } });
  const settings = await upstreamSettings(loaded, "up");
  expect(Object.keys(settings.headers ?? {})).toEqual(["x-tenant"]);
  expect(settings.tls?.ca?.toString()).toBe(authority.cert);
  expect(settings.tls?.key?.toString()).toBe(authority.key);
  writeFileSync(cert, `${authority.cert}\n`);
  expect((await upstreamSettings(loaded, "up")).tls?.ca?.toString()).toBe(`${authority.cert}\n`);
});

it("says which certificates cannot be used", async () => {
  const { cert, key } = authority.files;
  const other = await authority.issue("other.test");
  expect(await problemsOf({ tls: { ca: "nowhere.pem" } })).toEqual(["providers.up.tls.ca: there is no such file"]);
  const unusable = "providers.up.tls: these are no PEM files that can be used";
  expect(await problemsOf({ tls: { ca: import.meta.filename } })).toEqual([unusable]);
  expect(await problemsOf({ tls: { cert, key: other.files.key } })).toEqual([unusable]);
  expect(await problemsOf({ tls: { cert: key, key } })).toEqual([unusable]);
});

it("says where no upstream may be, and which proxy cannot be used", async () => {
  const metadata = { baseUrl: "http://169.254.169.254/latest" };
  expect(await problemsOf(metadata)).toEqual([
    "providers.up: its URL leads to a link-local address, where no model is usually served; allowAddresses would allow it",
  ]);
  await (await createGateway(await load({ ...metadata, allowAddresses: ["169.254.169.254"] }))).close(0);
  expect(await problemsOf({}, { https_proxy: "socks5://u:secret@proxy.test" })).toEqual([
    "providers.up: https_proxy is no http:// or https:// URL",
  ]);
});
