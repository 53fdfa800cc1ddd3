import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import type { PromptTemplateSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { ChatCompletionResponseSchema } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { unfold } from "../../chat/unfold.ts";
import { checkLaws, everyPiece, runPipeline } from "../../testing/index.ts";
import { promptTemplate } from "./index.ts";

const reply = create(ChatCompletionResponseSchema, { choices: [{ message: { content: "hello" } }] });
const roleNames: ReadonlyMap<unknown, string> = new Map(Object.entries(Role).map(([name, role]) => [role, name]));
const system = (content: string) => ({ messages: [{ role: "system" as const, content }] });

const templates = {
  greet: {
    "10": system("Greet {{ name }}."),
    "9": system("Salute {{ name }}."),
    "9.5": system("Wave at {{ name }}."),
  },
  optional: { "1": system("Be {{ tone | default: 'kind' }}.{% if more %} {{ more }}{% endif %}") },
  several: {
    "1": {
      messages: [
        { role: "developer" as const, content: "Rules: {{ rules }}" },
        { role: "user" as const, content: "{% if example %}Example: {{ example }}{% endif %}" },
        { role: "assistant" as const, content: "{% for rule in rules %}{{ forloop.index }}. {{ rule }}\n{% endfor %}" },
      ],
    },
  },
  deep: { "1": system("{{ user.name }} {{ user['mail'] }}") },
  endless: {
    "1": system(
      "{% for a in x %}{% for b in x %}{% for c in x %}{% for d in x %}.{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
    ),
  },
  greedy: { "1": system("{% for i in (1..n) %}{% endfor %}") },
  long: { "1": system("{% for i in (1..100) %}{{ x }}{% endfor %}") },
  own: { "1": system("{{ x.constructor }}{{ x.__proto__ }}") },
  local: { "1": system("{% assign y = x %}{{ y.z }}") },
  text: { "1": system("{{ x | upcase }}") },
};

type Named = MessageInitShape<typeof PromptTemplateSchema>;

async function render(named: Named | undefined) {
  const { asked, error } = await runPipeline({
    middleware: [promptTemplate({ templates })],
    script: () => ({ batches: [unfold(reply)] }),
    request: named === undefined ? {} : { promptTemplate: named },
  });
  if (error !== undefined) throw error;
  expect(asked).toHaveLength(1);
  expect(asked[0]?.promptTemplate).toBeUndefined();
  return (asked[0]?.messages ?? []).map(({ role, content }) => `${roleNames.get(role)}: ${content}`);
}

describe("promptTemplate", () => {
  it.each<readonly [string, Named | undefined, readonly string[]]>([
    ["nothing", undefined, []],
    ["the newest version", { id: "greet", variablesJson: '{"name":"Ada"}' }, ["SYSTEM: Greet Ada."]],
    ["a version", { id: "greet", version: "9.5", variables: { name: "Ada" } }, ["SYSTEM: Wave at Ada."]],
    ["text over a struct", { id: "greet", variablesJson: '{"name":"Ada"}', variables: { name: "Bob" } }, ["SYSTEM: Greet Ada."]],
    ["defaults", { id: "optional" }, ["SYSTEM: Be kind."]],
    ["what is optional", { id: "optional", variables: { tone: "short", more: "Please." } }, ["SYSTEM: Be short. Please."]],
    [
      "several messages, without the empty one",
      { id: "several", variablesJson: '{"rules":["a",{"b":1}]}' },
      ['DEVELOPER: Rules: ["a",{"b":1}]', 'ASSISTANT: 1. a\n2. {"b":1}\n'],
    ],
    [
      "values as they are",
      { id: "greet", variables: { name: "{{ name }}{% include 'x' %}<b>" } },
      ["SYSTEM: Greet {{ name }}{% include 'x' %}<b>."],
    ],
    [
      "large numbers as they are",
      { id: "greet", variablesJson: '{"name":[12345678901234567890,1.5,null]}' },
      ['SYSTEM: Greet ["12345678901234567890",1.5,null].'],
    ],
    ["nothing for null", { id: "greet", variables: { name: null } }, ["SYSTEM: Greet ."]],
  ])("puts %s before the request's messages", async (_, named, expected) => {
    expect(await render(named)).toEqual([...expected, "USER: hi"]);
  });

  const many = JSON.stringify({ x: Array.from({ length: 10_000 }, () => 0) });
  it.each<readonly [string, Named, param: string, message: RegExp]>([
    ["an unknown template", { id: "great" }, "prompt_template.id", /no such template; did you mean greet\?/],
    ["a name of every object", { id: "constructor" }, "prompt_template.id", /no such template$/],
    ["an unknown version", { id: "greet", version: "11" }, "prompt_template.version", /no such version; there is 9, 9\.5, 10$/],
    ["a variable that is missing", { id: "greet" }, "prompt_template.variables.name", /is missing/],
    [
      "a member that is missing",
      { id: "deep", variables: { user: { name: "A" } } },
      "prompt_template.variables.user.mail",
      /is missing/,
    ],
    [
      "a variable that is not used",
      { id: "greet", variables: { nam: "A" } },
      "prompt_template.variables.nam",
      /not a variable of this template; did you mean name\?/,
    ],
    ["variables that are no JSON", { id: "greet", variablesJson: "{" }, "prompt_template.variables", /cannot be read as JSON/],
    ["variables that are no object", { id: "greet", variablesJson: "[]" }, "prompt_template.variables", /must be an object/],
    [
      "nesting",
      { id: "greet", variablesJson: `{"name":${"[".repeat(64)}${"]".repeat(64)}}` },
      "prompt_template.variables",
      /deeper than 64/,
    ],
    [
      "much nesting",
      { id: "greet", variablesJson: `{"name":${"[".repeat(1e6)}${"]".repeat(1e6)}}` },
      "prompt_template.variables",
      /cannot be read as JSON/,
    ],
    [
      "too many values",
      { id: "greet", variablesJson: many.replace("x", "name") },
      "prompt_template.variables",
      /more than 10000 values/,
    ],
    [
      "a loop without end",
      { id: "endless", variablesJson: many.replace("[0,", "[") },
      "prompt_template",
      /too much time or memory/,
    ],
    ["a range without end", { id: "greedy", variablesJson: '{"n":100000000}' }, "prompt_template", /too much time or memory/],
    ["a prompt that is too long", { id: "long", variables: { x: "x".repeat(50_000) } }, "prompt_template", /longer than 4194304/],
    ["what a value inherits", { id: "own", variables: { x: {} } }, "prompt_template.variables.x.constructor", /is missing/],
    ["a variable of the template's own", { id: "local", variables: { x: {} } }, "prompt_template", /cannot be rendered/],
    ["a value that is no text", { id: "text", variables: { x: { toString: 1 } } }, "prompt_template", /cannot be rendered/],
  ])("refuses %s", async (_, named, param, message) => {
    await expect(render(named)).rejects.toMatchObject({
      code: "invalid_request",
      param,
      message: expect.stringMatching(message),
    });
  });

  it("takes every kind of use of a variable for one", async () => {
    const content =
      "{% capture c %}{{ q }}{% endcapture %}{{ c }}{% cycle 'a', z %}{% case w %}{% when v %}1{% endcase %}{% echo ec | append: ap %}" +
      "{{ data[key].x }}{% liquid\nassign p = lq\necho p %}{{ 'x' | slice: from }}{% for i in (lo..hi) limit: lim %}{{ i }}{% endfor %}" +
      "{% if aa contains bb or cc %}{% elsif dd %}{% endif %}{% unless un %}{% endunless %}{% tablerow r in rows cols: co %}{% endtablerow %}";
    const names = "q z w v ec ap data key lq from lo hi lim aa bb cc dd un rows co".split(" ");
    const values: Record<string, unknown> = Object.fromEntries(names.map((name) => [name, 1]));
    const { asked } = await runPipeline({
      middleware: [promptTemplate({ templates: { all: { "1": system(content) } } })],
      script: () => ({ batches: [unfold(reply)] }),
      request: {
        promptTemplate: { id: "all", variablesJson: JSON.stringify({ ...values, data: { 1: { x: "found" } }, rows: [] }) },
      },
    });
    expect(asked[0]?.messages[0]?.content).toContain("found");
  });

  it("refuses contents that cannot be parsed, all of them, with their paths", () => {
    const wrong = [
      "{{ a",
      "{% include 'x' %}",
      "{% include b %}",
      "{% block b %}{% endblock %}",
      "{% render 'x' %}",
      "{% layout 'x' %}",
      "{{ a | nope }}",
      "{{ a | where_exp: 'i', b }}",
      "x".repeat(300_000),
      "\n {% if %}",
    ];
    const make = () =>
      promptTemplate({ templates: { t: { "1": { messages: wrong.map((content) => ({ role: "user", content })) } } } });
    const issues = wrong.map((_, index) =>
      expect.objectContaining({ path: ["templates", "t", "1", "messages", index, "content"] }),
    );
    expect(make).toThrow(expect.objectContaining({ issues }));
    expect(make).toThrow(/in line 2, column \d+ of it/);
  });

  it("keeps the laws", async () => {
    const request = { promptTemplate: { id: "greet", variablesJson: '{"name":"Ada"}' } };
    expect(await checkLaws({ make: () => promptTemplate({ templates }), reply, cut: everyPiece(2), request })).toEqual([]);
  });
});
