import type { Ranks } from "./byte-pairs.ts";

/** A vocabulary of OpenAI's. */
export type VocabularyName = "o200k_base" | "cl100k_base";

/** How a vocabulary makes tokens: it cuts a text into pieces, and each into the tokens it has. */
export interface Vocabulary {
  /** Finds the pieces; global. */
  readonly pieces: RegExp;
  readonly ranks: Ranks;
}

const loads: Readonly<Record<VocabularyName, () => Promise<Vocabulary>>> = {
  o200k_base: async () => {
    const [{ default: tokens }, { O200K_TOKEN_SPLIT_REGEX: pieces }] = await Promise.all([
      import("gpt-tokenizer/bpeRanks/o200k_base"),
      import("gpt-tokenizer/encodingParams/constants"),
    ]);
    return { pieces, ranks: ranksOf(tokens) };
  },
  cl100k_base: async () => {
    const [{ default: tokens }, { CL100K_TOKEN_SPLIT_REGEX: pieces }] = await Promise.all([
      import("gpt-tokenizer/bpeRanks/cl100k_base"),
      import("gpt-tokenizer/encodingParams/constants"),
    ]);
    return { pieces, ranks: ranksOf(tokens) };
  },
};

const loaded = new Map<VocabularyName, Promise<Vocabulary>>();

/** A vocabulary, loaded on first use: it takes tens of megabytes from then on. */
export function vocabulary(name: VocabularyName): Promise<Vocabulary> {
  let promise = loaded.get(name);
  if (promise === undefined) {
    promise = loads[name]();
    loaded.set(name, promise);
  }
  return promise;
}

/** Tokens come in the order of their ranks, as text or as bytes that are none. */
function ranksOf(tokens: readonly (string | readonly number[])[]): Ranks {
  const ranks = new Map<string, number>();
  tokens.forEach((token, rank) => {
    ranks.set(Buffer.from(token as string).toString("latin1"), rank); // Buffer.from takes either
  });
  return ranks;
}

/**
 * The vocabulary of a model of OpenAI's, by its name; undefined: it is none of theirs
 * (https://github.com/openai/tiktoken/blob/main/tiktoken/model.py).
 */
export function vocabularyOf(model: string): VocabularyName | undefined {
  const name = model.replace(/^.*\//, "").replace(/^ft:/, "");
  if (/^(?:gpt-4o|chatgpt-|gpt-4\.\d|gpt-(?:[5-9]|oss)|o\d|codex-)/.test(name)) return "o200k_base";
  return /^(?:gpt-4|gpt-3\.5|gpt-35|text-embedding-)/.test(name) ? "cl100k_base" : undefined;
}
