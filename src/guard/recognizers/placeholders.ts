/**
 * Text before a candidate in which what a guard has put in a find's place (`[PHONE_NUMBER]`) stands as `value`: its words are no labels,
 * and what was not found beside a value is not found beside its placeholder, so that redacting twice is redacting once.
 */
export function withPlaceholdersAs(value: string, before: string): string {
  return before.includes("[") ? before.replace(/\[[A-Z][A-Z0-9_]*\]/g, value) : before;
}
