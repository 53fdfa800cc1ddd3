import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../chat/secret.ts";
import { ConfigError } from "./config-error.ts";
import type { Environment } from "./expand.ts";
import { type LoadOptions, loadConfig } from "./load.ts";

let folder = "";
let file = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-config-"));
  file = join(folder, "sluice.yaml");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function load(lines: readonly string[], env: Environment = {}, flags: NonNullable<LoadOptions["flags"]> = {}) {
  writeFileSync(file, lines.join("\n"));
  return loadConfig({ env, file, flags });
}

/** The lines of the error, with the folder left out. */
async function errorsOf(loading: Promise<unknown>): Promise<readonly string[]> {
  const error = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConfigError)) throw error ?? new Error("it was loaded");
  return error.message.replaceAll(`${folder}/`, "").split("\n");
}

const key = "$" + "{";
const openAi = (...more: string[]) => ["providers:", "  openai:", "    type: openai", "    apiKey: k", ...more];

describe("a configuration that is wrong", () => {
  const cases: readonly (readonly [what: string, lines: readonly string[], errors: readonly string[]])[] = [
    ["an unknown section", ["servr: {}"], ["sluice.yaml:1:1: servr: is not a known key; did you mean `server`?"]],
    [
      "an unknown key",
      ["server:", "  drainTimout: 1s"],
      ["sluice.yaml:2:3: server.drainTimout: is not a known key; did you mean `drainTimeout`?"],
    ],
    ["a key like nothing", ["server:", "  zzzzzz: 1"], ["sluice.yaml:2:3: server.zzzzzz: is not a known key"]],
    [
      "templates",
      [
        "templates:",
        "  a b: {}",
        "  greet:",
        "    latest: { messages: [] }",
        "    2: { messages: [{ role: boss, content: '' }], x: 1 }",
      ],
      [
        'sluice.yaml:2:3: templates["a b"]: is not a name of letters, digits, `.`, `-` and `_`, beginning with a letter or digit',
        "sluice.yaml:4:5: templates.greet.latest: is not a version such as 1 or 2.10",
        "sluice.yaml:5:29: templates.greet.2.messages[0].role: must be one of system, developer, user, assistant",
        "sluice.yaml:5:44: templates.greet.2.messages[0].content: must not be empty",
        "sluice.yaml:5:51: templates.greet.2.x: is not a known key",
      ],
    ],
    ["a planned section", ["stores: { limits: memory }"], ["sluice.yaml:1:1: stores: is not in this version"]],
    ["a planned key", ["server:", "  auth: {}"], ["sluice.yaml:2:3: server.auth: is not in this version"]],
    [
      "planned keys of a model",
      [...openAi(), "models:", "  best:", "    strategy: weighted", "    targets: [{ provider: openai, model: m, weight: 3 }]"],
      [
        "sluice.yaml:7:5: models.best.strategy: is not in this version",
        "sluice.yaml:8:45: models.best.targets[0].weight: is not in this version",
      ],
    ],
    [
      "two targets",
      ["models:", "  best:", "    targets:", "      - { provider: a, model: m }", "      - { provider: b, model: m }"],
      ["sluice.yaml:4:7: models.best.targets: more than one target is not in this version"],
    ],
    ["no target", ["models: { best: { targets: [] } }"], ["sluice.yaml:1:28: models.best.targets: must not be empty"]],
    [
      "an option that leads somewhere",
      ["providers:", "  o: { type: groq, apiKey: k, allowedOptions: [reasoning_format, base_url] }"],
      ["sluice.yaml:2:66: providers.o.allowedOptions[1]: must not name a URL or a key"],
    ],
    [
      "a policy that is none",
      ["providers:", "  o: { type: vllm, unsupportedParams: ignore }"],
      ["sluice.yaml:2:39: providers.o.unsupportedParams: must be one of pass, drop, reject"],
    ],
    [
      "a provider type with a slip",
      ["providers:", "  o: { type: opnai }"],
      [
        "sluice.yaml:2:14: providers.o.type: must be one of openai, azure, xai, mistral, groq, deepseek, together, fireworks, openrouter, perplexity, cohere, cerebras, nvidia, moonshot, huggingface, ollama, vllm, sglang, llama-cpp, lm-studio, openai-compatible, gemini, vertex, bedrock, anthropic, demo; did you mean `openai`?",
      ],
    ],
    ["no provider type", ["providers:", "  o: { apiKey: k }"], ["sluice.yaml:2:3: providers.o.type: is missing"]],
    ["a missing key", ["providers:", "  o:", "    type: openai"], ["sluice.yaml:2:3: providers.o.apiKey: is missing"]],
    [
      "a key of another type of provider",
      openAi("    streamUsag: true"),
      ["sluice.yaml:5:5: providers.openai.streamUsag: is not a known key"],
    ],
    [
      "models of the demo provider, which has its own",
      ["providers: { demo: { type: demo, models: [a] } }"],
      ["sluice.yaml:1:34: providers.demo.models: is not a known key"],
    ],
    [
      "a provider's name",
      ["providers:", "  a/b: { type: demo }"],
      ['sluice.yaml:2:3: providers["a/b"]: is not a name of letters, digits, `.`, `-` and `_`, beginning with a letter or digit'],
    ],
    [
      "a base URL",
      ["providers:", "  l: { type: openai-compatible, baseUrl: 'ftp://x' }"],
      ["sluice.yaml:2:42: providers.l.baseUrl: must be a URL that starts with http:// or https://"],
    ],
    [
      "a base URL with a password",
      ["providers:", "  l: { type: openai-compatible, baseUrl: 'http://u:p@x' }"],
      ["sluice.yaml:2:42: providers.l.baseUrl: must not hold a user name or password; use apiKey"],
    ],
    [
      "a duration",
      ["server:", "  drainTimeout: 30"],
      ["sluice.yaml:2:17: server.drainTimeout: must be a duration such as 250ms, 30s or 5m"],
    ],
    [
      "a size",
      ["server:", "  maxRequestBytes: lots"],
      ["sluice.yaml:2:20: server.maxRequestBytes: must be a size such as 64KiB or 4MiB, from 1KiB to 1GiB"],
    ],
    [
      "an address",
      ["server:", "  listen: ['127.0.0.1:8080', nowhere]"],
      [
        "sluice.yaml:2:30: server.listen[1]: must be an address such as 127.0.0.1:8080, [::1]:8080 or unix:/run/sluice.sock?mode=0660&group=app",
      ],
    ],
    [
      "a Unix socket",
      ["server: { listen: ['unix:/run/x?mode=9'] }"],
      [
        "sluice.yaml:1:20: server.listen[0]: must be an address such as 127.0.0.1:8080, [::1]:8080 or unix:/run/sluice.sock?mode=0660&group=app",
      ],
    ],
    [
      "the admin address",
      ["server: { admin: on }"],
      ["sluice.yaml:1:18: server.admin: must be off or an address such as 127.0.0.1:8081"],
    ],
    [
      "an origin",
      ["server:", "  cors: { origins: ['*'] }"],
      ["sluice.yaml:2:21: server.cors.origins[0]: must be an origin such as https://app.example, without a path"],
    ],
    ["a number", ["pipeline: { monitoringInterval: 0 }"], ["sluice.yaml:1:33: pipeline.monitoringInterval: must be at least 1"]],
    [
      "a half",
      ["pipeline: { monitoringWindow: 2.5 }"],
      ["sluice.yaml:1:31: pipeline.monitoringWindow: must be a whole number, not a number"],
    ],
    [
      "text for a number",
      ["pipeline: { monitoringInterval: '3' }"],
      ["sluice.yaml:1:33: pipeline.monitoringInterval: must be a number, not text"],
    ],
    ["a truth value", ["routing: { direct: 1 }"], ["sluice.yaml:1:20: routing.direct: must be true or false, not a number"]],
    ["text for a map", ["server: here"], ["sluice.yaml:1:9: server: must be a map, not text"]],
    ["an empty map inside", ["server:", "  cors:"], ["sluice.yaml:2:8: server.cors: must be a map, and is empty"]],
    [
      "a log level",
      ["log: { level: wrn }"],
      ["sluice.yaml:1:15: log.level: must be one of debug, info, warn, error, silent; did you mean `warn`?"],
    ],
    [
      "two middlewares in one",
      ["pipeline:", "  use:", "    - logging: {}", "      other: {}"],
      ["sluice.yaml:3:7: pipeline.use[0]: must be one middleware: its name, or a map of the name to its options"],
    ],
    [
      "a number for a middleware",
      ["pipeline: { use: [7] }"],
      ["sluice.yaml:1:19: pipeline.use[0]: must be a middleware's name, or a map of the name to its options"],
    ],
    [
      "a variable that is not set",
      ["providers:", "  openai:", "    type: openai", `    apiKey: ${key}NO_SUCH}`],
      [
        `sluice.yaml:4:13: providers.openai.apiKey: the environment has no variable NO_SUCH; give it, or a default: ${key}NO_SUCH:-default}`,
      ],
    ],
    ["no map", ["- a"], ["sluice.yaml:1:1: must be a map"]],
    ["a key twice", ["log: {}", "log: {}"], ["sluice.yaml:2:1: Map keys must be unique"]],
    [
      "several things",
      ["servr: 1", "log: { level: x }", "routing: { direct: 1 }"],
      [
        "sluice.yaml:1:1: servr: is not a known key; did you mean `server`?",
        "sluice.yaml:2:15: log.level: must be one of debug, info, warn, error, silent",
        "sluice.yaml:3:20: routing.direct: must be true or false, not a number",
      ],
    ],
  ];
  for (const [what, lines, errors] of cases) {
    it(`says where: ${what}`, async () => {
      expect(await errorsOf(load(lines))).toEqual(errors);
    });
  }

  it("is a file that is not there", async () => {
    expect(await errorsOf(loadConfig({ env: {}, file: join(folder, "none.yaml") }))).toEqual([
      "none.yaml: there is no such file",
    ]);
    expect(await errorsOf(loadConfig({ env: { SLUICE_CONFIG: join(folder, "gone.yaml") } }))).toEqual([
      "gone.yaml: there is no such file",
    ]);
  });

  it("never shows a value, which may be a secret", async () => {
    const lines = [
      "providers:",
      `  ${"o"}: { type: "${key}T}", apiKey: ["${key}T}"] }`,
      `log: { level: "${key}T}" }`,
      `routing: { direct: "${key}T}" }`,
    ];
    const errors = await errorsOf(load(lines, { T: "canary-7391", SLUICE_LOG__LEVEL: "canary-7391" }));
    expect(errors.length).toBeGreaterThanOrEqual(3);
    expect(errors.join("\n")).not.toContain("canary");
  });

  for (const lines of [
    [
      "a: &a [x, x, x, x, x, x, x, x, x]",
      ...[..."bcdefgh"].map((n, i) => `${n}: &${n} [${Array(9).fill(`*${"abcdefg"[i]}`).join(", ")}]`),
    ],
    ["models:", "  1: { targets: [] }"],
    ["__proto__: { x: 1 }"],
    ["models:", "  __proto__: { targets: [{ provider: a, model: b }] }"],
    ["server: &s { cors: *s }"],
    ["log: {", "a"],
    ["a: 1", "---", "b: 2"],
    ["[".repeat(20_000)],
  ]) {
    it(`is refused: ${lines[0]?.slice(0, 30)}…`, async () => {
      expect((await errorsOf(load(lines))).length).toBeGreaterThan(0);
      expect(({} as Record<string, unknown>).targets).toBeUndefined();
    });
  }
});

describe("a configuration that is right", () => {
  it("has defaults for everything", async () => {
    const { config } = await load([""]);
    expect(config).toEqual({
      server: {
        listen: [{ host: "127.0.0.1", port: 8080 }],
        admin: { host: "127.0.0.1", port: 8081 },
        metrics: undefined,
        maxRequestBytes: 32 * 1024 * 1024,
        maxInFlightBytes: 512 * 1024 * 1024,
        maxHeaderBytes: 32 * 1024,
        maxConnections: 10_000,
        maxStreamsPerConnection: 1000,
        maxRequestsPerConnection: 100_000,
        allowedHosts: [],
        cors: { origins: [] },
        keepAlive: 15_000,
        drainDelay: 5000,
        drainTimeout: 30_000,
        timeouts: { headers: 10_000, body: 60_000, idle: 75_000, write: 30_000, silent: 10_000 },
        overload: { eventLoopLag: 20, heap: 0.85 },
      },
      providers: {},
      routing: { direct: true, listMaxAge: 300_000 },
      models: {},
      pipeline: {
        monitoringInterval: 3,
        monitoringWindow: 4096,
        use: [{ middleware: "logging", options: undefined }],
        policies: [],
      },
      prices: {},
      modelLimits: {},
      templates: {},
      log: { level: "info" },
    });
  });

  it("may have sections with all lines commented out", async () => {
    expect((await load(["server:", "  # listen: []", "log: { level: warn }"])).config.log.level).toBe("warn");
  });

  it("takes texts from the environment for what the schema says they are", async () => {
    const { config } = await load(
      [
        "pipeline:",
        `  monitoringInterval: ${key}N}`,
        `  monitoringWindow: ${key}W:-64}`,
        "routing:",
        `  direct: ${key}D}`,
        ...openAi(`    project: ${key}N}`),
      ],
      { N: "7", D: "false" },
    );
    expect([config.pipeline.monitoringInterval, config.pipeline.monitoringWindow, config.routing.direct]).toEqual([7, 64, false]);
    expect(config.providers.openai).toMatchObject({ project: "7" });
  });

  it("keeps keys secret", async () => {
    const { config } = await load(openAi());
    const { openai } = config.providers;
    expect(openai?.type === "openai" && openai.apiKey instanceof Secret && openai.apiKey.reveal()).toBe("k");
    expect(JSON.stringify(config.providers)).toContain('"apiKey":"***"');
  });

  it("puts flags over variables over SLUICE_CONFIG_JSON over the file", async () => {
    const lines = ["server: { listen: ['127.0.0.1:1'], admin: '127.0.0.1:1', drainTimeout: 1s, maxRequestBytes: 1MiB }"];
    const json = { server: { listen: ["127.0.0.1:2"], admin: "127.0.0.1:2", drainTimeout: "2s" } };
    const env = {
      SLUICE_CONFIG_JSON: JSON.stringify(json),
      SLUICE_LISTEN: "127.0.0.1:3, [::1]:3",
      SLUICE_ADMIN: "127.0.0.1:3",
      SLUICE_PORT: "tcp://x",
    };
    const { server } = (await load(lines, env, { listen: ["127.0.0.1:4"] })).config;
    expect(server).toMatchObject({
      listen: [{ host: "127.0.0.1", port: 4 }],
      admin: { host: "127.0.0.1", port: 3 },
      drainTimeout: 2000,
      maxRequestBytes: 1024 * 1024,
    });
    expect((await load(lines, env)).config.server.listen).toEqual([
      { host: "127.0.0.1", port: 3 },
      { host: "::1", port: 3 },
    ]);
    expect((await load(lines, { SLUICE_ADMIN: "off" })).config.server.admin).toBeUndefined();
  });

  it("puts SLUICE_DEFAULTS_JSON under the file", async () => {
    const env = { SLUICE_DEFAULTS_JSON: '{"server":{"listen":["0.0.0.0:1"],"metrics":"0.0.0.0:2"},"log":{"level":"warn"}}' };
    const { server, log } = (await load(["server: { listen: ['127.0.0.1:3'] }"], env)).config;
    expect([server.listen, server.metrics, log.level]).toEqual([
      [{ host: "127.0.0.1", port: 3 }],
      { host: "0.0.0.0", port: 2 },
      "warn",
    ]);
    expect(await errorsOf(load([""], { SLUICE_DEFAULTS_JSON: '{"loge":{}}' }))).toEqual([
      "SLUICE_DEFAULTS_JSON:1:2: loge: is not a known key; did you mean `log`?",
    ]);
  });

  it("says which variable or option is wrong", async () => {
    const env = {
      SLUICE_SERVER__DRAIN_TIMEOUT: "soon",
      SLUICE_PIPELINE__MONITORING_INTERVAL: "x",
      SLUICE_SERVER__KEEP_ALIVE: "0s",
      SLUICE_LOG__LEVL: "warn",
      SLUICE_LISTEN: "",
      SLUICE_CONFIG_JSON: '{"routing":\n {"direct": 1}}',
    };
    expect((await errorsOf(load([""], env, { listen: ["127.0.0.1:1", "x"] }))).toSorted()).toEqual([
      "--listen: server.listen[1]: must be an address such as 127.0.0.1:8080, [::1]:8080 or unix:/run/sluice.sock?mode=0660&group=app",
      "SLUICE_CONFIG_JSON:2:13: routing.direct: must be true or false, not a number",
      "SLUICE_LOG__LEVL: log.levl: is not a known key; did you mean `level`?",
      "SLUICE_PIPELINE__MONITORING_INTERVAL: pipeline.monitoringInterval: must be a number, not text",
      "SLUICE_SERVER__DRAIN_TIMEOUT: server.drainTimeout: must be a duration such as 250ms, 30s or 5m",
      "SLUICE_SERVER__KEEP_ALIVE: server.keepAlive: must be a duration such as 250ms, 30s or 5m, more than nothing",
    ]);
  });

  it("lets only the file name a middleware's file", async () => {
    const entry = { pipeline: { use: [{ "./mine.ts": { a: 1 } }] } };
    const { config } = await load(["pipeline:", "  use: [{ ./mine.ts: { a: 1 } }]"]);
    expect(config.pipeline.use).toEqual([{ middleware: "./mine.ts", options: { a: 1 } }]);
    for (const variable of ["SLUICE_CONFIG_JSON", "SLUICE_DEFAULTS_JSON"]) {
      expect(await errorsOf(load([""], { [variable]: JSON.stringify(entry) }))).toEqual([
        `${variable}:1:21: pipeline.use[0]: names a middleware's file, which only the configuration file may do`,
      ]);
    }
  });
});
