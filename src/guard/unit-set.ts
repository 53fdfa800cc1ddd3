/** A set of UTF-16 code units: sorted, disjoint, non-adjacent ranges, both ends included. Immutable. */
export class UnitSet {
  /** From, to, from, to, … */
  readonly ranges: readonly number[];

  private constructor(ranges: readonly number[]) {
    this.ranges = ranges;
  }

  static readonly empty = new UnitSet([]);
  static readonly all = new UnitSet([0, 0xffff]);
  static readonly surrogates = new UnitSet([0xd800, 0xdfff]);
  /** `\d` of JavaScript. */
  static readonly digits = UnitSet.of("09");
  /** `\w` of JavaScript. */
  static readonly word = UnitSet.of("09AZ__az");
  /** `\s` of JavaScript. */
  static readonly space = UnitSet.of(
    "\t\r  \u00a0\u00a0\u1680\u1680\u2000\u200a\u2028\u2029\u202f\u202f\u205f\u205f\u3000\u3000\ufeff\ufeff",
  );
  /** What `.` of JavaScript leaves out. */
  static readonly lineEnds = UnitSet.of("\n\n\r\r\u2028\u2029");

  /** The ranges whose ends stand in a text one after the other. */
  static of(ends: string): UnitSet {
    return UnitSet.fromRanges(Array.from({ length: ends.length }, (_, i) => ends.charCodeAt(i)));
  }

  /** From, to, from, to, … in any order, overlapping or not. */
  static fromRanges(ends: readonly number[]): UnitSet {
    const pairs: [number, number][] = [];
    for (let i = 0; i < ends.length; i += 2) pairs.push([ends[i] as number, ends[i + 1] as number]); // pairs, as said
    pairs.sort((a, b) => a[0] - b[0]);
    const ranges: number[] = [];
    for (const [from, to] of pairs) {
      const last = ranges.at(-1);
      if (last !== undefined && from <= last + 1) ranges[ranges.length - 1] = Math.max(last, to);
      else ranges.push(from, to);
    }
    return new UnitSet(ranges);
  }

  static union(...sets: readonly UnitSet[]): UnitSet {
    return UnitSet.fromRanges(sets.flatMap(({ ranges }) => ranges));
  }

  /** Every unit that is not in the set. */
  complement(): UnitSet {
    const ranges: number[] = [];
    let from = 0;
    for (let i = 0; i < this.ranges.length; i += 2) {
      const [start, end] = [this.ranges[i] as number, this.ranges[i + 1] as number]; // ranges come in pairs
      if (start > from) ranges.push(from, start - 1);
      from = end + 1;
    }
    if (from <= 0xffff) ranges.push(from, 0xffff);
    return new UnitSet(ranges);
  }

  /** What is in this set and not in the other. */
  without(other: UnitSet): UnitSet {
    return UnitSet.union(this.complement(), other).complement();
  }

  get isEmpty(): boolean {
    return this.ranges.length === 0;
  }

  has(unit: number): boolean {
    for (let i = 0; i < this.ranges.length; i += 2) {
      if (unit >= (this.ranges[i] as number) && unit <= (this.ranges[i + 1] as number)) return true; // ranges come in pairs
    }
    return false;
  }

  /** The set with the other case of every letter that has one of a single unit. */
  inBothCases(): UnitSet {
    const ends = [...this.ranges];
    for (let i = 0; i < this.ranges.length; i += 2) {
      for (let unit = this.ranges[i] as number; unit <= (this.ranges[i + 1] as number); unit++) {
        const letter = String.fromCharCode(unit);
        for (const other of [letter.toLowerCase(), letter.toUpperCase()]) {
          if (other.length === 1) ends.push(other.charCodeAt(0), other.charCodeAt(0));
        }
      }
    }
    return UnitSet.fromRanges(ends);
  }
}
