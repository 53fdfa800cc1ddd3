import { describe, expect, it } from "vitest";
import { type ChannelKey, channels } from "../chat/guard.ts";
import { literalGuard } from "./literal-guard.ts";

const key = (choice = 0): ChannelKey => ({ channel: "content", choice, tool: 0 });

describe("literalGuard", () => {
  it("gives each find once, as a span of the whole text", () => {
    const guard = literalGuard({ literals: ["secret"], action: "redact", replacement: "***", entity: "CODENAME" })();
    const text = key();
    expect(guard.feed(text, "a sec")).toEqual({ spans: [], safeTo: 2 });
    expect(guard.feed(text, "ret b")).toEqual({
      spans: [{ start: 2, end: 8, entity: "CODENAME", action: "redact", replacement: "***" }],
      safeTo: 10,
    });
    expect(guard.finish(text, "eof")).toEqual({ spans: [], safeTo: 10 });
  });

  it("decides at the end of a complete text what a longer literal kept open", () => {
    const guard = literalGuard({ literals: ["ab", "abc"], action: "block" })();
    const text = key();
    expect(guard.feed(text, "xab")).toEqual({ spans: [], safeTo: 1 });
    expect(guard.finish(text, "eof")).toStrictEqual({
      spans: [{ start: 1, end: 3, entity: "LITERAL", action: "block" }],
      safeTo: 3,
    });
  });

  it("leaves undecided text of a cut one unsafe", () => {
    const guard = literalGuard({ literals: ["ab", "abc"], action: "block" })();
    const text = key();
    guard.feed(text, "xab");
    expect(guard.finish(text, "truncated")).toEqual({ spans: [], safeTo: 1 });
  });

  it("keeps texts and calls apart", () => {
    const make = literalGuard({ literals: ["ab"], action: "redact" });
    const [guard, other] = [make(), make()];
    const [one, two] = [key(0), key(1)];
    guard.feed(one, "a");
    expect(guard.feed(two, "b")).toEqual({ spans: [], safeTo: 1 });
    expect(other.feed(one, "b")).toEqual({ spans: [], safeTo: 1 });
    expect(guard.feed(one, "b").spans).toHaveLength(1);
  });

  it("looks everywhere unless told where", () => {
    expect(literalGuard({ literals: ["x"], action: "monitor" })().channels).toEqual(channels);
    expect(literalGuard({ literals: ["x"], action: "monitor", channels: ["reasoning"] })().channels).toEqual(["reasoning"]);
  });

  it("refuses a list that matches everywhere, when it is made", () => {
    expect(() => literalGuard({ literals: ["ok", ""], action: "block" })).toThrow("matches everywhere");
  });
});
