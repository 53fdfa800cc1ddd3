import { estimateTokens } from "../../chat/estimate-tokens.ts";
import type { TokenCounter } from "../../chat/ports/token-counter.ts";
import { promptTexts } from "./prompt-texts.ts";
import { countTexts } from "./text-counter.ts";
import { vocabulary, vocabularyOf } from "./vocabulary.ts";

/** Characters of a prompt beyond which it is estimated: UTF-16 code units. */
const mostCharacters = 1024 * 1024;

/** The models for which OpenAI's rules are known to give the very number that it bills. */
const hasExactRules = (model: string): boolean => /^(?:gpt-4o|gpt-4|gpt-3\.5-turbo)(?![.\d])/.test(model);

/** Counts prompts by the vocabulary of the model, where it is known, and estimates those of other models and very long ones. */
export const promptCounter: TokenCounter = {
  async count(request, model) {
    const { texts, around, exact } = promptTexts(request);
    const name = vocabularyOf(model);
    const characters = texts.reduce((sum, text) => sum + text.length, 0);
    if (name === undefined || characters > mostCharacters) {
      const tokens = texts.reduce((sum, text) => sum + estimateTokens(text), around);
      return { tokens, estimated: true, method: "characters" };
    }
    const counted = await countTexts(texts, await vocabulary(name));
    return { tokens: counted.tokens + around, estimated: !(exact && counted.exact && hasExactRules(model)), method: name };
  },
};
