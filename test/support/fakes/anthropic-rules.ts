import { AnthropicFault, type Fields, isObject, listAt, must, objectAt, stringAt, wordAt } from "./anthropic-fault.ts";
import { anthropicModels, type ModelFacts } from "./anthropic-models.ts";
import { checkSchema } from "./anthropic-schema.ts";
import { type CheckedTurn, checkTurns } from "./anthropic-turns.ts";

const optional = [
  ...["system", "tools", "tool_choice", "thinking", "output_config", "temperature", "top_p", "top_k", "stop_sequences"],
  ...["metadata", "service_tier", "speed", "stream", "cache_control", "container", "inference_geo", "context_management"],
];

/**
 * Checks a request as the Messages API does (https://platform.claude.com/docs/en/api/messages), strictly.
 * @throws AnthropicFault what the API answers.
 */
export function checkRequest(value: unknown): Fields {
  const body = objectAt(value, "body", ["model", "max_tokens", "messages"], optional);
  const model = stringAt(body.model, "model");
  const facts = anthropicModels[model];
  if (facts === undefined) throw new AnthropicFault(`model: ${model}`, 404, "not_found_error");
  const limit = body.max_tokens;
  must(Number.isInteger(limit) && Number(limit) > 0, "max_tokens: Input should be greater than or equal to 1");
  const turns = checkTurns(body.messages, facts);
  checkSystem(body.system);
  const names = checkTools(body.tools);
  const thinking = checkThinking(body.thinking, Number(limit), facts);
  checkToolChoice(body.tool_choice, names, thinking, facts);
  checkSampling(body, thinking, facts);
  checkOutput(body.output_config, facts);
  if (thinking === "enabled") checkThinkingFirst(turns);
  for (const sequence of listAt(body.stop_sequences ?? [], "stop_sequences")) {
    must(stringAt(sequence, "stop_sequences").trim() !== "", "stop_sequences: each stop sequence must contain non-whitespace");
  }
  if (body.metadata !== undefined) objectAt(body.metadata, "metadata", [], ["user_id"]);
  if (body.service_tier !== undefined) wordAt(body.service_tier, "service_tier", ["auto", "standard_only"]);
  must(["undefined", "boolean"].includes(typeof body.stream), "stream: Input should be a valid boolean");
  const marks = JSON.stringify(body).match(/"cache_control":\{/g)?.length ?? 0;
  must(marks <= 4, `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`);
  return body;
}

function checkSystem(system: unknown): void {
  if (system === undefined || typeof system === "string") return;
  for (const [at, block] of listAt(system, "system").entries()) {
    const { type, text } = objectAt(block, `system.${at}`, ["type", "text"], ["cache_control"]);
    must(type === "text" && stringAt(text, `system.${at}.text`).trim() !== "", "system: text content blocks must be non-empty");
  }
}

const extras = ["description", "cache_control", "strict", "defer_loading", "eager_input_streaming", "input_examples"];

function checkTools(tools: unknown): readonly string[] {
  if (tools === undefined) return [];
  const names = listAt(tools, "tools").map((value, at) => {
    const path = `tools.${at}`;
    if (isObject(value) && value.type !== undefined && value.type !== "custom") return checkServerTool(value, path);
    const tool = objectAt(value, path, ["name", "input_schema"], [...extras, "type"]);
    must(/^[\w-]{1,128}$/.test(stringAt(tool.name, path)), `${path}.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
    const schema = tool.input_schema;
    must(isObject(schema) && schema.type === "object", `${path}.custom.input_schema.type: Field required`);
    const alternative = ["oneOf", "anyOf", "allOf"].find((keyword) => keyword in schema);
    must(
      alternative === undefined,
      `${path}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`,
    );
    if (tool.strict === true) checkSchema(schema, `${path}.custom.input_schema`);
    return stringAt(tool.name, path);
  });
  must(new Set(names).size === names.length, "tools: Tool names must be unique.");
  return names;
}

function checkServerTool(value: Fields, path: string): string {
  wordAt(value.type, `${path}.type`, ["web_search_20250305"]);
  const tool = objectAt(value, path, ["type", "name"], ["max_uses", "user_location", "allowed_domains", "cache_control"]);
  if (tool.user_location !== undefined) objectAt(tool.user_location, path, ["type"], ["city", "country", "region", "timezone"]);
  return wordAt(tool.name, `${path}.name`, ["web_search"]);
}

function checkThinking(value: unknown, limit: number, facts: ModelFacts): string | undefined {
  if (value === undefined) return undefined;
  const { type, budget_tokens } = objectAt(value, "thinking", ["type"], ["budget_tokens", "display"]);
  must(facts.thinking.includes(String(type)), `"thinking.type.${type}" is not supported for this model.`);
  if (type === "enabled") {
    must(Number.isInteger(budget_tokens), "thinking.enabled.budget_tokens: Field required");
    must(Number(budget_tokens) >= 1024, "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
    must(Number(budget_tokens) < limit, "`max_tokens` must be greater than `thinking.budget_tokens`.");
  } else must(budget_tokens === undefined, "thinking.budget_tokens: Extra inputs are not permitted");
  return String(type);
}

function checkToolChoice(value: unknown, names: readonly string[], thinking: string | undefined, facts: ModelFacts): void {
  if (value === undefined) return;
  must(names.length > 0, "tool_choice: may only be specified while providing tools");
  const choice = objectAt(value, "tool_choice", ["type"], ["name", "disable_parallel_tool_use"]);
  const type = wordAt(choice.type, "tool_choice.type", ["auto", "any", "tool", "none"]);
  must((choice.name !== undefined) === (type === "tool"), "tool_choice.name: only a named tool has a name");
  must(type !== "tool" || names.includes(String(choice.name)), `tool_choice: Tool '${choice.name}' not found in provided tools`);
  must(type !== "none" || choice.disable_parallel_tool_use === undefined, "tool_choice.none: Extra inputs are not permitted");
  if (type !== "any" && type !== "tool") return;
  must(facts.forcedTools, 'tool_choice: type "tool" and "any" are not supported for this model.');
  must(thinking !== "enabled", "Thinking may not be enabled when tool_choice forces tool use.");
}

function checkSampling(body: Fields, thinking: string | undefined, facts: ModelFacts): void {
  const { temperature, top_p, top_k } = body;
  for (const [name, value] of Object.entries({ temperature, top_p, top_k })) {
    if (value === undefined) continue;
    must(facts.sampling || (name === "temperature" && value === 1), `\`${name}\` is deprecated for this model.`);
    must(name === "top_k" || (Number(value) >= 0 && Number(value) <= 1), `${name}: range: 0..1`);
  }
  must(temperature === undefined || top_p === undefined, "`temperature` and `top_p` cannot both be specified for this model.");
  if (thinking !== "enabled" && thinking !== "adaptive") return;
  must(temperature === undefined || temperature === 1, "`temperature` may only be set to 1 when thinking is enabled.");
  must(top_p === undefined || Number(top_p) >= 0.95, "`top_p` must be greater than or equal to 0.95 when thinking is enabled.");
  must(top_k === undefined, "`top_k` must be unset when thinking is enabled.");
}

function checkOutput(value: unknown, facts: ModelFacts): void {
  if (value === undefined) return;
  const { effort, format } = objectAt(value, "output_config", [], ["effort", "format"]);
  if (effort !== undefined) must(facts.efforts.includes(String(effort)), "This model does not support the effort parameter.");
  if (format === undefined) return;
  const { type, schema } = objectAt(format, "output_config.format", ["type", "schema"]);
  must(type === "json_schema", "output_config.format.type: Input should be 'json_schema'");
  checkSchema(schema, "output_config.format.schema");
}

/** With manual thinking, the turn that results answer begins with its thinking. */
function checkThinkingFirst(turns: readonly CheckedTurn[]): void {
  const last = turns.at(-1);
  must(last?.role !== "assistant", "messages: prefill is not supported while thinking is enabled");
  if (last?.content[0]?.type !== "tool_result") return;
  const type = turns.at(-2)?.content[0]?.type;
  must(
    type === "thinking" || type === "redacted_thinking",
    `messages.${turns.length - 2}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${type}\`.`,
  );
}
