import { once } from "node:events";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { configJsonSchema } from "../src/assembly/config-json-schema.ts";
import { loadConfig } from "../src/config/load.ts";
import { createGateway } from "../src/gateway.ts";
import { createAuthority } from "./support/certificates.ts";

const folder = join(import.meta.dirname, "../examples/config");
const names = readdirSync(folder);
const scratch = mkdtempSync(join(tmpdir(), "sluice-starters-"));
/** The variables that the configurations need, and those whose defaults are no places of this machine. */
const env = { OPENAI_API_KEY: "key", TLS_DIR: scratch, RUN_DIR: scratch };
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(configJsonSchema());

beforeAll(async () => {
  const authority = await createAuthority();
  const { files } = await authority.issue("sluice.example");
  copyFileSync(files.cert, join(scratch, "tls.crt"));
  copyFileSync(files.key, join(scratch, "tls.key"));
  copyFileSync(authority.files.cert, join(scratch, "ca.crt"));
  await authority.remove();
});
afterAll(() => rmSync(scratch, { recursive: true }));

describe("starter configurations", () => {
  it("are there", () => expect(names.length).toBeGreaterThan(5));

  it.each(names)("%s makes a gateway", async (name) => {
    const gateway = await createGateway(await loadConfig({ env, file: join(folder, name) }));
    expect(gateway.models().length).toBeGreaterThan(0);
    await gateway.close(0);
  });

  it.each(names)("%s satisfies the JSON Schema", (name) => {
    validate(parse(readFileSync(join(folder, name), "utf8")));
    expect(validate.errors).toBeNull();
  });

  it("starter.yaml is right with everything in it turned on", async () => {
    const file = join(scratch, "starter.yaml");
    writeFileSync(join(scratch, "my-middleware.ts"), "export default () => ({ name: 'mine' });");
    const all = readFileSync(join(folder, "starter.yaml"), "utf8").replace(/^( *)#(?=[^ ])/gm, "$1");
    writeFileSync(file, all);
    const gateway = await createGateway(await loadConfig({ env, file }));
    await gateway.close(0);
    expect(gateway.providers()).toEqual(["demo", "openai", "local"]);
    expect(gateway.describe().split("\n")).toHaveLength(5);
    validate(parse(all));
    expect(validate.errors).toBeNull();
  });

  it("sidecar.yaml answers on its socket", async () => {
    const gateway = await createGateway(await loadConfig({ env, file: join(folder, "sidecar.yaml") }));
    const [{ address } = { address: "" }] = await gateway.listen();
    const asked = request({ socketPath: address.replace("unix:", ""), path: "/readyz" }).end();
    const [response] = await once(asked, "response");
    expect(await text(response)).toContain('"ready":true');
    await gateway.close(0);
  });
});

describe("the JSON Schema", () => {
  it.each<readonly [string, unknown]>([
    ["an unknown section", { servr: {} }],
    ["an unknown field", { server: { drainTimout: "1s" } }],
    ["a number for a text", { server: { drainTimeout: 30 } }],
    ["a text for a number", { server: { maxConnections: "many" } }],
    ["an unknown kind of provider", { providers: { a: { type: "acme" } } }],
    ["a field of another kind of provider", { providers: { a: { type: "demo", apiKey: "k" } } }],
    ["an unknown middleware", { pipeline: { use: ["loging"] } }],
    ["a middleware without options that it needs", { pipeline: { use: ["literalGuard"] } }],
    ["an unknown option", { pipeline: { use: [{ logging: { body: true } }] } }],
    ["two middleware in one", { pipeline: { use: [{ logging: {}, promptTemplate: {} }] } }],
    ["a version that is none", { templates: { a: { latest: { messages: [{ role: "user", content: "x" }] } } } }],
  ])("refuses %s", (_, config) => {
    expect(validate(config)).toBe(false);
  });

  it.each<readonly [string, unknown]>([
    ["nothing", {}],
    ["sections that are commented out", { server: null, providers: null }],
    ["references for numbers, truth values and choices", referring("$" + "{X:-1}")],
    ["a middleware of the user's own", { pipeline: { use: ["./a.ts", { "../b.mjs": { any: 1 } }, { "/c.js": null }] } }],
  ])("admits %s", (_, config) => {
    validate(config);
    expect(validate.errors).toBeNull();
  });
});

function referring(text: string) {
  return {
    server: { maxConnections: text },
    routing: { direct: text },
    log: { level: text },
    pipeline: { use: [{ logging: { bodies: text } }] },
  };
}
