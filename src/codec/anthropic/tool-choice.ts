import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { Immutable } from "../../chat/immutable.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import type { EncodedTool } from "./encode-tools.ts";
import { customName } from "./reserved-names.ts";

/** Which tools are offered, and how the model has to use them. */
export interface EncodedChoice {
  readonly tools: readonly EncodedTool[];
  /** `tool_choice` as JSON text. */
  readonly json?: string;
  /** Whether it forces a call. */
  readonly forced: boolean;
}

type Request = Immutable<ChatCompletionRequest>;

/** `auto`, `any` and `none` as they are there, or a tool's name. */
type Choice = { readonly mode: "auto" | "any" | "none" } | { readonly tool: string };

/**
 * `tool_choice` and `parallel_tool_calls` (https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools#controlling-claudes-output).
 * @param output a tool that stands for the form of the reply: the model must call it or another.
 * @param mayForce whether the model takes a choice that forces a call.
 */
export function encodeToolChoice(
  request: Request,
  offered: readonly EncodedTool[],
  output: EncodedTool | undefined,
  mayForce: boolean,
  left: LeftOutParams,
): EncodedChoice {
  const asked = askedChoice(request);
  const allowed = allowedTools(request, offered);
  const tools = output === undefined ? allowed : [...allowed, output];
  if (tools.length === 0) {
    if (asked !== undefined && !("mode" in asked && asked.mode !== "any")) left.leave("tool_choice");
    return { tools, forced: false };
  }
  let choice = output === undefined ? asked : withOutput(asked, allowed.length > 0, output);
  if (choice !== undefined && isForced(choice) && !mayForce) {
    left.leave("tool_choice");
    choice = { mode: "auto" };
  }
  const single = request.parallelToolCalls === false && !(choice !== undefined && "mode" in choice && choice.mode === "none");
  if (choice === undefined && !single) return { tools, forced: false };
  const final: Choice = choice ?? { mode: "auto" };
  const how = "tool" in final ? `"type":"tool","name":${JSON.stringify(final.tool)}` : `"type":"${final.mode}"`;
  return { tools, json: `{${how}${single ? ',"disable_parallel_tool_use":true' : ""}}`, forced: isForced(final) };
}

const isForced = (choice: Choice): boolean => "tool" in choice || choice.mode === "any";

/** With a tool for the reply's form, no call is no reply. */
function withOutput(asked: Choice | undefined, hasTools: boolean, output: EncodedTool): Choice {
  if (asked !== undefined && "tool" in asked) return asked;
  return hasTools && asked?.mode !== "none" ? { mode: "any" } : { tool: output.name };
}

function askedChoice({ toolChoice, functionCall }: Request): Choice | undefined {
  const choice = toolChoice?.choice;
  switch (choice?.case) {
    case "mode":
      return { mode: modeOf(choice.value) };
    case "function":
      return { tool: choice.value.name };
    case "custom":
      return { tool: customName(choice.value.name) };
    case "allowedTools":
      return { mode: modeOf(choice.value.mode) };
  }
  if (functionCall?.choice.case === "name") return { tool: functionCall.choice.value };
  return functionCall?.choice.case === "mode" ? { mode: modeOf(functionCall.choice.value) } : undefined;
}

function modeOf(word: string): "auto" | "any" | "none" {
  if (word === "required") return "any";
  return word === "none" ? "none" : "auto";
}

/** Some of the offered tools: the vendor has no such choice, so the others are not offered. */
function allowedTools({ toolChoice }: Request, offered: readonly EncodedTool[]): readonly EncodedTool[] {
  if (toolChoice?.choice.case !== "allowedTools") return offered;
  const names = new Set(toolChoice.choice.value.toolsJson.map(nameIn));
  return offered.filter(({ name }) => names.has(name));
}

/** The name in a tool definition's JSON text; the text is the client's and may be anything. */
function nameIn(json: string): string | undefined {
  let tool: unknown;
  try {
    tool = JSON.parse(json);
  } catch {
    return undefined;
  }
  const text = (value: unknown, key: string): unknown =>
    typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  const custom = text(text(tool, "custom"), "name");
  if (typeof custom === "string") return customName(custom);
  const name = text(text(tool, "function"), "name") ?? text(tool, "name");
  return typeof name === "string" ? name : undefined;
}
