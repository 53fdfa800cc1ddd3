import type { PromptTemplate } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { closestName } from "../../chat/closest-name.ts";
import type { Immutable } from "../../chat/immutable.ts";
import { templateFault } from "./template-fault.ts";

const maxValues = 10_000;
const maxDepth = 64;

/**
 * The variables that a request gives for a template which takes the `known` ones.
 * @throws GatewayError `invalid_request` when they are no map, too many, too deep, or have a name that the template does not know.
 */
export function variablesOf(named: Immutable<PromptTemplate>, known: ReadonlySet<string>): object {
  const variables: unknown = named.variablesJson === undefined ? (named.variables ?? {}) : parse(named.variablesJson);
  if (typeof variables !== "object" || variables === null || Array.isArray(variables)) {
    throw templateFault("variables", "must be an object");
  }
  let left = maxValues;
  const walk = (value: unknown, depth: number) => {
    if (left-- === 0) throw templateFault("variables", `has more than ${maxValues} values`);
    if (depth > maxDepth) throw templateFault("variables", `is nested deeper than ${maxDepth} levels`);
    if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) walk(inner, depth + 1);
  };
  for (const [name, value] of Object.entries(variables)) {
    if (!known.has(name)) throw unknownVariable(name, known);
    walk(value, 2);
  }
  return variables;
}

/** Integers that a number cannot hold exactly stay the text that they are. */
function parse(json: string): unknown {
  try {
    return JSON.parse(json, (_key, value: unknown, { source }: { readonly source?: string } = {}) =>
      Number.isInteger(value) && !Number.isSafeInteger(value) ? source : value,
    );
  } catch (cause) {
    throw templateFault("variables", "cannot be read as JSON", cause);
  }
}

function unknownVariable(name: string, known: ReadonlySet<string>): Error {
  const meant = closestName(name, known);
  const description = `is not a variable of this template${meant === undefined ? "" : `; did you mean ${meant}?`}`;
  return templateFault(`variables.${name.slice(0, 100)}`, description);
}
