/** A request that OpenAI refuses: what it says, and of which parameter. */
export interface OpenAiFault {
  readonly message: string;
  readonly param: string;
  readonly code: string | null;
}

type Json = Record<string, unknown>;
/** Says what is wrong with a value; undefined: nothing. */
type Rule = (value: unknown, at: string) => OpenAiFault | undefined;

const fault = (param: string, message: string, code: string | null = null): OpenAiFault => ({ message, param, code });
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const kind = (value: unknown) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

const typed =
  (wanted: string, test: (value: unknown) => boolean): Rule =>
  (value, at) =>
    test(value)
      ? undefined
      : fault(at, `Invalid type for '${at}': expected ${wanted}, but got ${kind(value)} instead.`, "invalid_type");
const text = typed("a string", (value) => typeof value === "string");
const flag = typed("a boolean", (value) => typeof value === "boolean");
const anyObject = typed("an object", isObject);
const between = (low: number, high: number) =>
  typed(`a number from ${low} to ${high}`, (value) => typeof value === "number" && value >= low && value <= high);
const whole = (low: number, high = 2 ** 53) =>
  typed("an integer", (value) => Number.isInteger(value) && Number(value) >= low && Number(value) <= high);
const oneOf =
  (...words: string[]): Rule =>
  (value, at) =>
    typeof value === "string" && words.includes(value)
      ? undefined
      : fault(
          at,
          `Invalid value: '${String(value)}'. Supported values are: ${words.map((word) => `'${word}'`).join(", ")}.`,
          "invalid_value",
        );
const listOf =
  (item: Rule, most = Number.POSITIVE_INFINITY): Rule =>
  (value, at) => {
    if (!Array.isArray(value) || value.length === 0) return fault(at, `Invalid '${at}': expected an array that is not empty.`);
    if (value.length > most) return fault(at, `Invalid '${at}': array too long.`, "array_above_max_length");
    return firstOf(value.map((each, index) => item(each, `${at}[${index}]`)));
  };
const either =
  (...rules: Rule[]): Rule =>
  (value, at) =>
    rules.some((rule) => rule(value, at) === undefined) ? undefined : rules[0]?.(value, at);
const orNull =
  (rule: Rule): Rule =>
  (value, at) =>
    value === null ? undefined : rule(value, at);

const firstOf = (faults: (OpenAiFault | undefined)[]) => faults.find((each) => each !== undefined);

/** An object with these members and no others. */
const shape =
  (members: Readonly<Record<string, Rule>>, ...required: string[]): Rule =>
  (value, at) => {
    if (!isObject(value)) return anyObject(value, at);
    const path = (key: string) => (at === "" ? key : `${at}.${key}`);
    const missing = required.find((key) => value[key] === undefined);
    if (missing !== undefined)
      return fault(path(missing), `Missing required parameter: '${path(missing)}'.`, "missing_required_parameter");
    return firstOf(
      Object.entries(value).map(([key, inner]) => {
        const rule = Object.hasOwn(members, key) ? members[key] : undefined;
        return rule === undefined
          ? fault(path(key), `Unknown parameter: '${path(key)}'.`, "unknown_parameter")
          : rule(inner, path(key));
      }),
    );
  };

/** One of several objects, told apart by their `type`. */
const byType =
  (kinds: Readonly<Record<string, Rule>>): Rule =>
  (value, at) => {
    if (!isObject(value)) return anyObject(value, at);
    const rule = typeof value.type === "string" && Object.hasOwn(kinds, value.type) ? kinds[value.type] : undefined;
    return rule === undefined ? oneOf(...Object.keys(kinds))(value.type, `${at}.type`) : rule(value, at);
  };

const base64Url: Rule = (value, at) =>
  typeof value === "string" && /^(?:https?:\/\/\S+|data:[\w/+.-]+;base64,[A-Za-z\d+/]+=*)$/.test(value)
    ? undefined
    : fault(at, `Invalid '${at}': expected a URL or base64 data.`, "invalid_image_url");
const textPart = shape({ type: text, text }, "text");
const parts = {
  text: textPart,
  image_url: shape(
    { type: text, image_url: shape({ url: base64Url, detail: oneOf("auto", "low", "high") }, "url") },
    "image_url",
  ),
  input_audio: shape(
    { type: text, input_audio: shape({ data: text, format: oneOf("wav", "mp3") }, "data", "format") },
    "input_audio",
  ),
  file: shape({ type: text, file: shape({ filename: text, file_data: text, file_id: text }) }, "file"),
};
const content = (...kinds: (keyof typeof parts)[]) =>
  either(listOf(byType(Object.fromEntries(kinds.map((each) => [each, parts[each]])))), text);
const refusalPart = shape({ type: text, refusal: text }, "refusal");

const toolName = typed("a name", (value) => typeof value === "string" && /^[\w-]{1,64}$/.test(value));
const toolCall = byType({
  function: shape(
    { id: text, type: text, function: shape({ name: toolName, arguments: text }, "name", "arguments") },
    "id",
    "function",
  ),
  custom: shape({ id: text, type: text, custom: shape({ name: toolName, input: text }, "name", "input") }, "id", "custom"),
});

const common = { role: text, name: text };
const messages: Readonly<Record<string, Rule>> = {
  system: shape({ ...common, content: content("text") }, "content"),
  developer: shape({ ...common, content: content("text") }, "content"),
  user: shape({ ...common, content: content("text", "image_url", "input_audio", "file") }, "content"),
  assistant: shape({
    ...common,
    content: orNull(either(listOf(byType({ text: textPart, refusal: refusalPart })), text)),
    refusal: orNull(text),
    audio: orNull(shape({ id: text }, "id")),
    tool_calls: listOf(toolCall),
    function_call: orNull(shape({ name: toolName, arguments: text }, "name", "arguments")),
  }),
  tool: shape({ role: text, content: content("text", "image_url"), tool_call_id: text }, "content", "tool_call_id"),
  function: shape({ role: text, name: toolName, content: orNull(text) }, "name"),
};
const message: Rule = (value, at) => {
  if (!isObject(value)) return anyObject(value, at);
  const rule = typeof value.role === "string" && Object.hasOwn(messages, value.role) ? messages[value.role] : undefined;
  return rule === undefined ? oneOf(...Object.keys(messages))(value.role, `${at}.role`) : rule(value, at);
};

const fn = shape({ name: toolName, description: text, parameters: anyObject, strict: orNull(flag) }, "name");
const tool = byType({
  function: shape({ type: text, function: fn }, "function"),
  custom: shape({ type: text, custom: shape({ name: toolName, description: text, format: anyObject }, "name") }, "custom"),
});
const toolChoice = either(
  byType({
    function: shape({ type: text, function: shape({ name: toolName }, "name") }, "function"),
    custom: shape({ type: text, custom: shape({ name: toolName }, "name") }, "custom"),
    allowed_tools: shape({ type: text, allowed_tools: anyObject }, "allowed_tools"),
  }),
  oneOf("none", "auto", "required"),
);
const responseFormat = byType({
  text: shape({ type: text }),
  json_object: shape({ type: text }),
  json_schema: shape(
    { type: text, json_schema: shape({ name: toolName, description: text, schema: anyObject, strict: orNull(flag) }, "name") },
    "json_schema",
  ),
});

const request = shape(
  {
    model: text,
    messages: listOf(message),
    ...{ frequency_penalty: between(-2, 2), presence_penalty: between(-2, 2), temperature: between(0, 2), top_p: between(0, 1) },
    ...{ logit_bias: anyObject, logprobs: flag, top_logprobs: whole(0, 20), n: whole(1, 128), seed: whole(-(2 ** 53)) },
    ...{ max_tokens: whole(1), max_completion_tokens: whole(1), stop: either(listOf(text, 4), text), user: text, store: flag },
    ...{ stream: flag, stream_options: shape({ include_usage: flag, include_obfuscation: flag }), metadata: anyObject },
    ...{ tools: listOf(tool, 128), tool_choice: toolChoice, parallel_tool_calls: flag, response_format: responseFormat },
    ...{ functions: listOf(fn, 128), function_call: either(shape({ name: toolName }, "name"), oneOf("none", "auto")) },
    ...{ safety_identifier: text, prompt_cache_key: text, prompt_cache_retention: oneOf("in_memory", "24h") },
    ...{
      verbosity: oneOf("low", "medium", "high"),
      modalities: listOf(oneOf("text", "audio")),
      audio: anyObject,
      moderation: anyObject,
    },
    reasoning_effort: oneOf("none", "minimal", "low", "medium", "high", "xhigh", "max"),
    service_tier: oneOf("auto", "default", "flex", "scale", "priority", "fast"),
    ...{ prediction: anyObject, web_search_options: anyObject, prompt_cache_options: anyObject },
  },
  "model",
  "messages",
);

/** What OpenAI finds wrong with a request (https://platform.openai.com/docs/api-reference/chat/create); undefined: nothing. */
export function openAiFault(body: unknown): OpenAiFault | undefined {
  const found = request(body, "");
  if (found !== undefined || !isObject(body)) return found;
  const { stream, stream_options, tools, tool_choice, parallel_tool_calls, top_logprobs, logprobs } = body;
  if (stream_options !== undefined && stream !== true)
    return fault("stream_options", "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
  if (tool_choice !== undefined && tools === undefined)
    return fault("tool_choice", "'tool_choice' is only allowed when 'tools' are specified.");
  if (parallel_tool_calls !== undefined && tools === undefined)
    return fault("parallel_tool_calls", "'parallel_tool_calls' is only allowed when 'tools' are specified.");
  if (top_logprobs !== undefined && logprobs !== true)
    return fault("top_logprobs", "'top_logprobs' is only allowed when 'logprobs' is enabled.");
  return unansweredCall(body.messages as Json[]); // checked above
}

/** Every tool call is answered right after its message, and nothing else is. */
function unansweredCall(all: readonly Json[]): OpenAiFault | undefined {
  let open = new Set<unknown>();
  for (const [index, { role, tool_calls, tool_call_id }] of all.entries()) {
    const at = `messages.[${index}]`;
    if (role === "tool") {
      if (!open.delete(tool_call_id))
        return fault(`${at}.role`, "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'.");
    } else if (open.size > 0) break;
    else if (Array.isArray(tool_calls)) open = new Set(tool_calls.map((call: Json) => call.id));
  }
  if (open.size === 0) return undefined;
  const ids = [...open].join(", ");
  const words = "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.";
  return fault("messages", `${words} The following tool_call_ids did not have response messages: ${ids}`);
}
