import { checkBlock } from "./anthropic-content.ts";
import { type Fields, listAt, must, objectAt, wordAt } from "./anthropic-fault.ts";
import type { ModelFacts } from "./anthropic-models.ts";

/** A turn of the request. */
export interface CheckedTurn {
  readonly role: string;
  readonly content: readonly Fields[];
}

/** Checks the conversation: its blocks, its turns and that each call has its result. */
export function checkTurns(value: unknown, facts: ModelFacts): readonly CheckedTurn[] {
  const turns = listAt(value, "messages").map((message, at) => checkTurn(message, `messages.${at}`, facts));
  must(turns.length > 0, "messages: at least one message is required");
  for (const [at, turn] of turns.entries()) {
    checkPlace(turns, at);
    checkResults(turns, turn, at);
  }
  const last = turns.at(-1);
  if (last?.role !== "assistant") return turns;
  must(facts.prefill, "This model does not support assistant message prefill. The conversation must end with a user message.");
  const text = last.content.at(-1)?.text;
  must(
    typeof text !== "string" || text === text.trimEnd(),
    "messages: final assistant content cannot end with trailing whitespace",
  );
  return turns;
}

function checkTurn(value: unknown, path: string, facts: ModelFacts): CheckedTurn {
  const message = objectAt(value, path, ["role", "content"]);
  const role = wordAt(message.role, `${path}.role`, facts.systemTurns ? ["user", "assistant", "system"] : ["user", "assistant"]);
  const given = typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
  const blocks = listAt(given, `${path}.content`);
  must(blocks.length > 0, `${path}: all messages must have non-empty content except for the optional final assistant message`);
  const content = blocks.map((block, at) => checkBlock(block, `${path}.content.${at}`, role as "user")); // one of the three above
  return { role, content };
}

/** A system turn follows a user's and is followed by an assistant's, if by any. */
function checkPlace(turns: readonly CheckedTurn[], at: number): void {
  if (turns[at]?.role !== "system") return;
  must(turns[at - 1]?.role === "user", `messages.${at}: a system message must follow a user message`);
  must(
    (turns[at + 1]?.role ?? "assistant") === "assistant",
    `messages.${at}: a system message must precede an assistant message`,
  );
}

function checkResults(turns: readonly CheckedTurn[], { role, content }: CheckedTurn, at: number): void {
  if (role !== "user") {
    if (role === "assistant" && at === turns.length - 1) must(!content.some(({ type }) => type === "tool_use"), unanswered(at));
    return;
  }
  const results = content.filter(({ type }) => type === "tool_result");
  const first = content.slice(0, results.length);
  must(
    first.every(({ type }) => type === "tool_result"),
    `messages.${at}: tool_result blocks must come first in the content`,
  );
  const calls = (turns[at - 1]?.role === "assistant" ? (turns[at - 1]?.content ?? []) : []).filter(
    ({ type }) => type === "tool_use",
  );
  const ids = calls.map(({ id }) => id);
  const answered = results.map(({ tool_use_id }) => tool_use_id);
  must(new Set(answered).size === answered.length, `messages.${at}: each tool_use must have a single result`);
  for (const id of answered)
    must(ids.includes(id), `messages.${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}`);
  for (const id of ids) must(answered.includes(id), unanswered(at - 1));
}

const unanswered = (at: number): string =>
  `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after`;
