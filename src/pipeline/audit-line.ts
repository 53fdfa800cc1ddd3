import type { RequestContext } from "./context.ts";

type FoundContext = Pick<RequestContext, "callId" | "log" | "model" | "requestId" | "route">;

/** A line names no more findings than that; it counts all. */
const mostFindings = 100;

/** Logs what the guards of a call found, one line: what and where, never the text. Nothing when they found nothing. */
export function logFindings({ callId, log, model, requestId, route }: FoundContext): void {
  const { entities, verdicts, withheldCharacters } = route;
  if (verdicts.length === 0) return;
  const findings = verdicts
    .slice(0, mostFindings)
    .map(({ action, channel, choice, end, entity, middleware, start, toolCall }) => {
      return { middleware, entity, action, channel, choice, tool_call: toolCall, start, end };
    });
  const call = { call_id: callId, request_id: requestId, model };
  log.info({ ...call, entities, withheld_characters: withheldCharacters, findings }, "guardrails");
}
