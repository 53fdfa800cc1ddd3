import fc from "fast-check";

/** Numbers that a parse and a print would not give back as they are. */
const oddNumbers = ["1e400", "12345678901234567890", "1.0", "-0", "0.10", "1E+2"];
const oddStrings = ['"\\u0041\\/"', '"\\ud83d"', '"__proto__"', '"é\\n"'];
const oddKeys = ['"10"', '"9"', '"__proto__"', '"constructor"', '"k\\u0065y"', '"plain"'];
const space = fc.constantFrom("", " ", "\n\t");

const value: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom("null", "true", "false", ...oddNumbers, ...oddStrings),
    fc.string({ unit: "binary", maxLength: 8 }).map((text) => JSON.stringify(text)),
    fc.tuple(fc.array(tie("value"), { maxLength: 2 }), space).map(([items, gap]) => `[${items.join(`${gap},`)}${gap}]`),
    members(oddKeys, tie("value")),
  ),
})).value;

function members(keys: readonly string[], item: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(fc.uniqueArray(fc.constantFrom(...keys), { maxLength: 3 }), fc.array(item, { minLength: 3, maxLength: 3 }), space)
    .map(([names, items, gap]) => `{${names.map((name, at) => `${name}${gap}:${gap}${items[at]}`).join(",")}}`);
}

/** Any JSON value, as text that JSON.stringify would often not give back: odd numbers, integer-like keys, escapes, white space. */
export const arbitraryJsonText: fc.Arbitrary<string> = value;

/** The same, always an object. */
export const arbitraryJsonObjectText: fc.Arbitrary<string> = members(oddKeys, value);

/** Text of an object with at least one member, none under a name that OpenAI uses. */
export const arbitraryUnknownFields: fc.Arbitrary<string> = members(['"x_new"', '"10"', '"9"', '"__proto__"'], value).filter(
  (text) => text !== "{}",
);
