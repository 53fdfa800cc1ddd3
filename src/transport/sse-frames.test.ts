import { createParser } from "eventsource-parser";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recorded } from "../../test/support/recorded-replies.ts";
import { SseFrames } from "./sse-frames.ts";

/** The data of the events that the reads complete. */
function split(...reads: readonly (string | Buffer)[]): string[] {
  const events: string[] = [];
  const frames = new SseFrames((text, start, end) => {
    events.push(Buffer.from(text.slice(start, end), "latin1").toString("utf8"));
  });
  for (const read of reads) frames.push(Buffer.from(read));
  return events;
}

/** What another parser of the same specification makes of it. */
function oracle(stream: string): string[] {
  const events: string[] = [];
  const parser = createParser({ onEvent: (event) => void events.push(event.data) });
  parser.feed(stream);
  return events;
}

/** Cuts bytes in pieces at the given places. */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
}

describe("SseFrames", () => {
  it.each([
    ["one event", "data: a\n\n", ["a"]],
    ["no space after the colon", "data:a\n\n", ["a"]],
    ["only one space is taken away", "data:  a\n\n", [" a"]],
    ["CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]],
    ["CR", "data: a\r\rdata: b\r\r", ["a", "b"]],
    ["lines are joined", "data: a\ndata: b\ndata\n\n", ["a\nb\n"]],
    ["comments and other fields", ": ping\n\nevent: x\nid: 1\nretry: 5\ndata: a\ndatabase: c\n\n", ["a"]],
    ["a byte order mark", "\ufeffdata: a\n\n", ["a"]],
    ["empty lines", "\n\n\ndata: a\n\n\n\n", ["a"]],
    ["an event without its end", "data: a\n\ndata: b\n", ["a"]],
    ["a line without its end", "data: a\n\ndata: b", ["a"]],
    ["text of more than one byte a character", "data: Grüße 🐟\n\n", ["Grüße 🐟"]],
  ])("reads %s, however it is cut", (_name, stream, events) => {
    const bytes = Buffer.from(stream);
    expect(split(bytes)).toEqual(events);
    for (let at = 0; at <= bytes.length; at++) expect(split(bytes.subarray(0, at), bytes.subarray(at))).toEqual(events);
    expect(split(...[...bytes].map((byte) => Buffer.of(byte)))).toEqual(events);
  });

  it("says which events had several lines", () => {
    const several: boolean[] = [];
    const frames = new SseFrames((_text, _start, _end, joined) => several.push(joined));
    frames.push(Buffer.from("data: a\n\ndata: b\ndata: c\n\n"));
    expect(several).toEqual([false, true]);
  });

  it("gives the same for every cut in two of a recorded stream", () => {
    const whole = split(recorded.textStream);
    expect(whole).toHaveLength(21);
    for (let at = 0; at <= recorded.textStream.length; at++) {
      expect(split(recorded.textStream.subarray(0, at), recorded.textStream.subarray(at))).toEqual(whole);
    }
  });

  it("agrees with another parser on any stream, however it is cut", () => {
    const line = fc.oneof(
      fc.constantFrom("", "", "data", "data:", "data: ", "data:x", "data: y ", ": c", "event: e", "id: 1", " data: z", "dat"),
      fc.string({ unit: "grapheme", maxLength: 8 }).map((text) => `data: ${text.replace(/[\r\n]/g, "")}`),
    );
    const stream = fc
      .tuple(fc.boolean(), fc.array(fc.tuple(line, fc.constantFrom("\n", "\n", "\r\n", "\r")), { maxLength: 20 }))
      .map(([mark, lines]) => (mark ? "\ufeff" : "") + lines.map(([text, end]) => text + end).join(""));
    fc.assert(
      fc.property(stream, fc.array(fc.nat(400), { maxLength: 12 }), (text, places) => {
        // A CR at the very end may be half of a CRLF: parsers differ in when they say so.
        const complete = `${text}data: end\n\n`;
        expect(split(...cutAt(Buffer.from(complete), places))).toEqual(oracle(complete));
      }),
      { numRuns: 2000 },
    );
  });

  describe("refuses", () => {
    const mebibyte = 1024 * 1024;

    it.each([
      ["a line of more than 1 MiB", () => split(`data: ${"x".repeat(mebibyte)}\n`)],
      ["a line of more than 1 MiB that has no end", () => split("data: ", ...Array<string>(17).fill("x".repeat(mebibyte / 16)))],
      ["an event of more than 4 MiB", () => split(...Array<string>(5).fill(`data: ${"x".repeat(mebibyte - 100)}\n`))],
      ["an event of more than 4 MiB of empty lines", () => split(...Array<string>(65).fill("data\n".repeat(mebibyte / 16)))],
    ])("%s", (_name, run) => {
      expect(run).toThrow(expect.objectContaining({ code: "upstream_error" }));
    });

    it("nothing that is just small enough", () => {
      const data = "x".repeat(mebibyte - 6);
      expect(split(`data: ${data}\n\n`)).toEqual([data]);
      expect(split(...Array<string>(4).fill(`data: ${data}\n`), "\n")[0]).toHaveLength(4 * mebibyte - 21);
    });
  });

  it("takes time in proportion to a long line, not to its pieces", () => {
    let events = 0;
    const frames = new SseFrames(() => events++);
    for (let i = 0; i < 1_000_000; i++) frames.push(Buffer.from("x")); // hours, if each read went through all that came before
    frames.push(Buffer.from("\n\ndata: a\n\n"));
    expect(events).toBe(1);
  });
});
