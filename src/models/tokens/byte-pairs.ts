/** Ranks of tokens by their bytes, as Latin-1 characters: the lower, the earlier are two parts that make it put together. */
export type Ranks = ReadonlyMap<string, number>;

const longestToken = 128; // bytes; of no vocabulary is any longer
const none = -1;
const placeBits = 2 ** 32;

/**
 * How many tokens byte pair encoding makes of a piece of text, given as bytes in Latin-1 characters: single bytes, of which again and
 * again the two neighbours are put together that are the token of the lowest rank. Takes n log n steps, where looking for that pair
 * over and over takes n².
 */
export function countBytePairs(bytes: string, ranks: Ranks): number {
  if (bytes === "") return 0;
  if (ranks.has(bytes)) return 1;
  const size = bytes.length;
  // A part is named by where it begins; `after` is where the next one does.
  const after = Int32Array.from({ length: size + 1 }, (_, i) => Math.min(i + 1, size));
  const before = Int32Array.from({ length: size + 1 }, (_, i) => i - 1);
  const rankOf = new Int32Array(size + 1).fill(none);
  const heap = new NumberHeap();
  const look = (part: number) => {
    const second = at(after, part);
    const end = at(after, second);
    const rank = second < size && end - part <= longestToken ? ranks.get(bytes.slice(part, end)) : undefined;
    rankOf[part] = rank ?? none;
    if (rank !== undefined) heap.push(rank * placeBits + part);
  };
  for (let part = 0; part < size; part++) look(part);
  let parts = size;
  for (let pair = heap.pop(); pair !== undefined; pair = heap.pop()) {
    const part = pair % placeBits;
    if (at(rankOf, part) !== Math.floor(pair / placeBits)) continue; // one of the two has been put together with another
    const second = at(after, part);
    const end = at(after, second);
    after[part] = end;
    before[end] = part;
    rankOf[second] = none;
    parts--;
    look(part);
    if (part > 0) look(at(before, part));
  }
  return parts;
}

function at(array: Int32Array, index: number): number {
  return array[index] as number; // callers stay within bounds
}

/** Gives its numbers smallest first. */
class NumberHeap {
  readonly #items: number[] = [];

  push(item: number): void {
    const items = this.#items;
    let place = items.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = items[parent] as number; // parents are within bounds
      if (above <= item) break;
      items[place] = above;
      place = parent;
    }
    items[place] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && (items[child + 1] as number) < (items[child] as number)) child++; // within bounds
      const below = items[child] as number; // as above
      if (below >= last) break;
      items[place] = below;
      place = child;
    }
    items[place] = last;
    return first;
  }
}
