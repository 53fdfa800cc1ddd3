import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChunkScanner } from "./chunk-scanner.ts";
import { FrameSplicer } from "./frame-splicer.ts";
import { scanReply } from "./scan-chunk.ts";
import { WireEvent } from "./wire-event.ts";

/** A chunk's JSON somewhere in a longer text, as bytes, spliced and read again as UTF-8. */
function spliced(json: string, model: string, keepUsage: boolean): string {
  const bytes = Buffer.from(json).toString("latin1");
  const text = `data: ${bytes}\n\n`;
  const frame = new WireEvent("chunk", text, 6, 6 + bytes.length, scanReply(bytes), 0, model);
  return Buffer.from(new FrameSplicer({ model, keepUsage }).append("", frame), "latin1").toString("utf8");
}

describe("FrameSplicer", () => {
  it.each([
    ['{"model":"x","usage":null}', true, '{"model":"né","usage":null}'],
    ['{"model":"x","usage":null}', false, '{"model":"né"}'],
    ['{"usage":null,"model":"x"}', false, '{"model":"né"}'],
    ['{ "id" : "é" , "usage" : {"a":[1]} , "model" : "x" }', false, '{ "id" : "é" ,  "model" : "né" }'],
    ['{"id":"é","usage":null}', false, '{"id":"é"}'],
    ['{"usage":{}}', false, "{}"],
    ['{"usage":{}}', true, '{"usage":{}}'],
    ['{"id":1}', false, '{"id":1}'],
    ['{"model":null}', false, '{"model":"né"}'],
  ])("makes %s (usage stays: %s) %s", (json, keepUsage, expected) => {
    expect(spliced(json, "né", keepUsage)).toBe(expected);
  });

  it("changes model and usage and nothing else, in any order and spacing", () => {
    const keys = fc.constantFrom("model", "usage", "id", "x", '"usage":', "é");
    const members = fc.uniqueArray(fc.tuple(keys, fc.jsonValue({ maxDepth: 3 })), { selector: ([key]) => key });
    const spaces = fc.constantFrom(undefined, 1, "\n\t ");
    fc.assert(
      fc.property(members, fc.string({ unit: "grapheme" }), fc.boolean(), spaces, (entries, model, keepUsage, space) => {
        const value = Object.fromEntries(entries);
        const json = JSON.stringify(value, undefined, space);
        const expected = JSON.parse(json) as { model?: unknown; usage?: unknown };
        if ("model" in expected) expected.model = model;
        if (!keepUsage) delete expected.usage;
        expect(JSON.parse(spliced(json, model, keepUsage))).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it("does to every frame of a stream what it does to it alone", () => {
    const usage = fc.constantFrom("", '"usage":null,', '"usage":{"a":1},');
    const chunk = fc
      .tuple(usage, fc.constantFrom('"model":"x",', '"model":"xyz",', ""), fc.string(), usage, fc.string())
      .map(([first, model, content, last, obfuscation]) => {
        const choices = `"choices":[{"delta":{"content":${JSON.stringify(content)}}}]`;
        const end = `"obfuscation":${JSON.stringify(obfuscation)}`;
        return first === "" ? `{${model}${choices},${last}${end}}` : `{${first}${model}${choices},${end}}`;
      })
      .map((json) => Buffer.from(json).toString("latin1"));
    fc.assert(
      fc.property(fc.array(chunk, { minLength: 2, maxLength: 20 }), fc.boolean(), (chunks, keepUsage) => {
        const scanner = new ChunkScanner();
        const splices = { model: "né", keepUsage, before: "data: ", after: "\n\n" };
        const splicer = new FrameSplicer(splices);
        for (const json of [...chunks, ...chunks]) {
          const { scan, usageShift } = scanner.next(`[${json}]`, 1, 1 + json.length);
          const frame = new WireEvent("chunk", `[${json}]`, 1, 1 + json.length, scan, usageShift, "m");
          const alone = new WireEvent("chunk", json, 0, json.length, scanReply(json), 0, "m");
          expect(splicer.append("before ", frame)).toBe(new FrameSplicer(splices).append("before ", alone));
        }
      }),
      { numRuns: 500 },
    );
  });
});
