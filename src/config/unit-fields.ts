import { z } from "zod";
import { formatDuration, formatSize, parseDuration, parseSize } from "./units.ts";

/** A text that stands for a value, and back. */
export interface Notation<T> {
  /** Undefined: the text is not of this kind. */
  parse(text: string): T | undefined;
  format(value: T): string;
}

/** A text in a notation; any other is the error `problem`. */
export function parsed<T>({ parse, format }: Notation<T>, problem: string) {
  return z.codec(z.string({ error: (issue) => (issue.input === undefined ? undefined : problem) }), z.custom<T>(), {
    decode(text, ctx) {
      const value = parse(text);
      if (value !== undefined) return value;
      ctx.issues.push({ code: "custom", message: problem, input: text });
      return z.NEVER;
    },
    encode: format,
  });
}

/** A duration, in milliseconds. */
export const duration = parsed({ parse: parseDuration, format: formatDuration }, "must be a duration such as 250ms, 30s or 5m");

/** A duration that is more than nothing. */
export const positiveDuration = parsed(
  { parse: (text) => (Number(parseDuration(text)) > 0 ? parseDuration(text) : undefined), format: formatDuration },
  "must be a duration such as 250ms, 30s or 5m, more than nothing",
);

/** A size in bytes, from `least` to `most`. */
export function size(least: string, most: string) {
  const [from, to] = [parseSize(least) ?? 0, parseSize(most) ?? 0];
  const problem = `must be a size such as 64KiB or 4MiB, from ${least} to ${most}`;
  const parse = (text: string) => {
    const bytes = parseSize(text) ?? Number.NaN;
    return bytes >= from && bytes <= to ? bytes : undefined;
  };
  return parsed({ parse, format: formatSize }, problem);
}
