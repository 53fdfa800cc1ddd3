import type { UnitSet } from "./unit-set.ts";

/** UTF-16 code units in classes: those that are in the same ones of some sets. One more class, `edge`, stands for the text's ends. */
export class UnitClasses {
  /** Each unit's class. */
  readonly of = new Uint16Array(0x10000);
  /** The class of the place before a text's first unit and after its last. */
  readonly edge: number;
  /** How many classes there are, with `edge`. */
  readonly count: number;
  readonly #members = new Map<UnitSet, Uint8Array>();
  readonly #samples: number[] = [];

  constructor(sets: readonly UnitSet[]) {
    const distinct = [...new Map(sets.map((set) => [set.ranges.join(), set])).values()];
    const cuts = distinct.flatMap(({ ranges }) => ranges.map((end, i) => end + (i % 2)));
    const starts = [...new Set([0, ...cuts])].filter((cut) => cut <= 0xffff).sort((a, b) => a - b);
    const memberships = starts.map(() => "");
    distinct.forEach((set, number) => {
      const { ranges } = set;
      for (let i = 0, at = 0; i < ranges.length; i += 2) {
        while ((starts[at] as number) < (ranges[i] as number)) at++; // a range begins at a cut
        for (; (starts[at] as number) <= (ranges[i + 1] as number); at++) memberships[at] += `${number},`; // none is behind the last
      }
    });
    const classes = new Map<string, number>();
    starts.forEach((start, i) => {
      const key = memberships[i] as string; // one per start
      let number = classes.get(key);
      if (number === undefined) {
        number = classes.size;
        classes.set(key, number);
        this.#samples.push(start);
      }
      this.of.fill(number, start, starts[i + 1]);
    });
    this.edge = classes.size;
    this.count = classes.size + 1;
  }

  /** Per class, 1 when its units are in the set. The set is one of those that the classes were made for. */
  membersOf(set: UnitSet): Uint8Array {
    let members = this.#members.get(set);
    if (members === undefined) {
      members = Uint8Array.from({ length: this.count }, (_, each) => (set.has(this.#samples[each] ?? -1) ? 1 : 0));
      this.#members.set(set, members);
    }
    return members;
  }
}
