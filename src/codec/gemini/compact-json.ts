const stringOrSpace = /("(?:[^"\\]|\\.)*")|\s+/g;

/** JSON text without the white space between its tokens; what the tokens say, numbers above all, stays as it is written. */
export function compactJson(json: string): string {
  return /\s/.test(json) ? json.replace(stringOrSpace, "$1") : json;
}
