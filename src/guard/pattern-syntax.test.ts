import { expect, it } from "vitest";
import { parsePattern } from "./pattern-parser.ts";
import { lengthsOf } from "./pattern-syntax.ts";

const infinite = Number.POSITIVE_INFINITY;

it.each([
  ["", 0, 0],
  ["a", 1, 1],
  ["😀", 2, 2],
  ["a.", 2, 3],
  ["abc", 3, 3],
  ["a|bc|defg", 1, 4],
  ["abc|d", 1, 3],
  ["a?", 0, 1],
  ["a{2,5}b", 3, 6],
  ["(?:ab|c){2,3}", 2, 6],
  ["a*", 0, infinite],
  ["a+b", 2, infinite],
  ["(?:|\\b)*", 0, 0],
  ["^\\ba$", 1, 1],
  ["(?<=a)b(?!c)", 1, 1],
  ["a(?=bc|d$)", 1, 1],
])("%j matches %i to %d units", (source, least, most) => {
  expect(lengthsOf(parsePattern(source))).toEqual({ least, most });
});
