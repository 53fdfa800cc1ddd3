import { GatewayError } from "../chat/error.ts";
import type { CharacterFold } from "./character-fold.ts";
import { wordUnits } from "./word-units.ts";

/** How literals are compared with text. */
export interface LiteralOptions {
  /** What the text is folded by before it is searched: the literals are folded alike. Default nothing. */
  readonly fold?: CharacterFold | undefined;
  /** Whether a literal that begins or ends with a word's part stands alone: `ass` is not found in `class`. Default false. */
  readonly wholeWords?: boolean | undefined;
}

const noUnits = new Uint8Array(0x10000);

/** The node of the empty prefix. */
export const rootNode = 0;

/**
 * A list of literals compiled for searching them all at once (Aho and Corasick, "Efficient string matching", 1975), over UTF-16
 * code units. A node is a prefix of some literals, a number; reading text in O(1) per unit, amortised, it is the longest such
 * prefix that the text ends with. Edges lie in one hash table, so that the size follows the list, whatever its alphabet.
 */
export class LiteralAutomaton {
  /** Length of the longest literal. UTF-16 code units. */
  readonly longest: number;
  /** Per unit, whether literals that begin or end with it stand alone, so that its neighbour counts. */
  readonly words: Uint8Array;
  /** Per unit, where it leads from the root. */
  readonly first = new Int32Array(0x10000);
  readonly #edges: EdgeTable;
  readonly #depth: Int32Array;
  readonly #fail: Int32Array;
  readonly #ends: Uint8Array;
  readonly #nextEnd: Int32Array;
  readonly #extends: Uint8Array;

  /** @throws GatewayError `internal` for an empty list, a literal of which nothing is seen, or one with half a surrogate pair. */
  constructor(list: readonly string[], options: LiteralOptions = {}) {
    const { fold } = options;
    const literals = list.map((literal) => {
      if (!literal.isWellFormed()) throw new GatewayError("internal", "a literal has half a surrogate pair");
      return fold === undefined ? literal : Array.from(literal, (each) => fold.of(each.codePointAt(0) ?? 0)).join("");
    });
    if (literals.length === 0) throw new GatewayError("internal", "a literal guard needs at least one literal");
    let units = 0;
    let longest = 0;
    for (const literal of literals) {
      if (literal === "") throw new GatewayError("internal", "an empty literal matches everywhere");
      units += literal.length;
      longest = Math.max(longest, literal.length);
    }
    this.longest = longest;
    this.words = options.wholeWords === true ? wordUnits() : noUnits;
    this.#edges = new EdgeTable(units);
    this.#depth = new Int32Array(units + 1);
    this.#fail = new Int32Array(units + 1);
    this.#ends = new Uint8Array(units + 1);
    this.#nextEnd = new Int32Array(units + 1);
    this.#extends = new Uint8Array(units + 1);
    this.#link(this.#grow(literals));
  }

  /** The node after one more unit of text. */
  step(node: number, unit: number): number {
    for (let from = node; from !== rootNode; from = this.#fail[from] as number) {
      const to = this.#edges.get(from, unit);
      if (to !== undefined) return to;
    }
    return this.first[unit] as number; // there is one per unit
  }

  /** Length of a node's prefix. */
  depth(node: number): number {
    return this.#depth[node] ?? 0;
  }

  /** The longest node that a node ends with, but for itself. */
  shorter(node: number): number {
    return this.#fail[node] ?? rootNode;
  }

  /** Whether a node's prefix can still grow into a literal. */
  grows(node: number): boolean {
    return this.#extends[node] === 1;
  }

  /** The longest literal the node ends with, as a node; the root for none. The node itself may be it. */
  literalAt(node: number): number {
    return this.#ends[node] === 1 ? node : this.shorterLiteral(node);
  }

  /** The next shorter literal the node ends with, as a node; the root for none. */
  shorterLiteral(node: number): number {
    return this.#nextEnd[node] ?? rootNode;
  }

  /** Builds the tree; returns its edges with every node after its parent's depth. */
  #grow(literals: readonly string[]): readonly Edge[] {
    const edges: Edge[] = [];
    for (const literal of literals) {
      let node = rootNode;
      for (let i = 0; i < literal.length; i++) {
        const unit = literal.charCodeAt(i);
        let to = this.#edges.get(node, unit);
        if (to === undefined) {
          to = edges.length + 1;
          this.#edges.set(node, unit, to);
          if (node === rootNode) this.first[unit] = to;
          this.#extends[node] = 1;
          this.#depth[to] = i + 1;
          edges.push({ from: node, unit, to, depth: i + 1 });
        }
        node = to;
      }
      this.#ends[node] = 1;
    }
    return edges.sort((a, b) => a.depth - b.depth);
  }

  /** Sets where to go on after a mismatch, from short prefixes to long ones. */
  #link(edges: readonly Edge[]): void {
    for (const { from, unit, to } of edges) {
      const fail = from === rootNode ? rootNode : this.step(this.#fail[from] ?? rootNode, unit);
      this.#fail[to] = fail;
      this.#nextEnd[to] = this.#ends[fail] === 1 ? fail : (this.#nextEnd[fail] ?? rootNode);
    }
  }
}

interface Edge {
  readonly from: number;
  readonly unit: number;
  readonly to: number;
  readonly depth: number;
}

/** A hash table from (node, unit) to node: open addressing, at most half full. */
class EdgeTable {
  readonly #mask: number;
  readonly #from: Int32Array;
  readonly #unit: Uint16Array;
  readonly #to: Int32Array;

  constructor(edges: number) {
    const slots = 2 ** Math.ceil(Math.log2(edges * 2 + 1));
    this.#mask = slots - 1;
    this.#from = new Int32Array(slots);
    this.#unit = new Uint16Array(slots);
    this.#to = new Int32Array(slots); // 0, the root, is nobody's child: a free slot
  }

  get(from: number, unit: number): number | undefined {
    const to = this.#to[this.#slot(from, unit)];
    return to === 0 ? undefined : to;
  }

  set(from: number, unit: number, to: number): void {
    const slot = this.#slot(from, unit);
    this.#from[slot] = from;
    this.#unit[slot] = unit;
    this.#to[slot] = to;
  }

  #slot(from: number, unit: number): number {
    let slot = (Math.imul(from, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b)) >>> 7;
    for (slot &= this.#mask; this.#to[slot] !== 0; slot = (slot + 1) & this.#mask) {
      if (this.#from[slot] === from && this.#unit[slot] === unit) return slot;
    }
    return slot;
  }
}
