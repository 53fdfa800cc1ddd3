import { z } from "zod";
import { closestName } from "../chat/closest-name.ts";
import { recognizers } from "../guard/recognizers/index.ts";
import type { Middleware } from "../pipeline/middleware.ts";
import { entityName, entityParts, recognizerOf, recognizerOptions } from "./entity-rules.ts";
import { guardMiddleware, replacementOf } from "./guard-middleware.ts";
import { type Action, actionOfOption, actionShape, type GuardOptions, guardShape, possible } from "./guard-options.ts";

/** Entities that are found only when they are asked for: they are in most texts, and mostly nobody's. */
const onlyWhenNamed: ReadonlySet<string> = new Set(["URL", "DATE_TIME"]);

const known = [...new Set(recognizers.map(({ entity }) => entity))];

const threshold = z.number().min(0).max(1).optional();
const own = z.strictObject({
  action: actionShape.action.optional(),
  replacement: actionShape.replacement,
  keepLast: actionShape.keepLast,
  threshold,
});
const entity = z.union([z.string(), z.record(z.string(), own)], {
  error: "must be an entity's name, or a map of names to what is different for them",
});

type Own = z.output<typeof own>;

interface Options extends GuardOptions {
  readonly threshold?: number | undefined;
  readonly entities?: readonly z.output<typeof entity>[] | undefined;
}

/** Options of {@link pii}. */
export const piiOptions = z
  .strictObject({
    ...guardShape("redact"),
    entities: z
      .array(entity)
      .min(1)
      .optional()
      .describe(
        "What is looked for: names, or maps of names to an `action`, `replacement`, `keepLast` or `threshold` of their own. Default all but URL and DATE_TIME.",
      ),
    threshold: threshold.describe("From which confidence a finding counts, 0 to 1. Default 0.5."),
    allow: z.array(z.string().min(1)).default([]).describe("Texts that are left alone, in either case."),
    recognizers: z.array(recognizerOptions).default([]).describe("Entities of your own."),
  })
  .check(possible(actionsOf))
  .check(({ value, issues }) => {
    const names = new Set([...known, ...value.recognizers.map(({ entity }) => entity)]);
    value.entities?.forEach((each, index) => {
      for (const [name, different] of typeof each === "string" ? [[each, {}] as const] : Object.entries(each)) {
        const path = ["entities", index, ...(typeof each === "string" ? [] : [name])];
        const refuse = (message: string, ...field: string[]) =>
          issues.push({ code: "custom", message, path: [...path, ...field], input: name });
        if (!names.has(name)) refuse(unknownEntity(name, names));
        for (const field of ["keepLast", "replacement"] as const) {
          const needed = actionOfOption[field];
          if (different[field] !== undefined && (different.action ?? value.action) !== needed)
            refuse(`does nothing without the action ${needed}`, field);
        }
      }
    });
  });

/**
 * Finds personal data by its form, its checksum and the words before it. Names and street addresses have no form, and are not found.
 * @example builder.use(pii({ action: "redact", entities: ["EMAIL_ADDRESS", { CREDIT_CARD: { action: "block" } }] }))
 */
export function pii(options: z.input<typeof piiOptions> = {}): Middleware {
  const parsed = piiOptions.parse(options);
  const all = [...recognizers, ...parsed.recognizers.map(recognizerOf)];
  const wanted = entitiesOf(parsed);
  const rules = all.flatMap((recognizer) => {
    const { entity } = recognizer;
    const different = wanted?.get(entity) ?? (wanted === undefined && !onlyWhenNamed.has(entity) ? {} : undefined);
    if (different === undefined) return [];
    const { keepLast, replacement, threshold } = { ...parsed, ...different };
    const { action = parsed.action } = different;
    return [{ recognizer, action, threshold, replacement: replacementOf(entity, { action, keepLast, replacement }) }];
  });
  return guardMiddleware(entityParts("pii", rules, parsed), parsed);
}

/** The entities that are named, and what is different for each; undefined: none are. */
function entitiesOf({ entities }: Pick<Options, "entities">): ReadonlyMap<string, Own> | undefined {
  return (
    entities && new Map(entities.flatMap((each) => (typeof each === "string" ? [[each, {}] as const] : Object.entries(each))))
  );
}

function actionsOf(options: Options): readonly Action[] {
  const wanted = entitiesOf(options);
  return wanted === undefined ? [options.action] : [...wanted.values()].map(({ action = options.action }) => action);
}

function unknownEntity(name: string, names: ReadonlySet<string>): string {
  const { success } = entityName.safeParse(name);
  const near = success ? closestName(name, names) : undefined;
  return `is no entity that is known${near === undefined ? "" : `; did you mean ${near}?`}`;
}
