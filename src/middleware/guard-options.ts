import { z } from "zod";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { channels } from "../chat/guard.ts";

/** What a guard of the configuration can do with a finding. */
export const actions = ["block", "redact", "mask", "tokenize", "annotate", "monitor"] as const;
export type Action = (typeof actions)[number];

/** The roles of messages by OpenAI's names. */
export const roleByName = {
  system: Role.SYSTEM,
  developer: Role.DEVELOPER,
  user: Role.USER,
  assistant: Role.ASSISTANT,
  tool: Role.TOOL,
  function: Role.FUNCTION,
} as const;
type RoleName = keyof typeof roleByName;
const roleNames = Object.keys(roleByName) as RoleName[]; // its own keys

/** What is done with a finding, and how. */
export const actionShape = {
  action: z.enum(actions),
  replacement: z
    .string()
    .optional()
    .describe("`redact`: what stands in a finding's place. Default the entity's name in brackets."),
  keepLast: z.number().int().min(0).optional().describe("`mask`: how many letters and digits at the end stay. Default none."),
};

/** Where a guard looks. */
export const placeShape = {
  direction: z.enum(["input", "output", "both"]).default("both").describe("Whether requests, replies or both are looked at."),
  channels: z.array(z.enum(channels)).optional().describe("Which texts are looked at. Default all."),
  roles: z
    .array(z.enum(roleNames))
    .optional()
    .describe("Of requests: whose messages are looked at, and nothing else. Default all of a request."),
};

/** What becomes of a call that a guard ends, or whose guard fails. */
export const outcomeShape = {
  fallbackText: z
    .string()
    .min(1)
    .optional()
    .describe("`block`: what the caller gets when nothing may leave. Default the error `guardrail_blocked`."),
  onTruncation: z
    .enum(["drop", "release"])
    .optional()
    .describe("What becomes of undecided text when a reply ends for its length. Default `drop`."),
  onError: z
    .enum(["fail", "skip"])
    .default("fail")
    .describe("What becomes of a call when the guard itself fails. `skip`: requests only, which go on unguarded."),
};

/** Options of an action, and which. */
export const actionOfOption = { replacement: "redact", keepLast: "mask", fallbackText: "block" } as const satisfies Record<
  string,
  Action
>;

/** The options that every guard has. */
export interface GuardOptions {
  readonly action: Action;
  readonly replacement?: string | undefined;
  readonly keepLast?: number | undefined;
  readonly direction: "input" | "output" | "both";
  readonly channels?: readonly (typeof channels)[number][] | undefined;
  readonly roles?: readonly RoleName[] | undefined;
  readonly fallbackText?: string | undefined;
  readonly onTruncation?: "drop" | "release" | undefined;
  readonly onError: "fail" | "skip";
}

/** The shape that every guard's options have, with the action that is taken by default. */
export function guardShape(defaultAction: Action) {
  const action = actionShape.action.default(defaultAction).describe("What happens to a finding.");
  return { ...actionShape, action, ...placeShape, ...outcomeShape };
}

/** What a check of zod's is given, as far as it is used. */
interface Checked<T> {
  readonly value: T;
  readonly issues: { push(issue: { code: "custom"; message: string; path: PropertyKey[]; input: unknown }): void };
}

/** A check that refuses options which cannot work together. `actionsOf`: all actions that the options name. */
export function possible<T extends GuardOptions>(actionsOf: (options: T) => readonly Action[] = ({ action }) => [action]) {
  return ({ value, issues }: Checked<T>): void => {
    for (const [field, message] of faults(value, new Set(actionsOf(value)))) {
      issues.push({ code: "custom", message, path: [field], input: value[field] });
    }
  };
}

function faults(options: GuardOptions, taken: ReadonlySet<Action>): (readonly [keyof GuardOptions, string])[] {
  const { direction } = options;
  const found: (readonly [keyof GuardOptions, string])[] = [];
  for (const [field, action] of Object.entries(actionOfOption) as [keyof typeof actionOfOption, Action][]) // its own entries
    if (options[field] !== undefined && !taken.has(action)) found.push([field, `does nothing without the action ${action}`]);
  if (taken.has("tokenize") && direction === "output")
    found.push(["direction", "cannot be output with the action tokenize: tokens are made of requests and put back in replies"]);
  if (taken.has("tokenize") && options.channels !== undefined)
    found.push(["channels", "cannot be limited with the action tokenize: tokens are put back wherever the model writes them"]);
  if (options.onTruncation !== undefined && direction === "input") found.push(["onTruncation", "does nothing on requests"]);
  if (options.roles !== undefined && direction === "output") found.push(["roles", "does nothing on replies"]);
  if (options.onError === "skip" && (direction !== "input" || taken.has("tokenize")))
    found.push(["onError", "can be skip on requests only: a reply that a guard has not passed would leave"]);
  return found;
}
