import { createRequire } from "node:module";
import type { Context, Liquid, Template } from "liquidjs";

/** Of one text: characters. Of one rendered prompt: milliseconds, and characters and items that filters and ranges make. */
const limits = { parseLimit: 256 * 1024, renderLimit: 500, memoryLimit: 10_000_000 };

/** Tags that read files. */
const leftOutTags = ["include", "layout", "block", "render"];
/** Filters that parse a text they are given, and one whose outcome is chance. */
const leftOutFilters = /_exp$|^sample$/;

interface Language {
  readonly engine: Liquid;
  newContext(): Context;
}

let language: Language | undefined;

/** Liquid, when it is first needed: loading it takes longer than a gateway without templates takes to start. */
function liquid(): Language {
  if (language !== undefined) return language;
  const { Context, Liquid } = createRequire(import.meta.url)("liquidjs") as typeof import("liquidjs");
  const engine = new Liquid({
    ...limits,
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: true,
    lenientIf: true, // `if` and `default` may ask for what is not there
    templates: {}, // and so no file system
    outputEscape: textOf,
  });
  for (const tag of leftOutTags) delete engine.tags[tag];
  for (const filter of Object.keys(engine.filters)) if (leftOutFilters.test(filter)) engine.unregisterFilter(filter);
  language = { engine, newContext: () => new Context({}, engine.options, { sync: true }) };
  return language;
}

/** Lists and maps are said as JSON. */
function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : (value as string); // Liquid turns it into text
}

/** A text in the Liquid language (https://shopify.github.io/liquid), parsed. */
export class PromptText {
  readonly #template: Template[];
  /** The variables it takes from outside. */
  readonly variables: readonly string[];

  /** @throws Error saying what cannot be parsed, and where in the text. */
  constructor(text: string) {
    const { engine } = liquid();
    this.#template = engine.parse(text);
    this.variables = engine.globalVariablesSync(this.#template);
  }

  render(context: Context): string {
    return String(liquid().engine.renderSync(this.#template, context));
  }
}

/**
 * Renders the texts of one prompt with the same variables, under one limit of time and memory. Values are inserted as they are: what
 * looks like a template in them is text.
 * @throws LiquidError
 */
export function renderTexts(texts: readonly PromptText[], variables: object): string[] {
  const shared = liquid().newContext();
  return texts.map((text) => text.render(shared.spawn(variables)));
}
