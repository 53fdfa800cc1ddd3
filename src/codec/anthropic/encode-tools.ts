import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { CustomTool, FunctionDefinition, Tool } from "#gen/sluice/chat/v1/tool_pb";
import type { Immutable } from "../../chat/immutable.ts";
import { JsonProblem } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { exactMembers, objectOf } from "./exact-members.ts";
import { extraMembers } from "./extra-members.ts";
import { grammarSchema } from "./grammar-schema.ts";
import { customInput, customName } from "./reserved-names.ts";

/** An offered tool: its name there, and its JSON. */
export interface EncodedTool {
  readonly name: string;
  readonly json: string;
}

/** The most tools of one request whose calls must satisfy their schema (https://platform.claude.com/docs/en/agents-and-tools/tool-use/strict-tool-use). */
const mostStrict = 20;

const toolExtras: ReadonlySet<string> = new Set([
  "cache_control",
  "defer_loading",
  "eager_input_streaming",
  "input_examples",
  "allowed_callers",
]);

/**
 * Tools as the vendor's (https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools): functions under their names with
 * their schemas as they are, custom tools as tools with one text as input, and the vendor's own by their type, e.g.
 * `web_search_20250305`, as the client wrote them.
 * @param strict whether the model takes `strict`.
 */
export function encodeTools(request: Immutable<ChatCompletionRequest>, strict: boolean, left: LeftOutParams): EncodedTool[] {
  const tools: EncodedTool[] = [];
  let room = strict ? mostStrict : 0;
  const add = (tool: Immutable<Tool>, path: string) => {
    const encoded = encodeTool(tool, path, room > 0, left);
    if (encoded === undefined) return;
    if (encoded.json.endsWith(',"strict":true}')) room--;
    tools.push(encoded);
  };
  for (const [at, tool] of request.tools.entries()) under("tools", at, () => add(tool, `tools[${at}]`));
  for (const [at, definition] of request.functions.entries()) {
    under("functions", at, () => add({ $typeName: "sluice.chat.v1.Tool", function: definition }, `functions[${at}]`));
  }
  return tools;
}

function under(list: string, at: number, step: () => void): void {
  try {
    step();
  } catch (error) {
    throw JsonProblem.under(list, JsonProblem.under(at, error));
  }
}

function encodeTool(tool: Immutable<Tool>, path: string, strict: boolean, left: LeftOutParams): EncodedTool | undefined {
  if (tool.function !== undefined) return functionTool(tool.function, tool.unknownFieldsJson, path, strict, left);
  if (tool.custom !== undefined) return customTool(tool.custom, tool.unknownFieldsJson, path, left);
  const own = vendorTool(tool);
  if (own === undefined) left.leave(path);
  return own;
}

function functionTool(
  { name, description, parametersJson, parameters, strict, unknownFieldsJson }: Immutable<FunctionDefinition>,
  beside: string | undefined,
  path: string,
  mayBeStrict: boolean,
  left: LeftOutParams,
): EncodedTool {
  const given = parametersJson ?? (parameters === undefined ? '{"type":"object","properties":{}}' : JSON.stringify(parameters));
  const { schema, moved } = inputSchema(given);
  if (moved !== undefined) left.leave(`${path}.function.parameters`);
  const words = [description, moved].filter((text) => text !== undefined && text !== "").join("\n\n");
  const extra =
    extraMembers(beside, path, left, toolExtras) + extraMembers(unknownFieldsJson, `${path}.function`, left, toolExtras);
  const isStrict = strict === true && mayBeStrict && grammarSchema(schema)?.changed === false;
  if (strict === true && !isStrict) left.leave(`${path}.function.strict`);
  const text = words === "" ? "" : `,"description":${JSON.stringify(words)}`;
  const end = isStrict ? ',"strict":true' : "";
  return { name, json: `{"name":${JSON.stringify(name)}${text},"input_schema":${schema}${extra}${end}}` };
}

/** Keywords that the vendor refuses at the top of an input's schema; what they say goes into the description. */
const notAtTop = ["oneOf", "anyOf", "allOf"];

/** A schema as one of an input: an object's. */
function inputSchema(text: string): { schema: string; moved?: string } {
  let members: Map<string, string>;
  try {
    members = exactMembers(text);
  } catch (error) {
    throw JsonProblem.under("function", JsonProblem.under("parameters_json", error));
  }
  const moved = notAtTop.filter((keyword) => members.has(keyword));
  if (moved.length === 0 && members.get("type") === '"object"') return { schema: text };
  const said = moved.map((keyword) => `${JSON.stringify(keyword)}: ${members.get(keyword)}`).join(", ");
  for (const keyword of moved) members.delete(keyword);
  const schema = objectOf(new Map([...members, ["type", '"object"']])) ?? "";
  return moved.length === 0 ? { schema } : { schema, moved: `The input must also satisfy the JSON Schema {${said}}.` };
}

function customTool(
  { name, description, format, unknownFieldsJson }: Immutable<CustomTool>,
  beside: string | undefined,
  path: string,
  left: LeftOutParams,
): EncodedTool {
  const grammar = format?.grammar;
  if (grammar !== undefined) left.leave(`${path}.custom.format`);
  const rule = grammar && `The input must satisfy this grammar (${grammar.syntax}):\n${grammar.definition}`;
  const words = [description, rule].filter((text) => text !== undefined && text !== "").join("\n\n");
  const extra =
    extraMembers(beside, path, left, toolExtras) + extraMembers(unknownFieldsJson, `${path}.custom`, left, toolExtras);
  const key = JSON.stringify(customInput);
  const schema = `{"type":"object","properties":{${key}:{"type":"string"}},"required":[${key}],"additionalProperties":false}`;
  const text = words === "" ? "" : `,"description":${JSON.stringify(words)}`;
  const own = customName(name);
  return { name: own, json: `{"name":${JSON.stringify(own)}${text},"input_schema":${schema}${extra}}` };
}

/** A tool of the vendor's own: its type ends in a date. */
function vendorTool({ type = "", unknownFieldsJson = "{}" }: Immutable<Tool>): EncodedTool | undefined {
  if (!/^[a-z0-9_]+_20\d{6}$/.test(type)) return undefined;
  const members = exactMembers(unknownFieldsJson);
  const name: unknown = JSON.parse(members.get("name") ?? '""');
  const json = objectOf(new Map([["type", ""], ...members, ["type", JSON.stringify(type)]])) ?? "{}";
  return { name: typeof name === "string" ? name : "", json };
}
