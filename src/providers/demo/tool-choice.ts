import type { JsonValue } from "@bufbuild/protobuf";
import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { Tool } from "#gen/sluice/chat/v1/tool_pb";
import { GatewayError } from "../../chat/error.ts";
import type { Immutable } from "../../chat/immutable.ts";

/**
 * The tool a model that always calls one calls: the one `tool_choice` names, else the first that is offered and allowed.
 * Undefined: none is to be called.
 * @throws GatewayError `invalid_request` when the choice names a tool that is not offered, or requires one where none is.
 */
export function chooseTool(request: Immutable<ChatCompletionRequest>): Immutable<Tool> | undefined {
  const { tools, toolChoice } = request;
  const choice = toolChoice?.choice;
  const [first] = tools;
  switch (choice?.case) {
    case "function":
    case "custom":
      return offered(tools.find((tool) => tool[choice.case]?.name === choice.value.name));
    case "allowedTools": {
      const allowed = new Set(choice.value.toolsJson.map(nameIn));
      const tool = tools.find((candidate) => allowed.has(toolName(candidate)));
      return choice.value.mode === "required" ? offered(tool) : tool;
    }
    case "mode":
      if (choice.value === "none") return undefined;
      return choice.value === "required" ? offered(first) : first;
    default:
      return first;
  }
}

/** The name of a function or custom tool. */
export function toolName(tool: Immutable<Tool>): string {
  return tool.function?.name ?? tool.custom?.name ?? "";
}

function offered(tool: Immutable<Tool> | undefined): Immutable<Tool> {
  if (tool === undefined)
    throw new GatewayError("invalid_request", "tool_choice asks for a tool that is not offered", { param: "tool_choice" });
  return tool;
}

/** The name in a tool reference such as `{"type":"function","function":{"name":"get_weather"}}`. */
function nameIn(json: string): string | undefined {
  let value: JsonValue;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new GatewayError("invalid_request", "tool_choice has an allowed tool that is not JSON", {
      param: "tool_choice",
      cause,
    });
  }
  const reference = value as { readonly [kind: string]: { readonly name?: unknown } | undefined } | null; // read with care below
  const name = reference?.function?.name ?? reference?.custom?.name;
  return typeof name === "string" ? name : undefined;
}
