import { type Continuation, type PatternNode, unit } from "./pattern-syntax.ts";
import { UnitSet } from "./unit-set.ts";

/** Ways in which the text after a pattern may go on. */
const maxContinuations = 256;

/** Any character beyond the basic plane. */
export const surrogatePair: PatternNode = {
  kind: "sequence",
  nodes: [unit(UnitSet.of("\ud800\udbff")), unit(UnitSet.of("\udc00\udfff"))],
};

/** `\b`, or, where `at` is false, `\B`. */
export function wordBoundary(at: boolean): PatternNode {
  const side = (kind: "before" | "after", word: boolean): PatternNode => ({
    kind,
    set: word ? UnitSet.word : UnitSet.word.complement(),
    edge: !word,
  });
  const both = (before: boolean, after: boolean): PatternNode => ({
    kind: "sequence",
    nodes: [side("before", before), side("after", after)],
  });
  return { kind: "choice", nodes: [both(true, !at), both(false, at)] };
}

/** Every way in which a text can match a node, as sequences of sets. */
export function continuations(node: PatternNode, fail: (reason: string) => never): readonly Continuation[] {
  switch (node.kind) {
    case "unit":
      return [{ sets: [node.set], edge: false }];
    case "choice":
      return node.nodes.flatMap((each) => continuations(each, fail));
    case "sequence": {
      let ways: readonly Continuation[] = [{ sets: [], edge: false }];
      for (const each of node.nodes) {
        const rest = continuations(each, fail);
        ways = ways.flatMap((way) => (way.edge ? fail("nothing follows the end") : rest.map((more) => joined(way, more))));
        if (ways.length > maxContinuations) fail(`a lookahead has ${maxContinuations} ways at the most`);
      }
      return ways;
    }
    case "repeat": {
      if (node.most === Number.POSITIVE_INFINITY) return fail("a lookahead has a bound");
      const nodes = Array.from({ length: node.most - node.least + 1 }, (_, extra): PatternNode => {
        return { kind: "sequence", nodes: Array.from({ length: node.least + extra }, () => node.node) };
      });
      return continuations({ kind: "choice", nodes }, fail);
    }
    case "after":
      return node.edge && node.set.isEmpty ? [{ sets: [], edge: true }] : fail("a lookahead holds characters and $");
    case "before":
    case "ahead":
      return fail("a lookahead holds characters and $");
  }
}

function joined(one: Continuation, more: Continuation): Continuation {
  return { sets: [...one.sets, ...more.sets], edge: more.edge };
}

/** A neighbour of a place in a text: one of these units, or none where `edge` says so. */
export interface Neighbour {
  readonly set: UnitSet;
  readonly edge: boolean;
}

/** What a node says of one neighbour; undefined when it says more. Half a surrogate pair stands for the whole. */
export function neighbourOf(node: PatternNode): Neighbour | undefined {
  if (node === surrogatePair) return { set: UnitSet.surrogates, edge: false };
  if (node.kind === "unit") return { set: node.set, edge: false };
  if ((node.kind === "after" || node.kind === "before") && node.edge && node.set.isEmpty) return node;
  if (node.kind !== "choice") return undefined;
  let [set, edge] = [UnitSet.empty, false];
  for (const each of node.nodes) {
    const step = neighbourOf(each);
    if (step === undefined) return undefined;
    set = UnitSet.union(set, step.set);
    edge ||= step.edge;
  }
  return { set, edge };
}

/** Everything but a neighbour. */
export function opposite({ set, edge }: Neighbour): Neighbour {
  return { set: set.complement(), edge: !edge };
}

/** Every way in which a text goes on but this one: it ends too early, or differs somewhere. */
export function otherWays({ sets, edge }: Continuation): readonly Continuation[] {
  const ways: Continuation[] = [];
  for (let i = 0; i < sets.length; i++) {
    const same = sets.slice(0, i);
    ways.push({ sets: same, edge: true }, { sets: [...same, (sets[i] as UnitSet).complement()], edge: false }); // i is within bounds
  }
  if (edge) ways.push({ sets: [...sets, UnitSet.all], edge: false });
  return ways;
}
