import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { foundBy } from "../../test/support/found-by.ts";
import { denyList } from "./deny-list.ts";

type Options = Parameters<typeof denyList>[0];

const folder = mkdtempSync(join(tmpdir(), "sluice-deny-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "list.txt"), "Egret\r\n\r\nGrey Heron\n");
writeFileSync(join(folder, "empty.txt"), "\n \n");
writeFileSync(join(folder, "long.txt"), Array.from({ length: 100_001 }, (_, i) => `name ${i}`).join("\n"));

const text = "A heron, herons, HÉRON and a grey heron; an egret";

describe("denyList", () => {
  it.each<readonly [string, Options, readonly string[]]>([
    ["whole words that read alike", { entries: ["heron"] }, ["heron", "HÉRON", "heron"]],
    ["parts of words", { entries: ["heron"], wholeWords: false }, ["heron", "heron", "HÉRON", "heron"]],
    ["what is written the same", { entries: ["HÉRON", "Heron"], fold: false }, ["HÉRON"]],
    ["the entries of a file", { file: "list.txt" }, ["grey heron", "egret"]],
    ["those beside the inline ones", { file: "list.txt", entries: ["herons"] }, ["herons", "grey heron", "egret"]],
  ])("finds %s", (_, options, found) => {
    expect(foundBy(denyList(options, folder), text)).toEqual(found.map((each) => `DENY_LIST:${each}`));
  });

  it("finds one of 100,000", () => {
    const entries = Array.from({ length: 100_000 }, (_, i) => `name ${i}`);
    expect(foundBy(denyList({ entries, entity: "NAME" }), "name 7, name 99999, name 100000")).toEqual([
      "NAME:name 7",
      "NAME:name 99999",
    ]);
  });

  it.each<readonly [string, Options, string, string]>([
    ["nothing", {}, "entries", "is empty, and there is no file"],
    ["a file that is not there", { file: "none.txt" }, "file", "there is no such file"],
    ["a folder", { file: "." }, "file", "cannot be read (EISDIR)"],
    ["a file of nothing", { file: "empty.txt" }, "file", "has no entries"],
    ["too much", { file: "long.txt" }, "file", "must have at most 100000 entries with those beside it"],
  ])("refuses %s", (_, options, field, message) => {
    expect(() => denyList(options, folder)).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ path: [field], message })] }),
    );
  });
});
