/** JSON text of an object, from its members' JSON texts; those that are undefined are left out. */
export function objectText(members: Readonly<Record<string, string | undefined>>): string {
  let text = "";
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(name)}:${value}`;
  }
  return `{${text}}`;
}

/** JSON text of a string; undefined stays undefined. */
export const stringText = (value: string | undefined): string | undefined =>
  value === undefined ? undefined : JSON.stringify(value);

/** JSON text of an array, from its items' JSON texts; undefined when there are none. */
export const arrayText = (items: readonly string[]): string | undefined =>
  items.length === 0 ? undefined : `[${items.join(",")}]`;
