import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { AllowedTools, ToolChoice } from "#gen/sluice/chat/v1/tool_pb";
import type { Immutable } from "../../chat/immutable.ts";
import { JsonReader } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { arrayText, objectText } from "./object-text.ts";

/** What the choice of a tool depends on beside itself. */
export interface OfferedFunctions {
  /** Whether there are functions at all: without, Gemini refuses a choice. */
  readonly offered: boolean;
  /** Whether arguments must satisfy their schema. */
  readonly strict: boolean;
  /** JSON text of `streamFunctionCallArguments`. */
  readonly streamArguments: string | undefined;
}

interface Choice {
  /** AUTO and VALIDATED: the model decides. ANY: it must call. VALIDATED and ANY keep to the schemas and to the allowed names. */
  readonly mode: "AUTO" | "ANY" | "NONE" | "VALIDATED";
  readonly names?: readonly string[];
}

/** JSON text of the functionCallingConfig (https://ai.google.dev/api/caching#FunctionCallingConfig); undefined: the default. */
export function functionCallingConfig(
  { toolChoice, parallelToolCalls }: Immutable<ChatCompletionRequest>,
  { offered, strict, streamArguments }: OfferedFunctions,
  left: LeftOutParams,
): string | undefined {
  if (parallelToolCalls === false) left.leave("parallel_tool_calls", "false");
  if (!offered) {
    if (toolChoice !== undefined && !isMode(toolChoice, "none") && !isMode(toolChoice, "auto")) left.leave("tool_choice");
    return undefined;
  }
  const choice = toolChoice === undefined ? undefined : choiceOf(toolChoice, left);
  const mode = strict && (choice === undefined || choice.mode === "AUTO") ? "VALIDATED" : choice?.mode;
  if (mode === undefined && streamArguments === undefined) return undefined;
  return objectText({
    mode: mode === undefined ? undefined : JSON.stringify(mode),
    allowedFunctionNames: arrayText((choice?.names ?? []).map((name) => JSON.stringify(name))),
    streamFunctionCallArguments: streamArguments,
  });
}

const isMode = ({ choice }: Immutable<ToolChoice>, mode: string): boolean => choice.case === "mode" && choice.value === mode;

function choiceOf({ choice, unknownFieldsJson }: Immutable<ToolChoice>, left: LeftOutParams): Choice | undefined {
  if (unknownFieldsJson === undefined) {
    switch (choice.case) {
      case "mode":
        if (choice.value === "none") return { mode: "NONE" };
        if (choice.value === "auto") return { mode: "AUTO" };
        if (choice.value === "required") return { mode: "ANY" };
        break;
      case "function":
        return { mode: "ANY", names: [choice.value.name] };
      case "allowedTools":
        return allowedTools(choice.value, left);
    }
  }
  left.leave("tool_choice");
  return undefined;
}

function allowedTools({ mode, toolsJson }: Immutable<AllowedTools>, left: LeftOutParams): Choice {
  const names: string[] = [];
  toolsJson.forEach((json, index) => {
    const name = functionName(json);
    if (name === undefined) left.leave(`tool_choice.allowed_tools.tools[${index}]`);
    else names.push(name);
  });
  return { mode: mode === "required" ? "ANY" : "VALIDATED", names };
}

/** The name in `{"type":"function","function":{"name":…}}`; undefined for a tool of another kind. */
function functionName(json: string): string | undefined {
  let name: string | undefined;
  const reader = new JsonReader(json);
  reader.object((key) => {
    if (key !== "function" || reader.kind() !== "object") return reader.skip();
    reader.object((inner) => {
      if (inner === "name" && reader.kind() === "string") name = reader.string();
      else reader.skip();
    });
  });
  reader.end();
  return name;
}
