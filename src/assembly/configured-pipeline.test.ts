import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError } from "../config/config-error.ts";
import { loadConfig } from "../config/load.ts";
import { configuredPipeline } from "./configured-pipeline.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-pipeline-"));
  writeFileSync(join(folder, "none.mjs"), "export const middleware = 1;");
  writeFileSync(join(folder, "text.mjs"), 'export default () => "a middleware";');
  writeFileSync(join(folder, "named.mjs"), "export default ({ name }) => ({ name });");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function pipelineOf(lines: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const file = join(folder, "sluice.yaml");
  writeFileSync(file, lines.join("\n"));
  return configuredPipeline(await loadConfig({ env, file }));
}

async function problemsOf(lines: readonly string[]): Promise<readonly string[]> {
  const error: unknown = await pipelineOf(lines).catch((thrown: unknown) => thrown);
  if (!(error instanceof ConfigError)) throw error;
  return error.message.replaceAll(`${folder}/`, "").split("\n");
}

const open = "$" + "{";

describe("configuredPipeline", () => {
  it("gives options their types when they come from the environment", async () => {
    const lines = [
      "pipeline:",
      `  use: [{ logging: { bodies: "${open}BODIES:-false}" } }, { ./named.mjs: { name: "${open}NAME}" } }]`,
    ];
    const pipeline = await pipelineOf(lines, { BODIES: "TRUE", NAME: "mine" });
    expect(pipeline.describe()).toMatch(/1\. logging.*\n.*2\. mine/);
  });

  it.each([
    [
      "a text that stands for no truth value",
      `logging: { bodies: "${open}X:-perhaps}" }`,
      "2:24: pipeline.use[0].logging.bodies: must be true or false, not text",
    ],
    [
      "an unknown option",
      "logging: { bodis: true }",
      "2:16: pipeline.use[0].logging.bodis: is not a known key; did you mean `bodies`?",
    ],
    [
      "a choice that is none",
      "responseValidator: { action: fial }",
      "2:34: pipeline.use[0].responseValidator.action: must be one of annotate, fail; did you mean `fail`?",
    ],
    [
      "an option of a wrong kind",
      "literalGuard: { literals: x, action: block }",
      "2:31: pipeline.use[0].literalGuard.literals: must be a list, not text",
    ],
    ["an option that is missing", "literalGuard: { action: block }", "2:5: pipeline.use[0].literalGuard.literals: is missing"],
    [
      "options that contradict each other",
      "literalGuard: { literals: [''], action: block }",
      "2:32: pipeline.use[0].literalGuard.literals[0]: must not be empty",
    ],
    [
      "a middleware that is not there",
      "loging",
      "2:5: pipeline.use[0]: loging: there is no such middleware; did you mean logging?",
    ],
    ["a middleware of later", "cache", "2:5: pipeline.use[0]: cache: not in this version"],
    [
      "a file without a factory",
      "./none.mjs",
      "2:5: pipeline.use[0]: ./none.mjs: the file has no default export that makes a middleware",
    ],
    ["a factory of something else", "./text.mjs", "2:5: pipeline.use[0]: ./text.mjs: its default export made no middleware"],
  ])("places %s", async (_, entry, problem) => {
    expect(await problemsOf(["pipeline: { use: [", `    ${entry}`, "  ] }"])).toEqual([`sluice.yaml:${problem}`]);
  });

  it("puts policies inside of all others", async () => {
    const pipeline = await pipelineOf(["pipeline: { use: [requestMetadata], policies: [secrets, pii] }"]);
    expect(pipeline.describe()).toMatch(/1\. requestMetadata: .*\n.*2\. secrets: .*\n.*3\. pii: /);
  });

  it.each([
    ["a policy that is none", "secret", "is no policy; did you mean secrets?"],
    ["a guard that needs options", "regex", "is no policy; there are pii, secrets, inappropriate, promptInjection"],
  ])("places %s", async (_, name, message) => {
    expect(await problemsOf(["pipeline:", "  policies:", "    - pii", `    - ${name}`])).toEqual([
      `sluice.yaml:4:7: pipeline.policies[1]: ${name}: ${message}`,
    ]);
  });

  it("reads a file that an option names beside the configuration", async () => {
    writeFileSync(join(folder, "list.txt"), "heron\negret\n");
    const pipeline = await pipelineOf([
      "pipeline: { use: [{ denyList: { file: list.txt, action: redact, direction: output } }] }",
    ]);
    expect(pipeline.describe()).toContain("redact 2 texts in replies; exact");
    expect(await problemsOf(["pipeline:", "  use:", "    - denyList: { file: none.txt }"])).toEqual([
      "sluice.yaml:3:25: pipeline.use[0].denyList.file: there is no such file",
    ]);
  });

  it.each([
    [
      "a pattern",
      "regex: { patterns: [{ pattern: 'a+' }] }",
      "regex.patterns[0].pattern: the pattern has no bound: count its repeats, or give it a maxSpan",
    ],
    [
      "options that contradict each other",
      "pii: { direction: output, action: tokenize }",
      "pii.direction: cannot be output with the action tokenize: tokens are made of requests and put back in replies",
    ],
    [
      "an entity",
      "pii: { entities: [{ EMAIL_ADRESS: { action: block } }] }",
      "pii.entities[0].EMAIL_ADRESS: is no entity that is known; did you mean EMAIL_ADDRESS?",
    ],
  ])("says what is wrong with a guard: %s", async (_, entry, problem) => {
    const [found, ...more] = await problemsOf(["pipeline:", "  use:", `    - ${entry}`]);
    expect([found?.replace(/^sluice\.yaml:3:\d+: pipeline\.use\[0\]\./, ""), more]).toEqual([problem, []]);
  });

  it("tells everything that is wrong at once", async () => {
    expect(
      await problemsOf(["pipeline:", "  use:", "    - logging: { body: true }", "    - chache", "    - logging: { bodies: 1 }"]),
    ).toHaveLength(3);
  });

  it("hands a middleware its section, and places what is wrong there", async () => {
    const lines = [
      "pipeline: { use: [promptTemplate] }",
      "templates:",
      "  greet:",
      "    1: { messages: [{ role: system, content: 'Greet {{ name }}.' }, { role: user, content: '{{ name' }] }",
      "    '2.1':",
      "      messages:",
      "        - role: system",
      "          content: |",
      "            {% if loud %}",
      "            {% include '/etc/passwd' %}{% endif %}",
    ];
    expect(await problemsOf(lines)).toEqual([
      'sluice.yaml:4:92: templates.greet.1.messages[1].content: output "{{ name" not closed, in line 1, column 1 of it',
      'sluice.yaml:8:20: templates.greet["2.1"].messages[0].content: tag "include" not found, in line 2, column 1 of it',
    ]);
  });

  it("refuses a section whose middleware is not used: it would do nothing", async () => {
    const lines = ["log: { level: warn }", "templates: { greet: { 1: { messages: [{ role: system, content: Hi }] } } }"];
    expect(await problemsOf(lines)).toEqual([
      "sluice.yaml:2:1: templates: does nothing without its middleware: add promptTemplate to pipeline.use",
    ]);
  });
});
