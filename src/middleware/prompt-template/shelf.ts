import { z } from "zod";
import type { PromptTemplate } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { closestName } from "../../chat/closest-name.ts";
import type { Immutable } from "../../chat/immutable.ts";
import { Prompt, type TemplateRole } from "./prompt.ts";
import { PromptText } from "./prompt-text.ts";
import { templateFault } from "./template-fault.ts";

/** Templates by id and version. A version is a number such as `1` or `2.10`; the highest is the newest. */
export type Templates = Readonly<Record<string, Readonly<Record<string, TemplateVersion>>>>;

/** One version of a template: messages whose contents are in the Liquid language. */
export interface TemplateVersion {
  readonly messages: readonly { readonly role: TemplateRole; readonly content: string }[];
}

/** Every template, parsed. */
export class Shelf {
  /** By id; the versions in their order, the newest last. */
  readonly #templates: ReadonlyMap<string, ReadonlyMap<string, Prompt>>;

  /** @throws z.ZodError with every content that cannot be parsed, and its path. */
  constructor(templates: Templates) {
    const issues: z.core.$ZodIssue[] = [];
    this.#templates = new Map(
      Object.entries(templates).map(([id, versions]) => {
        const ordered = Object.entries(versions).toSorted(([a], [b]) => byNumber.compare(a, b));
        return [id, new Map(ordered.map(([version, written]) => [version, promptOf(written, [id, version], issues)]))];
      }),
    );
    if (issues.length > 0) throw new z.ZodRealError(issues);
  }

  /**
   * The template that a request names, the newest version if it names none.
   * @throws GatewayError `invalid_request` when there is no such template or version.
   */
  find({ id, version }: Immutable<PromptTemplate>): Prompt {
    const versions = this.#templates.get(id);
    if (versions === undefined) throw templateFault("id", `there is no such template${suggest(id, this.#templates.keys())}`);
    const prompt = version === undefined ? [...versions.values()].at(-1) : versions.get(version);
    if (prompt === undefined)
      throw templateFault("version", `there is no such version; there is ${[...versions.keys()].join(", ")}`);
    return prompt;
  }
}

const byNumber = new Intl.Collator("en", { numeric: true });

function promptOf({ messages }: TemplateVersion, path: readonly string[], issues: z.core.$ZodIssue[]): Prompt {
  const parsed = messages.flatMap(({ role, content }, index) => {
    try {
      return [{ role, text: new PromptText(content) }];
    } catch (error) {
      const message = reasonOf(error);
      issues.push({ code: "custom", path: ["templates", ...path, "messages", index, "content"], message });
      return [];
    }
  });
  return new Prompt(parsed);
}

/** Liquid's message, which ends with the place in the content. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/, line:(\d+), col:(\d+)$/, ", in line $1, column $2 of it");
}

function suggest(name: string, known: Iterable<string>): string {
  const meant = closestName(name, known);
  return meant === undefined ? "" : `; did you mean ${meant}?`;
}
