/** The UTF-16 code units that are in a set, as ranges in order: from, to, from, to, …, both included. */
export function rangesOf(isIn: (unit: number) => boolean): number[] {
  const ranges: number[] = [];
  for (let unit = 0; unit <= 0xffff; unit++) {
    if (!isIn(unit)) continue;
    if (ranges.at(-1) === unit - 1) ranges[ranges.length - 1] = unit;
    else ranges.push(unit, unit);
  }
  return ranges;
}
