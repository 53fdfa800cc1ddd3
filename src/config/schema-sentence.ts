import type { z } from "zod";
import { closestName } from "../chat/closest-name.ts";

const kinds: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "a map",
  record: "a map",
  string: "text",
};

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

/** What is wrong, in words that never hold the value itself. */
export function schemaSentence(issue: RawIssue): string {
  const { input } = issue;
  switch (issue.code) {
    case "invalid_type":
      return input === undefined ? "is missing" : `must be ${kinds[issue.expected] ?? issue.expected}${butIs(input)}`;
    case "invalid_value":
      return input === undefined ? "is missing" : oneOf(issue.values, input);
    case "too_small":
      if (issue.origin === "number" || issue.origin === "int") return `must be at least ${issue.minimum}`;
      return Number(issue.minimum) === 1 ? "must not be empty" : `must have at least ${issue.minimum}`;
    case "too_big":
      return issue.origin === "number" || issue.origin === "int"
        ? `must be at most ${issue.maximum}`
        : `must have at most ${issue.maximum}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? "is not a name that can be used";
    case "invalid_format":
      return "is not well formed";
    default:
      return "is not what belongs here";
  }
}

/** The choices, and the one that was probably meant. */
export function oneOf(choices: readonly unknown[], input: unknown): string {
  const meant = typeof input === "string" ? closestName(input, choices.map(String)) : undefined;
  return `must be one of ${choices.map(String).join(", ")}${meant === undefined ? "" : `; did you mean \`${meant}\`?`}`;
}

function butIs(input: unknown): string {
  if (input === null) return ", and is empty";
  if (Array.isArray(input)) return ", not a list";
  return `, not ${kinds[typeof input] ?? typeof input}`;
}
