import { describe, expect, it } from "vitest";
import type { ChannelKey, TextGuard } from "../chat/guard.ts";
import { CharacterFold } from "./character-fold.ts";
import { literalGuard } from "./literal-guard.ts";
import { SearchGuard } from "./search-guard.ts";
import { TokenVault, tokenizing } from "./token-vault.ts";

const key: ChannelKey = { channel: "content", choice: 0, tool: 0 };
const spansOf = (guard: TextGuard, text: string) => [...guard.feed(key, text).spans, ...guard.finish(key, "eof").spans];

describe("TokenVault", () => {
  it("gives the same text the same token, and counts each entity's", () => {
    const vault = new TokenVault(() => "");
    const tokens = [
      ["A", "x"],
      ["A", "y"],
      ["B", "z"],
      ["A", "x"],
      ["B", "x"],
    ].map(([entity = "", text = ""]) => vault.tokenOf(entity, text));
    expect(tokens).toEqual(["<A_1>", "<A_2>", "<B_1>", "<A_1>", "<A_1>"]);
  });

  it.each<readonly [string, unknown]>([
    ["as it is", "see <A_1>"],
    ["in another case", "see <a_1>"],
    ["without brackets", { messages: [{ content: "A_1" }] }],
    ["in escaped ones", [String.raw`{"q":"\u003cA_1\u003e"}`]],
    ["as a key", { map: { "<A_1>": 1 } }],
  ])("passes over a token that stands in the request %s", (_, request) => {
    expect(new TokenVault(() => request).tokenOf("A", "x")).toBe("<A_2>");
  });

  it.each<readonly [string, unknown]>([
    ["of another number", "A_12, A_10"],
    ["of a longer name", "BA_1 A_A_1 A_1_1"],
    ["that is none", ["A_", "_1", "A1", "1_1", "Ä_1"]],
    ["nowhere, but values that are no text", { a: null, b: undefined, c: 1, d: true, e: 1n, f: new Uint8Array(3) }],
  ])("does not pass over one where the request has one %s", (_, request) => {
    expect(new TokenVault(() => request).tokenOf("A", "x")).toBe("<A_1>");
  });

  it("passes over tokens of longer names and numbers", () => {
    const vault = new TokenVault(() => ["EMAIL_ADDRESS_1", "b2b_1", "A_1", "A_2"]);
    expect(["EMAIL_ADDRESS", "B2B", "A"].map((entity) => vault.tokenOf(entity, entity))).toEqual([
      "<EMAIL_ADDRESS_2>",
      "<B2B_2>",
      "<A_3>",
    ]);
  });

  it("puts texts back", () => {
    const vault = new TokenVault(() => ({ raw: new Uint8Array(3) }));
    expect(vault.restoring(undefined)).toBeUndefined();
    for (let i = 1; i <= 11; i++) vault.tokenOf("A", `text ${i}`);
    const restoring = vault.restoring(undefined);
    const guard = new SearchGuard(restoring === undefined ? [] : [restoring], {});
    expect(spansOf(guard, "<A_1>, <A_11> and <A_12>")).toEqual([
      { start: 0, end: 5, entity: "A", action: "restore", replacement: "text 1" },
      { start: 7, end: 13, entity: "A", action: "restore", replacement: "text 11" },
    ]);
  });

  it("puts a text back for a token in the case and form that the text is folded to", () => {
    const vault = new TokenVault(() => "");
    vault.tokenOf("A", "x");
    const fold = CharacterFold.with({ case: true });
    const restoring = vault.restoring(fold);
    const guard = new SearchGuard(restoring === undefined ? [] : [restoring], { fold });
    expect(spansOf(guard, "<a_1> <Ａ_1>")).toMatchObject([
      { start: 0, replacement: "x" },
      { start: 6, replacement: "x" },
    ]);
  });
});

describe("tokenizing", () => {
  it("gives findings to tokenize their tokens, and leaves others alone", () => {
    const vault = new TokenVault(() => "");
    const guard = literalGuard({ literals: ["x"], action: "tokenize", entity: "A", replacement: "?" })();
    const [span] = spansOf(tokenizing(guard, vault), "x");
    expect(span?.replacement).toBeTypeOf("function");
    expect(typeof span?.replacement === "function" && span.replacement("X")).toBe("<A_1>");
    const other = literalGuard({ literals: ["x"], action: "redact", replacement: "?" })();
    expect(spansOf(tokenizing(other, vault), "x")).toMatchObject([{ replacement: "?" }]);
  });
});
