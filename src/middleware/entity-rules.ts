import { z } from "zod";
import { CharacterFold } from "../guard/character-fold.ts";
import { afterWords } from "../guard/context-words.ts";
import { entitySearches } from "../guard/entity-guard.ts";
import type { EntityRule } from "../guard/entity-set.ts";
import { patternFault } from "../guard/pattern-fault.ts";
import type { Recognizer } from "../guard/recognizer.ts";
import type { GuardParts } from "./guard-middleware.ts";

/** Folds what looks alike, and keeps case: most identifiers have one. */
export const entityFold = CharacterFold.with({});

/** What a word before a finding adds to its confidence, and the least that it makes of it: as Presidio has them. */
const contextBonus = 0.35;
const leastInContext = 0.4;

/** An entity's name: a metric's label, and the word in a token. */
export const entityName = z
  .string()
  .regex(/^[A-Z][A-Z\d_]{0,63}$/, "is not a name of capital letters, digits and `_`, beginning with a letter");

/** A text that is a pattern: what is wrong with it is said where it stands. */
export const pattern = z.string().min(1);

/** The longest match of a pattern without a bound. */
export const maxSpan = z.number().int().min(1).max(100_000).optional();

/** A recognizer of the configuration's own. */
export const recognizerOptions = z
  .strictObject({
    entity: entityName.describe("What a finding is called."),
    patterns: z.array(pattern).min(1).describe("The forms it is written in."),
    context: z.array(z.string().min(1)).default([]).describe("Words, one of which before a finding makes it likelier by 0.35."),
    score: z.number().min(0).max(1).default(0.5).describe("Confidence in a finding without such a word."),
    maxSpan: maxSpan.describe("The longest finding of a pattern without a bound. Characters."),
  })
  .check(({ value, issues }) => {
    value.patterns.forEach((source, index) => {
      const message = patternFault(source, { fold: entityFold, maxSpan: value.maxSpan });
      if (message !== undefined) issues.push({ code: "custom", message, path: ["patterns", index], input: source });
    });
  });

/** Such a recognizer, compiled. A text that outgrows `maxSpan` counts as found: what is not sure does not leave. */
export function recognizerOf({ entity, patterns, context, score, maxSpan }: z.output<typeof recognizerOptions>): Recognizer {
  const scoreInContext = Math.min(1, Math.max(leastInContext, score + contextBonus));
  const inContext = context.length === 0 ? undefined : afterWords(context.map((word) => word.toLowerCase()));
  return {
    entity,
    inContext,
    patterns: patterns.map((pattern) => ({ pattern, score, scoreInContext, maxSpan, atMaxSpan: "match" })),
  };
}

/** A guard's parts, of rules over entities. */
export function entityParts(
  name: string,
  rules: readonly EntityRule[],
  { allow, fold = entityFold }: { readonly allow?: readonly string[]; readonly fold?: CharacterFold } = {},
): GuardParts {
  return {
    name,
    fold,
    summary: summaryOf(rules),
    searches(actions) {
      const wanted = rules.filter(({ action }) => actions.has(action));
      return wanted.length === 0 ? [] : entitySearches({ rules: wanted, fold, allow });
    },
  };
}

const mostNamed = 6;

/** `redact EMAIL_ADDRESS, PHONE_NUMBER; block CREDIT_CARD` */
function summaryOf(rules: readonly EntityRule[]): string {
  const byAction = new Map<string, Set<string>>();
  for (const { action, recognizer } of rules) byAction.set(action, (byAction.get(action) ?? new Set()).add(recognizer.entity));
  return [...byAction]
    .map(([action, entities]) => {
      const named = [...entities].slice(0, mostNamed).join(", ");
      return `${action} ${named}${entities.size > mostNamed ? ` and ${entities.size - mostNamed} more` : ""}`;
    })
    .join("; ");
}
