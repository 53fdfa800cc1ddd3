import { type ChatCompletionResponse, type Choice, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import type { Channel, GuardAction } from "../../src/chat/guard.ts";

/** A literal guard, as data. */
export interface OracleGuard {
  readonly name: string;
  readonly literals: readonly string[];
  readonly action: GuardAction;
  readonly replacement: string;
  readonly channels: readonly Channel[];
}

/** What must have left of a reply, or of its beginning. */
export interface Expected {
  /** Per text, named `choice/channel/tool`: what has left. */
  readonly texts: ReadonlyMap<string, string>;
  /** Per choice: how it ended. */
  readonly ends: ReadonlyMap<number, FinishReason>;
  /** The findings, as sorted lines. */
  readonly verdicts: readonly string[];
  /** Characters that wait. */
  readonly held: number;
  /** Characters that can never leave any more. */
  readonly withheld: number;
  /** Whether some choice was blocked and no text has a character. */
  readonly blockedWhole: boolean;
}

interface Found {
  readonly start: number;
  readonly end: number;
  readonly guard: OracleGuard;
}

interface Decided {
  readonly out: string;
  readonly blocked: boolean;
  /** Up to where the text is decided. */
  readonly to: number;
  /** How many of its characters left, or were put back. */
  readonly kept: number;
  readonly found: readonly Found[];
}

const order: readonly GuardAction[] = ["block", "redact", "mask", "tokenize", "restore"];

/** What must have left of a reply, by plain search over its whole texts, which came in the order reasoning, content, refusal, tools. */
export function expectedOf(reply: ChatCompletionResponse, guards: readonly OracleGuard[]): Expected {
  const texts = new Map<string, string>();
  const ends = new Map<number, FinishReason>();
  const verdicts: string[] = [];
  let held = 0;
  let withheld = 0;
  let anyBlocked = false;
  for (const choice of reply.choices) {
    const lanes = lanesOf(choice);
    const before = new Map<string, Decided>();
    let blocked = false;
    for (const lane of lanes) {
      if (blocked) break;
      const decided = decide(lane.text, lane, guards, "more");
      before.set(lane.name, decided);
      blocked = decided.blocked;
    }
    const after = new Map(before);
    const finished = new Set<string>();
    if (!blocked && choice.finishReason !== FinishReason.UNSPECIFIED) {
      for (const lane of lanes) {
        if (blocked) break;
        const end = choice.finishReason === FinishReason.LENGTH ? "more" : "eof";
        const decided = decide(lane.text, lane, guards, end);
        after.set(lane.name, decided);
        blocked = decided.blocked;
        if (!blocked) finished.add(lane.name);
      }
    }
    const ended = blocked || choice.finishReason !== FinishReason.UNSPECIFIED;
    for (const lane of lanes) {
      const decided = after.get(lane.name);
      if (decided === undefined) {
        withheld += lane.text.length;
        continue;
      }
      const gone = decided.blocked || ended ? lane.text.length : decided.to;
      withheld += gone - decided.kept;
      held += lane.text.length - gone;
      if (decided.out !== "" || !lane.tool || finished.has(lane.name)) texts.set(lane.name, decided.out);
      for (const { start, end, guard } of decided.found) {
        verdicts.push(`${lane.name} ${start}-${end} ${guard.name} ${guard.action}`);
      }
    }
    if (ended) ends.set(choice.index, blocked ? FinishReason.CONTENT_FILTER : choice.finishReason);
    anyBlocked ||= blocked;
  }
  const silent = [...texts].every(([name, text]) => text === "" && !name.includes("tool_arguments"));
  return { texts, ends, verdicts: verdicts.sort(), held, withheld, blockedWhole: anyBlocked && silent };
}

interface Lane {
  readonly name: string;
  readonly channel: Channel;
  readonly text: string;
  readonly tool: boolean;
  readonly json: boolean;
}

/** The texts of a choice that have begun, in order. */
function lanesOf({ index, message }: Choice): Lane[] {
  const lanes: Lane[] = [];
  for (const channel of ["reasoning", "content", "refusal"] as const) {
    const text = message?.[channel];
    if (text !== undefined) lanes.push({ name: `${index}/${channel}/0`, channel, text, tool: false, json: false });
  }
  message?.toolCalls.forEach((call, tool) => {
    const text = call.function?.arguments ?? call.custom?.input ?? "";
    const json = call.function !== undefined;
    lanes.push({ name: `${index}/tool_arguments/${tool}`, channel: "tool_arguments", text, tool: true, json });
  });
  return lanes;
}

function decide(text: string, lane: Lane, guards: readonly OracleGuard[], end: "eof" | "more"): Decided {
  const watching = guards.filter(({ channels }) => channels.includes(lane.channel));
  const searched = watching.map((guard) => search(text, guard, end));
  const limit = Math.min(text.length, ...searched.map(({ safeTo }) => safeTo));
  const all = searched.flatMap(({ found }) => found);
  const changing = all.filter(({ guard }) => order.includes(guard.action));
  const report = (to: number) => all.filter(({ start }) => start < to);
  let out = "";
  let kept = 0;
  for (let at = 0; at < limit; ) {
    const first = changing.find(({ start }) => start === at);
    if (first === undefined) {
      out += text.charAt(at);
      kept++;
      at++;
      continue;
    }
    const cluster = [first];
    let stop = first.end;
    for (let grew = true; grew; ) {
      grew = false;
      for (const other of changing) {
        if (cluster.includes(other) || other.start < at || other.start >= stop) continue;
        cluster.push(other);
        stop = Math.max(stop, other.end);
        grew = true;
      }
    }
    if (stop > limit) return { out, blocked: false, to: at, kept, found: report(at) };
    const action = order.find((candidate) => cluster.some(({ guard }) => guard.action === candidate));
    if (action === "block") return { out, blocked: true, to: text.length, kept, found: report(stop) };
    const leaders = cluster.filter(({ guard }) => guard.action === action);
    leaders.sort((a, b) => a.start - b.start || b.end - a.end || (a.guard.name < b.guard.name ? -1 : 1));
    const replacement = leaders[0]?.guard.replacement ?? "";
    if (action === "restore") kept += stop - at;
    out += lane.json ? JSON.stringify(replacement).slice(1, -1) : replacement;
    at = stop;
  }
  return { out, blocked: false, to: limit, kept, found: report(limit) };
}

/** Leftmost-longest; with more text to come, up to the first place where a longer literal could still begin. */
function search(text: string, guard: OracleGuard, end: "eof" | "more"): { found: Found[]; safeTo: number } {
  const found: Found[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    if (end === "more" && guard.literals.some((literal) => literal.length > rest.length && literal.startsWith(rest))) break;
    const length = Math.max(0, ...guard.literals.filter((literal) => rest.startsWith(literal)).map((literal) => literal.length));
    if (length > 0) found.push({ start: at, end: at + length, guard });
    at += Math.max(1, length);
  }
  const halfPair = end === "more" && at === text.length && /[\ud800-\udbff]$/.test(text);
  return { found, safeTo: halfPair ? at - 1 : at };
}
