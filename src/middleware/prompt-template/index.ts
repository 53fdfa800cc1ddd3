import { z } from "zod";
import type { Middleware } from "../../pipeline/middleware.ts";
import { Shelf, type Templates } from "./shelf.ts";

/** Options of {@link promptTemplate} in `pipeline.use`: none, since templates are a section of the configuration. */
export const promptTemplateOptions = z.strictObject({});

/**
 * Renders the template that a request names in `prompt_template` and puts its messages before the request's. What stands inside it in
 * the pipeline sees the rendered request.
 * @throws z.ZodError for contents that cannot be parsed, with their paths.
 * @example builder.use(promptTemplate({ templates: { greet: { "1": { messages: [{ role: "system", content: "Greet {{ name }}." }] } } } }))
 */
export function promptTemplate({ templates }: { readonly templates: Templates }): Middleware {
  const shelf = new Shelf(templates);
  return {
    name: "promptTemplate",
    operations: ["chat", "countTokens"],
    reads: "nothing",
    beforeLlm(ctx) {
      const named = ctx.wire === undefined ? ctx.request.promptTemplate : undefined; // bytes that may be forwarded name none
      if (named === undefined) return undefined;
      const messages = shelf.find(named).render(named);
      ctx.edit((request) => {
        request.messages.unshift(...messages);
        delete request.promptTemplate;
      });
      return undefined;
    },
  };
}
