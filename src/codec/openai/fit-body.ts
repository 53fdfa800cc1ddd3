import { JsonReader } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { readingRequest } from "./decode-request.ts";
import type { Dialect } from "./dialect.ts";
import { fitMessage } from "./fit-message.ts";
import { membersOf, membersText } from "./json-members.ts";

/**
 * A body of OpenAI's as a vendor takes it: what the vendor refuses left out by the policy, renamed what it calls otherwise, every other
 * value the text it was.
 * @throws GatewayError `unsupported_parameter` under the policy `reject`, `invalid_request` when the body is not JSON.
 */
export function fitBody(body: string, dialect: Dialect, left: LeftOutParams): string {
  return readingRequest(() => {
    const members = membersOf(new JsonReader(body));
    for (const [name, value] of members) {
      if (!dialect.refused.has(name)) continue;
      members.delete(name);
      if (!isOnlyUsage(name, value)) left.leaveUnlessDefault(name, value);
    }
    for (const [ours, theirs] of dialect.renamed) rename(members, ours, theirs, left);
    const messages = members.get("messages");
    if (messages !== undefined) members.set("messages", fitMessages(messages, dialect, left));
    return `{${membersText(members)}${left.passed}}`;
  });
}

/** A request for the usage of a stream, which those who do not take it send anyway. */
const isOnlyUsage = (name: string, value: string): boolean =>
  name === "stream_options" && /^\{\s*"include_usage"\s*:\s*(?:true|false)\s*\}$/.test(value);

function rename(members: Map<string, string>, ours: string, theirs: string, left: LeftOutParams): void {
  const value = members.get(ours);
  if (value === undefined) return;
  members.delete(ours);
  if (members.has(theirs) && members.get(theirs) !== value) left.leave(ours);
  else members.set(theirs, value);
}

function fitMessages(json: string, dialect: Dialect, left: LeftOutParams): string {
  const fitted: string[] = [];
  const reader = new JsonReader(json);
  reader.array((index) => {
    if (reader.kind() !== "object") fitted.push(reader.raw());
    else fitted.push(fitMessage(membersOf(reader), `messages[${index}]`, dialect, left));
  });
  return `[${fitted.join(",")}]`;
}
