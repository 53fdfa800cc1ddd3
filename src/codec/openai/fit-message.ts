import { JsonReader } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import type { Dialect } from "./dialect.ts";
import { membersOf, membersText } from "./json-members.ts";

/**
 * A message of OpenAI's, as its members, as a vendor takes it.
 * @param at where it is in the request, e.g. `messages[2]`.
 * @throws GatewayError `unsupported_parameter` under the policy `reject`.
 */
export function fitMessage(members: Map<string, string>, at: string, dialect: Dialect, left: LeftOutParams): string {
  const leave = (name: string) => {
    const value = members.get(name);
    if (value === undefined) return;
    members.delete(name);
    if (!isEmpty(value)) left.leave(`${at}.${name}`);
  };
  if (!dialect.developer && members.get("role") === '"developer"') members.set("role", '"system"');
  for (const name of dialect.refusedInMessages) leave(name);
  fitReasoning(members, dialect, leave);
  fitItems(members, "tool_calls", ownInToolCalls, at, left);
  if (dialect.refusedInParts.size > 0) fitItems(members, "content", dialect.refusedInParts, at, left);
  return `{${membersText(members)}}`;
}

const ownInToolCalls: ReadonlySet<string> = new Set(["signature"]);
const isEmpty = (value: string): boolean => value === "null" || value === '""' || value === "[]";

/** Reasoning under the name that the vendor wants it back by. Proofs of it are for the vendor that gave them, whose API is another. */
function fitReasoning(members: Map<string, string>, { reasoning }: Dialect, leave: (name: string) => void): void {
  leave("reasoning_blocks");
  const names = ["reasoning_content", "reasoning"];
  const given = names.find((name) => members.get(name)?.startsWith('"') === true && !isEmpty(members.get(name) ?? ""));
  const text = given === undefined ? undefined : members.get(given);
  if (reasoning !== undefined && given !== undefined && text !== undefined) {
    members.delete(given);
    if (reasoning === "thinking") members.set("content", withThinking(text, members.get("content")));
    else members.set(reasoning, text);
  }
  for (const name of names) if (name !== reasoning) leave(name);
}

/** Content that begins with a thinking part (https://docs.mistral.ai/capabilities/reasoning). */
function withThinking(text: string, content = "null"): string {
  const thinking = `{"type":"thinking","thinking":[{"type":"text","text":${text}}]}`;
  if (isEmpty(content)) return `[${thinking}]`;
  return content.startsWith("[") ? `[${thinking},${content.slice(1)}` : `[${thinking},{"type":"text","text":${content}}]`;
}

/** Leaves members out of the objects of a list. */
function fitItems(
  members: Map<string, string>,
  list: string,
  refused: ReadonlySet<string>,
  at: string,
  left: LeftOutParams,
): void {
  const json = members.get(list);
  if (json?.startsWith("[") !== true || ![...refused].some((name) => json.includes(name))) return;
  const fitted: string[] = [];
  const reader = new JsonReader(json);
  reader.array((index) => {
    if (reader.kind() !== "object") {
      fitted.push(reader.raw());
      return;
    }
    const item = membersOf(reader);
    for (const name of refused) if (item.delete(name)) left.leave(`${at}.${list}[${index}].${name}`);
    fitted.push(`{${membersText(item)}}`);
  });
  members.set(list, `[${fitted.join(",")}]`);
}
