import fc from "fast-check";
import { expect, it } from "vitest";
import { casesOf } from "../../../test/support/cases.ts";
import { DocumentNames } from "./document-names.ts";

it.each([
  [undefined, "document"],
  ["report.pdf", "report"],
  ["Q3_report v2.final.docx", "Q3 report v2 final"],
  ["a  b\t(1) [x]-y.md", "a b (1) [x]-y"],
  ["日本語.pdf", "document"],
  ["x".repeat(500), "x".repeat(192)],
])("calls %s %s", (filename, name) => {
  expect(new DocumentNames().next(filename)).toBe(name);
});

it("gives names that Bedrock takes, and none twice", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.string({ maxLength: 300 }), { nil: undefined })), (filenames) => {
      const names = new DocumentNames();
      const given = filenames.map((filename) => names.next(filename));
      for (const name of given) expect(name).toMatch(/^(?!.*\s\s)[A-Za-z\d\s()[\]-]{1,200}$/);
      expect(new Set(given).size).toBe(given.length);
    }),
    { numRuns: casesOf(1000) },
  );
});
