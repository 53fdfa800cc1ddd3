let table: Uint16Array | undefined;

/**
 * Simple case folding of UTF-16 code units, one for one so that offsets stay: a table from each unit to the lower case of its upper
 * case. Units whose case changes their number (`ß`, `İ`) and letters beyond the basic plane stay as they are.
 */
export function caseFolding(): Uint16Array {
  table ??= Uint16Array.from({ length: 0x10000 }, (_, unit) => fold(unit));
  return table;
}

function fold(unit: number): number {
  const upper = String.fromCharCode(unit).toUpperCase();
  const lower = upper.toLowerCase();
  return upper.length === 1 && lower.length === 1 ? lower.charCodeAt(0) : unit;
}
