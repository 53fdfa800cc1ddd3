import type { UnitSet } from "./unit-set.ts";

/** A pattern, parsed. */
export type PatternNode =
  /** One unit of a set. */
  | { readonly kind: "unit"; readonly set: UnitSet }
  | { readonly kind: "sequence"; readonly nodes: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly nodes: readonly PatternNode[] }
  /** `most` may be infinite. */
  | { readonly kind: "repeat"; readonly node: PatternNode; readonly least: number; readonly most: number }
  /** The unit before (after) is one of the set, or, where `edge` says so, there is none: the text's start (end). */
  | { readonly kind: "before" | "after"; readonly set: UnitSet; readonly edge: boolean }
  /** At the end of a pattern: the text goes on in one of these ways. */
  | { readonly kind: "ahead"; readonly ways: readonly Continuation[] };

/** One way in which a text may go on: units of these sets, and after them its end where `edge` says so. */
export interface Continuation {
  readonly sets: readonly UnitSet[];
  readonly edge: boolean;
}

/** What a letter stands for after a `\`. */
export const controlEscapes: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", f: "\f", v: "\v", 0: "\0" };

/** One unit of a set. */
export function unit(set: UnitSet): PatternNode {
  return { kind: "unit", set };
}

/** How many units a pattern matches at the least and at the most, which may be infinite; what it looks ahead to not counted. */
export function lengthsOf(node: PatternNode): { readonly least: number; readonly most: number } {
  switch (node.kind) {
    case "unit":
      return { least: 1, most: 1 };
    case "sequence": {
      const lengths = node.nodes.map(lengthsOf);
      return { least: sum(lengths.map(({ least }) => least)), most: sum(lengths.map(({ most }) => most)) };
    }
    case "choice": {
      const lengths = node.nodes.map(lengthsOf);
      return {
        least: Math.min(...lengths.map(({ least }) => least)),
        most: Math.max(...lengths.map(({ most }) => most)),
      };
    }
    case "repeat": {
      const { least, most } = lengthsOf(node.node);
      return { least: least * node.least, most: most === 0 ? 0 : most * node.most };
    }
    case "before":
    case "after":
    case "ahead":
      return { least: 0, most: 0 };
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
