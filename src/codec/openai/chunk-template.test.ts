import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChunkScanner } from "./chunk-scanner.ts";
import { decodeChunk } from "./decode-reply.ts";
import { WireEvent } from "./wire-event.ts";

/** What the chunks of one stream are decoded to. */
function decoded(chunks: readonly string[]) {
  const scanner = new ChunkScanner();
  return chunks.map((json) => {
    const text = `data: ${Buffer.from(json).toString("latin1")}\n\n`;
    const { scan, usageShift } = scanner.next(text, 6, text.length - 2);
    return { chunk: new WireEvent("chunk", text, 6, text.length - 2, scan, usageShift, "m").chunk(), scan };
  });
}

const content = (text: string) => JSON.stringify({ id: "c", choices: [{ index: 1, delta: { content: text } }], usage: null });

describe("ChunkTemplate", () => {
  it("shares what chunks of a shape have in common", () => {
    const [first, second] = decoded([content("0"), content("a"), content('é "b"\n')]).slice(1);
    expect(second?.scan).toBe(first?.scan);
    expect(second?.chunk).toEqual(decodeChunk(content('é "b"\n'), { model: "m" }));
    expect(second?.chunk.metadata).toBe(first?.chunk.metadata);
    expect(second?.chunk.choices).not.toBe(first?.chunk.choices);
  });

  it("is not misled by text that looks like its own marks", () => {
    const marked = (id: string, text: string) => JSON.stringify({ id, choices: [{ index: 0, delta: { content: text } }] });
    for (const id of ["the mark of hole 0", "the mark of hole 1"]) {
      const chunks = [marked(id, "a"), marked(id, "b"), marked(id, "the mark of hole 0")];
      expect(decoded(chunks).map(({ chunk }) => chunk)).toEqual(chunks.map((json) => decodeChunk(json, { model: "m" })));
    }
  });

  it("decodes every chunk of a stream as if it were alone", () => {
    const text = fc.oneof(fc.constantFrom("", "a", '"', "\\", "é😀", "\n"), fc.string({ unit: "grapheme" }));
    const delta = fc.oneof(
      fc.record({ content: text }),
      fc.record({ content: text, role: fc.constantFrom("assistant", "user") }),
      fc.record({ reasoning: text, content: fc.constantFrom(null, "x") }),
      fc.record({ reasoning_content: text, reasoning: text }),
      fc
        .array(fc.record({ index: fc.nat(2), function: fc.record({ arguments: text }) }), { maxLength: 2 })
        .map((calls) => ({ tool_calls: calls })),
    );
    const chunk = fc.record(
      {
        id: fc.constantFrom("a", "b"),
        choices: fc.array(fc.record({ index: fc.nat(1), delta }), { maxLength: 2 }),
        x: fc.constantFrom(1, "y"),
        obfuscation: text,
      },
      { requiredKeys: ["choices"] },
    );
    fc.assert(
      fc.property(fc.array(chunk, { minLength: 2, maxLength: 12 }), (values) => {
        const chunks = [...values, ...values].map((value) => JSON.stringify(value));
        expect(decoded(chunks).map((each) => each.chunk)).toEqual(chunks.map((json) => decodeChunk(json, { model: "m" })));
      }),
      { numRuns: 1_000 },
    );
  });
});
