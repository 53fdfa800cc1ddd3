import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChunkScanner } from "./chunk-scanner.ts";
import { scanReply } from "./scan-chunk.ts";
import { WireEvent } from "./wire-event.ts";

/** What a scanner makes of a chunk at some place of a text: a frame, and which choices say something and end. */
function seen(scanner: ChunkScanner, json: string, before: string) {
  const text = `${before}${json}\n\ndata: {`;
  const end = before.length + json.length;
  try {
    const { scan, usageShift } = scanner.next(text, before.length, end);
    return summary(new WireEvent("chunk", text, before.length, end, scan, usageShift, "m"), scan);
  } catch {
    return "refused";
  }
}

function expected(json: string, before: string) {
  try {
    const scan = scanReply(json);
    return summary(new WireEvent("chunk", before + json, before.length, before.length + json.length, scan, 0, "m"), scan);
  } catch {
    return "refused";
  }
}

function summary(frame: WireEvent, { choices, finished, isError }: ReturnType<typeof scanReply>) {
  const { start, end, shape, usageShift } = frame;
  const { modelStart, modelEnd, usageStart, usageEnd, hasUsage, emptyChoices } = shape;
  const usage = usageEnd === 0 ? [] : [usageStart + usageShift, usageEnd + usageShift];
  return { start, end, modelStart, modelEnd, usage, hasUsage, emptyChoices, choices, finished, isError };
}

const content = (text: string) => `{"model":"m","choices":[{"index":0,"delta":{"content":"${text}"}}],"usage":null}`;

describe("ChunkScanner", () => {
  it.each([
    ["as long", "abc", true],
    ["longer", "abcdefgh", true],
    ["empty", "", true],
    ["with escapes", '\\"\\\\\\n\\/', true],
    ["ending in an escaped backslash", "\\\\", true],
    ["with a \\u", "\\u00e9", true],
    ["with bytes beyond ASCII", "\u00c3\u00a9", true],
    ["with members of its own", 'a"},"finish_reason":"stop","x":{"y":"', true],
    ["with a choice of its own", 'a"}}],"usage":{"total_tokens":1},"x":[{"y":{"z":"', true],
    ["with a bad escape", "\\x", false],
    ["with a cut escape", "\\", false],
    ["with a control character", "\n", false],
    ["with a quote", '"', false],
  ])("reads a chunk whose text is %s like the first of its kind", (_, text, isTaken) => {
    const scanner = new ChunkScanner();
    seen(scanner, content("one"), "data: ");
    const found = seen(scanner, content(text), "data: ");
    expect(found).toEqual(expected(content(text), "data: "));
    expect(found !== "refused").toBe(isTaken);
    expect(seen(scanner, content("after"), "")).toEqual(expected(content("after"), ""));
  });

  it.each([
    ["content", (text: string) => content(text)],
    ["reasoning", (text: string) => `{"choices":[{"delta":{"reasoning_content":"${text}"}}]}`],
    ["arguments", (text: string) => `{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"${text}"}}]}}]}`],
  ])("reads only the first chunk of a kind in full: %s", (_, chunk) => {
    const scanner = new ChunkScanner();
    const scan = (json: string) => scanner.next(json, 0, json.length).scan;
    const first = scan(chunk("one"));
    expect(scan(chunk('\\"two\\n'))).toBe(first);
    expect(scan(chunk("\\u0033"))).not.toBe(first);
  });

  it("does not read beyond a chunk's end", () => {
    const scanner = new ChunkScanner();
    const whole = content("one");
    seen(scanner, whole, "");
    for (let end = 0; end < whole.length; end++) expect(() => scanner.next(whole + whole, 0, end)).toThrow(/malformed/);
  });

  it("reads every chunk of any stream as if it were alone", () => {
    const text = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc
        .array(fc.constantFrom("a", '"', "\\", "\n", "é", '","usage":{}', '"}}]', "\u0001"), { maxLength: 8 })
        .map((parts) => parts.join("")),
    );
    const chunk = fc
      .record(
        {
          model: fc.constantFrom("a", "b"),
          choices: fc.array(
            fc.record(
              {
                index: fc.nat(2),
                delta: fc.oneof(
                  fc.record({ content: text }),
                  fc.record({ reasoning: text, content: fc.constant(null) }),
                  text.map((args) => ({ tool_calls: [{ index: 0, function: { arguments: args } }] })),
                ),
                finish_reason: fc.constantFrom(null, null, "stop"),
              },
              { requiredKeys: ["delta"] },
            ),
            { maxLength: 2 },
          ),
          usage: fc.constantFrom(null, null, { total_tokens: 1 }),
          obfuscation: text,
        },
        { requiredKeys: ["choices"] },
      )
      .chain((value) => fc.boolean().map((turned) => (turned ? Object.fromEntries(Object.entries(value).reverse()) : value)));
    const damage = fc.option(fc.tuple(fc.nat(), fc.constantFrom("", '"', "\\", "}", "\n")), { freq: 6 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(chunk, damage, fc.constantFrom("", "data: ", "x".repeat(99))), { minLength: 2 }),
        (stream) => {
          const scanner = new ChunkScanner();
          for (const [value, harm, before] of stream) {
            let json = Buffer.from(JSON.stringify(value)).toString("latin1");
            if (harm !== null) json = json.slice(0, harm[0] % json.length) + harm[1] + json.slice((harm[0] % json.length) + 1);
            expect(seen(scanner, json, before)).toEqual(expected(json, before));
          }
        },
      ),
      { numRuns: 1_500 },
    );
  });
});
