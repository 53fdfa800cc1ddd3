import { describe, expect, it } from "vitest";
import { LeftOutParams, type ParamPolicy } from "../left-out-params.ts";
import { Dialect } from "./dialect.ts";
import { fitBody } from "./fit-body.ts";
import { incomingRequest } from "./incoming-request.ts";
import type { VendorQuirks } from "./vendor-quirks.ts";

function fitted(quirks: VendorQuirks, body: object | string, policy: ParamPolicy = "drop") {
  const left = new LeftOutParams(policy);
  const text = fitBody(typeof body === "string" ? body : JSON.stringify(body), new Dialect(quirks), left);
  return { text, json: JSON.parse(text) as Record<string, unknown>, dropped: left.names };
}

const messages = [{ role: "user", content: "hi" }];
const history = (message: object) => [
  { role: "user", content: "hi" },
  { role: "assistant", ...message },
];
const call = { id: "c", type: "function", function: { name: "f", arguments: "{}" } };

describe("parameters", () => {
  const refused = { refused: ["logit_bias", "n", "stream_options"] };

  it.each<[string, VendorQuirks, object, object, readonly string[]]>([
    ["refused ones are left out and told", refused, { n: 2, logit_bias: { 1: 1 } }, {}, ["logit_bias", "n"]],
    ["those that say nothing are left out", refused, { n: 1, logit_bias: null }, {}, []],
    ["a wish for usage is met anyway", refused, { stream_options: { include_usage: true } }, {}, []],
    ["other wishes for a stream are not", refused, { stream_options: { include_obfuscation: false } }, {}, ["stream_options"]],
    ["unknown ones pass", refused, { top_k: 3 }, { top_k: 3 }, []],
    [
      "renamed ones are",
      { renamed: { max_completion_tokens: "max_tokens" } },
      { max_completion_tokens: 7 },
      { max_tokens: 7 },
      [],
    ],
    [
      "one under both names keeps the vendor's",
      { renamed: { max_completion_tokens: "max_tokens" } },
      { max_completion_tokens: 7, max_tokens: 8 },
      { max_tokens: 8 },
      ["max_completion_tokens"],
    ],
    [
      "one that says the same under both names is one",
      { renamed: { max_completion_tokens: "max_tokens" } },
      { max_completion_tokens: 7, max_tokens: 7 },
      { max_tokens: 7 },
      [],
    ],
  ])("%s", (_, quirks, given, expected, dropped) => {
    const result = fitted(quirks, { model: "m", messages, ...given });
    expect(result.json).toEqual({ model: "m", messages, ...expected });
    expect(result.dropped.toSorted()).toEqual(dropped);
  });

  it("keep the text of what stays", () => {
    const body = '{"model":"m","messages":[{"role":"user","content":"\\u0041"}],"n":2,"x":1.50,"y":[1e400, {"a" : 1}]}';
    expect(fitted(refused, body).text).toBe(
      '{"model":"m","messages":[{"role":"user","content":"\\u0041"}],"x":1.50,"y":[1e400, {"a" : 1}]}',
    );
  });

  it("are refused where the policy is to reject", () => {
    expect(() => fitted(refused, { model: "m", messages, n: 2 }, "reject")).toThrow(
      "n is not supported by the provider of this model",
    );
  });

  it("pass where the policy is to pass", () => {
    const { json, dropped } = fitted(refused, { model: "m", messages, n: 2 }, "pass");
    expect([json.n, dropped]).toEqual([2, []]);
  });
});

describe("messages", () => {
  const openAi: VendorQuirks = { developer: true };
  const deepSeek: VendorQuirks = { reasoning: "reasoning_content" };
  const thinking = { type: "thinking", thinking: [{ type: "text", text: "Hm" }] };

  it.each<[string, VendorQuirks, object, object, readonly string[]]>([
    ["no reasoning", openAi, { content: "a", reasoning: "Hm" }, { content: "a" }, ["messages[1].reasoning"]],
    ["nothing of no reasoning", openAi, { content: "a", reasoning_content: "", reasoning: null }, { content: "a" }, []],
    [
      "no proofs of reasoning",
      deepSeek,
      { content: "a", reasoning_content: "Hm", reasoning_blocks: [{ length: 2, signature: "s" }] },
      { content: "a", reasoning_content: "Hm" },
      ["messages[1].reasoning_blocks"],
    ],
    ["reasoning under its name", deepSeek, { content: "a", reasoning: "Hm" }, { content: "a", reasoning_content: "Hm" }, []],
    [
      "reasoning once",
      deepSeek,
      { content: "a", reasoning_content: "Hm", reasoning: "Oh" },
      { content: "a", reasoning_content: "Hm" },
      ["messages[1].reasoning"],
    ],
    [
      "thinking parts",
      { reasoning: "thinking" },
      { content: "a", reasoning: "Hm" },
      { content: [thinking, { type: "text", text: "a" }] },
      [],
    ],
    [
      "thinking parts before others",
      { reasoning: "thinking" },
      { content: [{ type: "text", text: "a" }], reasoning_content: "Hm" },
      { content: [thinking, { type: "text", text: "a" }] },
      [],
    ],
    [
      "thinking parts alone",
      { reasoning: "thinking" },
      { content: null, reasoning: "Hm", tool_calls: [call] },
      { content: [thinking], tool_calls: [call] },
      [],
    ],
    [
      "no signatures of calls",
      openAi,
      { tool_calls: [call, { ...call, signature: "s" }] },
      { tool_calls: [call, call] },
      ["messages[1].tool_calls[1].signature"],
    ],
    ["no names", { refusedInMessages: ["name"] }, { content: "a", name: "bot" }, { content: "a" }, ["messages[1].name"]],
    [
      "no marks on parts",
      { refusedInParts: ["cache_control"] },
      { content: [{ type: "text", text: "a", cache_control: {} }, "odd"] },
      { content: [{ type: "text", text: "a" }, "odd"] },
      ["messages[1].content[0].cache_control"],
    ],
  ])("have %s", (_, quirks, given, expected, dropped) => {
    const result = fitted(quirks, { model: "m", messages: history(given) });
    expect(result.json).toEqual({ model: "m", messages: history(expected) });
    expect(result.dropped).toEqual(dropped);
  });

  it("of developers are the system's where the role is not known", () => {
    const body = { model: "m", messages: [{ role: "developer", content: "developer" }] };
    expect(fitted({}, body).json.messages).toEqual([{ role: "system", content: "developer" }]);
    expect(fitted(openAi, body).json).toEqual(body);
  });

  it("that are none are left to the vendor", () => {
    expect(fitted(openAi, '{"model":"m","messages":[1,null]}').text).toBe('{"model":"m","messages":[1,null]}');
  });
});

describe("a client's bytes", () => {
  const concerned = (quirks: VendorQuirks, body: object) => {
    const { wire } = incomingRequest(Buffer.from(JSON.stringify({ model: "m", messages, ...body })));
    return wire !== undefined && new Dialect(quirks).concernsBytes(wire);
  };

  it("are looked at for keys that are spelled with escapes", () => {
    const body = '{"model":"m","messages":[{"role":"assistant","\\u0072easoning":"Hm"}]}';
    const { wire } = incomingRequest(Buffer.from(body));
    if (wire === undefined) throw new Error("no wire");
    expect(new Dialect({ developer: true }).concernsBytes(wire)).toBe(true);
    expect(fitted({ developer: true }, body).text).toBe('{"model":"m","messages":[{"role":"assistant"}]}');
  });

  it.each<[string, VendorQuirks, object, boolean]>([
    ["a refused parameter", { refused: ["n"] }, { n: 2 }, true],
    ["a renamed parameter", { renamed: { seed: "random_seed" } }, { seed: 1 }, true],
    ["a refused one's name elsewhere", { developer: true, refused: ["n"] }, { tools: [{ n: 1 }] }, false],
    ["reasoning", { developer: true }, { messages: history({ reasoning: "Hm" }) }, true],
    ["a signature", { developer: true }, { messages: history({ tool_calls: [{ ...call, signature: "s" }] }) }, true],
    ["a role", {}, { messages: [{ role: "developer", content: "x" }] }, true],
    ["a name", { developer: true, refusedInMessages: ["name"] }, { messages: [{ role: "user", name: "x", content: "" }] }, true],
    ["a name of a function's", { developer: true, refusedInMessages: ["name"] }, { tools: [{ function: { name: "x" } }] }, false],
    [
      "a mark",
      { developer: true, refusedInParts: ["cache_control"] },
      { messages: history({ content: [{ cache_control: 1 }] }) },
      true,
    ],
    ["a mark nobody minds", { developer: true }, { messages: history({ content: [{ cache_control: 1 }] }) }, false],
    ["nothing of the kind", { refused: ["n"] }, { reasoning_effort: "low" }, false],
  ])("are looked at for %s", (_, quirks, body, expected) => {
    expect(concerned(quirks, body)).toBe(expected);
  });
});
