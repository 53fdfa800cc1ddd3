import type { Path } from "./source.ts";

/** An environment: variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What could not be expanded, and where. */
export interface ExpansionProblem {
  readonly path: Path;
  readonly message: string;
}

const reference = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g;

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every text of a value by the environment's; `$${` is a literal `${`. What comes from
 * the environment is never parsed again. Problems are added to `problems`.
 */
export function expand(value: unknown, env: Environment, problems: ExpansionProblem[], path: Path = []): unknown {
  if (typeof value === "string") return expandText(value, env, problems, path);
  if (Array.isArray(value)) return value.map((item, index) => expand(item, env, problems, [...path, index]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expand(item, env, problems, [...path, key])]));
}

function expandText(text: string, env: Environment, problems: ExpansionProblem[], path: Path): string {
  return text.replace(reference, (whole, name: string | undefined, fallback: string | undefined) => {
    if (whole === "$${") return "${";
    if (name === undefined) {
      problems.push({ path, message: `a reference must be like \${NAME} or \${NAME:-default}; write $\${ for a literal \${` });
      return whole;
    }
    const found = env[name];
    if (found !== undefined && (found !== "" || fallback === undefined)) return found;
    if (fallback !== undefined) return fallback;
    problems.push({ path, message: `the environment has no variable ${name}; give it, or a default: \${${name}:-default}` });
    return "";
  });
}
