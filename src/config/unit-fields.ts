import { z } from "zod";
import { parseDuration, parseSize } from "./units.ts";

/** A text that `parse` understands; undefined from it is the error `problem`. */
export function parsed<T>(parse: (text: string) => T | undefined, problem: string) {
  return z.string({ error: (issue) => (issue.input === undefined ? undefined : problem) }).transform((text, ctx) => {
    const value = parse(text);
    if (value !== undefined) return value;
    ctx.addIssue(problem);
    return z.NEVER;
  });
}

/** A duration, in milliseconds. */
export const duration = parsed(parseDuration, "must be a duration such as 250ms, 30s or 5m");

/** A duration that is more than nothing. */
export const positiveDuration = parsed(
  (text) => (Number(parseDuration(text)) > 0 ? parseDuration(text) : undefined),
  "must be a duration such as 250ms, 30s or 5m, more than nothing",
);

const sizeProblem = "must be a size such as 64KiB or 4MiB";

/** A size in bytes, from `least` to `most`. */
export function size(least: string, most: string) {
  const [from, to] = [parseSize(least) ?? 0, parseSize(most) ?? 0];
  return z
    .union([z.string(), z.number()], { error: sizeProblem })
    .transform((value) => parseSize(String(value)) ?? Number.NaN)
    .refine((bytes) => bytes >= from && bytes <= to, `${sizeProblem}, from ${least} to ${most}`);
}
