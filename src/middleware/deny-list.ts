import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { CharacterFold } from "../guard/character-fold.ts";
import { literalSearch } from "../guard/literal-guard.ts";
import type { Middleware } from "../pipeline/middleware.ts";
import { entityName } from "./entity-rules.ts";
import { guardMiddleware, replacementOf } from "./guard-middleware.ts";
import { guardShape, possible } from "./guard-options.ts";

const mostEntries = 100_000;

/** Options of {@link denyList}. */
export const denyListOptions = z
  .strictObject({
    ...guardShape("block"),
    entries: z.array(z.string().min(1)).max(mostEntries).default([]).describe("The texts to find."),
    file: z
      .string()
      .min(1)
      .optional()
      .describe("A file with more of them, one a line, in UTF-8. Relative to the configuration file, and read with it."),
    wholeWords: z.boolean().default(true).describe("Whether an entry that begins or ends with a word stands alone."),
    fold: z
      .boolean()
      .default(true)
      .describe("Whether forms that read alike are the same: upper and lower case, accents, full width, look-alikes."),
    entity: entityName.default("DENY_LIST").describe("What a finding is called."),
  })
  .check(possible())
  .check(({ value, issues }) => {
    if (value.entries.length > 0 || value.file !== undefined) return;
    issues.push({ code: "custom", message: "is empty, and there is no file", path: ["entries"], input: value.entries });
  });

/**
 * Finds the entries of a list, up to 100,000, at a cost that does not grow with it. `folder`: where a relative `file` is looked for.
 * @throws z.ZodError at `file` for one that cannot be used.
 * @example builder.use(denyList({ action: "redact", entries: ["Project Heron"] }))
 */
export function denyList(options: z.input<typeof denyListOptions>, folder = "."): Middleware {
  const parsed = denyListOptions.parse(options);
  const { entity, wholeWords, action } = parsed;
  const fold = parsed.fold ? CharacterFold.with({ case: true }) : undefined;
  const literals = [...parsed.entries, ...(parsed.file === undefined ? [] : linesOf(resolve(folder, parsed.file)))];
  if (literals.length > mostEntries) throw faultOf("file", `must have at most ${mostEntries} entries with those beside it`);
  const search = literalSearch({ literals, wholeWords, fold, action, entity, replacement: replacementOf(entity, parsed) });
  const summary = `${action} ${literals.length} texts`;
  return guardMiddleware(
    { name: "denyList", fold, summary, searches: (actions) => (actions.has(action) ? [search] : []) },
    parsed,
  );
}

function linesOf(path: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw faultOf("file", code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`);
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (lines.length === 0) throw faultOf("file", "has no entries");
  return lines;
}

function faultOf(field: string, message: string): Error {
  return new z.ZodRealError([{ code: "custom", path: [field], message, input: undefined }]);
}
