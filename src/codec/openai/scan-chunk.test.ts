import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scanReply } from "./scan-chunk.ts";

describe("scanReply", () => {
  const span = (json: string, start: number, end: number) => json.slice(start, end);

  it("finds model, usage and the strings that change", () => {
    const json =
      '{"id":"c","model":"gpt","choices":[{"index":1,"delta":{"content":"Hi","tool_calls":[{"index":0,"function":{"name":"f","arguments":"{\\"a"}}]},"finish_reason":null}],"usage":null,"obfuscation":"xy"}';
    const scan = scanReply(json);
    expect(span(json, scan.modelStart, scan.modelEnd)).toBe('"gpt"');
    expect(span(json, scan.usageStart, scan.usageEnd)).toBe('"usage":null,');
    expect(scan.holes.map(([start, end]) => span(json, start, end))).toEqual(["Hi", '{\\"a', "xy"]);
    expect(scan).toMatchObject({ hasUsage: false, emptyChoices: false, choices: [1], finished: [], isError: false });
  });

  const cases: readonly (readonly [string, string, object])[] = [
    ["usage and no choices", '{"choices":[],"usage":{"total_tokens":1}}', { hasUsage: true, emptyChoices: true, choices: [] }],
    ["usage and choices", '{"choices":[{}],"usage":{}}', { hasUsage: true, emptyChoices: false, choices: [0] }],
    ["neither", "{}", { hasUsage: false, emptyChoices: false, modelEnd: 0, usageEnd: 0, isError: false }],
    ["no choices at all", '{"usage":{}}', { hasUsage: true, emptyChoices: false }],
    ["choices null", '{"choices":null}', { emptyChoices: false, choices: [] }],
    ["finish reasons", '{"choices":[{"index":0},{"index":2,"finish_reason":"stop"}]}', { choices: [0, 2], finished: [2] }],
    ["an empty finish reason", '{"choices":[{"finish_reason":""}]}', { finished: [] }],
    ["an error", '{"error":{"message":"no"}}', { isError: true }],
    ["no error", '{"error":null}', { isError: false }],
    ["an error beside choices", '{"error":{ "code":502 },"choices":[{}]}', { isError: true }],
    ["no error beside choices", '{"error":{ },"choices":[{}]}', { isError: false }],
    ["usage in a string", '{"choices":[{"delta":{"content":"\\"usage\\":{}"}}]}', { hasUsage: false, usageEnd: 0 }],
    [
      "usage and model in a choice",
      '{"choices":[{"usage":{},"model":"x","delta":{"usage":{}}}]}',
      { hasUsage: false, modelEnd: 0 },
    ],
    ["escaped keys", '{"\\u0075sage":{},"cho\\u0069ces":[]}', { hasUsage: true, emptyChoices: true }],
    ["a finish reason elsewhere", '{"choices":[{"delta":{"finish_reason":"stop"}}],"finish_reason":"stop"}', { finished: [] }],
    [
      "tool calls of odd kinds",
      '{"choices":[{"delta":{"tool_calls":[null,{"function":1},{"function":{"arguments":{}}}]}}]}',
      { holes: [] },
    ],
  ];
  it.each(cases)("sees %s", (_, json, expected) => {
    expect(scanReply(json)).toMatchObject(expected);
  });

  it.each([
    "",
    "[]",
    "null",
    '"x"',
    "{",
    '{"a":1,}',
    '{"choices":[1]}',
    '{"choices":[{"index":"0"}',
    '{"a":"\n"}',
    "{}x",
    '{"a":tru}',
  ])("refuses %j as the upstream's fault", (json) => {
    expect(() => scanReply(json)).toThrow(expect.objectContaining({ code: "upstream_error" }));
  });

  it("agrees with JSON.parse about what it takes", () => {
    const member = fc.tuple(fc.constantFrom("model", "usage", "id", "x"), fc.jsonValue());
    fc.assert(
      fc.property(
        fc.array(member),
        fc.boolean(),
        fc.nat(),
        fc.nat(3),
        fc.constantFrom("", '"', "{", ",", "\\"),
        (members, intact, where, cut, put) => {
          const json = Buffer.from(JSON.stringify(Object.fromEntries(members))).toString("latin1");
          const at = where % json.length;
          const text = intact ? json : json.slice(0, at) + put + json.slice(at + cut);
          let scan: ReturnType<typeof scanReply>;
          try {
            scan = scanReply(text);
          } catch {
            return !intact || /\[{64}/.test(text);
          }
          const parsed = JSON.parse(text) as { model?: unknown; usage?: unknown };
          expect(scan.hasUsage).toBe(parsed.usage !== undefined && parsed.usage !== null);
          expect(scan.modelEnd > 0).toBe("model" in parsed);
          if (scan.modelEnd > 0) expect(JSON.parse(text.slice(scan.modelStart, scan.modelEnd))).toEqual(parsed.model);
          return true;
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
