/** A request (OpenAI's JSON, without `model`) and the body that Bedrock's API reference wants for it. */
export interface BedrockRequest {
  readonly name: string;
  readonly feature: string;
  /** Default a Claude that has structured output and thinks by budget. */
  readonly model?: string;
  readonly request: { readonly messages: readonly object[]; readonly [member: string]: unknown };
  readonly metadata?: Readonly<Record<string, string>>;
  readonly expected: object;
  /** What is left out, by name. */
  readonly dropped?: readonly string[];
}

// Bodies: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_RequestSyntax
export const claude = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const claudeAdaptive = "global.anthropic.claude-opus-4-6-v1";
const claudeOld = "us.anthropic.claude-3-5-sonnet-20241022-v2:0";
const nova = "us.amazon.nova-2-lite-v1:0";
const gptOss = "openai.gpt-oss-120b-1:0";
const llama = "us.meta.llama4-maverick-17b-instruct-v1:0";
const profileArn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6";

const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const pdf = "JVBERi0xLjQKJSVFT0YK";
const ask = (content: unknown, more: object = {}) => ({ role: "user", content, ...more });
const hi = ask("Hi");
const user = (...content: object[]) => ({ role: "user", content });
const assistant = (...content: object[]) => ({ role: "assistant", content });
const says = (text: string) => ({ text });
const saidHi = { messages: [user(says("Hi"))] };
const schema = { type: "object", properties: { place: { type: "string" } }, required: ["place"], additionalProperties: false };
const weather = { type: "function", function: { name: "weather", description: "The weather", parameters: schema } };
const weatherSpec = { toolSpec: { name: "weather", description: "The weather", inputSchema: { json: schema } } };
const time = { type: "function", function: { name: "time" } };
const timeSpec = { toolSpec: { name: "time", inputSchema: { json: { type: "object", properties: {} } } } };
const call = (id: string, args: string) => ({ id, type: "function", function: { name: "weather", arguments: args } });
const called = { role: "assistant", content: null, tool_calls: [call("call_1", '{"place":"Oslo"}')] };
const use = (toolUseId: string, place: string) => ({ toolUse: { toolUseId, name: "weather", input: { place } } });
const result = (content: unknown, more: object = {}) => ({ role: "tool", tool_call_id: "call_1", content, ...more });
const answered = (...content: object[]) => ({ toolResult: { toolUseId: "call_1", content } });
const cache = { cache_control: { type: "ephemeral" } };
const point = { cachePoint: { type: "default" } };
const image = (url: string, more: object = {}) => ({ type: "image_url", image_url: { url, ...more } });
const pngBlock = { image: { format: "png", source: { bytes: png } } };
const file = (filename: string, type: string, data: string) => ({
  type: "file",
  file: { filename, file_data: `data:${type};base64,${data}` },
});
const document = (name: string, format: string, bytes: string) => ({ document: { name, format, source: { bytes } } });

const one = (
  name: string,
  feature: string,
  members: object,
  expected: object,
  more: Pick<BedrockRequest, "model" | "dropped" | "metadata"> = {},
): BedrockRequest => ({ name, feature, request: { messages: [hi], ...members }, expected: { ...saidHi, ...expected }, ...more });

const talk = (name: string, feature: string, messages: object[], expected: object, more: Partial<BedrockRequest> = {}) => ({
  name,
  feature,
  request: { messages },
  expected,
  ...more,
});

/** A conversation in which the weather tool is offered. */
const toolTalk = (name: string, feature: string, messages: object[], turns: object[], more: Partial<BedrockRequest> = {}) => ({
  name,
  feature,
  request: { messages: [hi, ...messages], tools: [weather] },
  expected: { messages: [user(says("Hi")), ...turns], toolConfig: { tools: [weatherSpec] } },
  ...more,
});

const format = (more: object = {}) => ({
  response_format: { type: "json_schema", json_schema: { name: "place", schema, ...more } },
});

export const requests: readonly BedrockRequest[] = [
  talk("user", "user message", [hi], saidHi),
  talk("system", "system message", [{ role: "system", content: "Be brief." }, hi], { system: [says("Be brief.")], ...saidHi }),
  talk("developer", "developer message", [{ role: "developer", content: "Be brief." }, hi], {
    system: [says("Be brief.")],
    ...saidHi,
  }),
  talk(
    "system-late",
    "system message in the middle",
    [{ role: "system", content: "One." }, hi, { role: "assistant", content: "Yes" }, { role: "system", content: "Two." }, hi],
    { system: [says("One."), says("Two.")], messages: [user(says("Hi")), assistant(says("Yes")), user(says("Hi"))] },
  ),
  talk("same-role", "several messages of one role", [hi, ask("Anybody?"), { role: "assistant", content: "I am." }, ask("Ah")], {
    messages: [user(says("Hi"), says("Anybody?")), assistant(says("I am.")), user(says("Ah"))],
  }),
  talk(
    "text-parts",
    "text in parts",
    [
      ask([
        { type: "text", text: "One. " },
        { type: "text", text: "Two." },
      ]),
    ],
    { messages: [user(says("One. "), says("Two."))] },
  ),
  talk("empty-content", "empty content", [ask(""), { role: "assistant", content: " \n" }, hi], saidHi),
  talk("names", "names of participants", [ask("Hi", { name: "ada" })], saidHi, { dropped: ["messages[0].name"] }),
  talk("assistant-last", "a beginning of the answer", [hi, { role: "assistant", content: "Well," }], {
    messages: [user(says("Hi")), assistant(says("Well,"))],
  }),
  talk("refusal", "an earlier refusal", [hi, { role: "assistant", content: null, refusal: "No." }, hi], {
    messages: [user(says("Hi")), assistant(says("No.")), user(says("Hi"))],
  }),

  talk("vision-data", "image inline", [ask([{ type: "text", text: "What?" }, image(`data:image/png;base64,${png}`)])], {
    messages: [user(says("What?"), pngBlock)],
  }),
  talk(
    "vision-s3",
    "image in S3",
    [ask([image("s3://bucket/cat.jpg", { detail: "high" })])],
    {
      messages: [user({ image: { format: "jpeg", source: { s3Location: { uri: "s3://bucket/cat.jpg" } } } })],
    },
    { dropped: ["messages[0].content[0].image_url.detail"] },
  ),
  talk("audio", "audio input", [ask([{ type: "input_audio", input_audio: { data: "UklG", format: "wav" } }])], {
    messages: [user({ audio: { format: "wav", source: { bytes: "UklG" } } })],
  }),
  talk("pdf", "file inline", [ask([{ type: "text", text: "Sum up." }, file("Q3 report_v2.pdf", "application/pdf", pdf)])], {
    messages: [user(says("Sum up."), document("Q3 report v2", "pdf", pdf))],
  }),
  talk(
    "file-citations",
    "citations",
    [ask([{ type: "file", file: { filename: "a.txt", file_data: "YQ==", citations: { enabled: true }, page: 1 } }])],
    { messages: [user({ document: { ...document("a", "txt", "YQ==").document, citations: { enabled: true } } })] },
    { dropped: ["messages[0].content[0].file.page"] },
  ),
  talk(
    "file-names",
    "files of one name",
    [ask([file("a.md", "text/markdown", "YQ=="), file("a.txt", "text/plain", "Yg=="), file("ünïcode!!", "text/csv", "Yw==")])],
    { messages: [user(document("a", "md", "YQ=="), document("a (2)", "txt", "Yg=="), document("n code", "csv", "Yw=="))] },
  ),
  talk(
    "video",
    "video input",
    [
      ask([
        { type: "text", text: "Hi" },
        { type: "video_url", video_url: { url: "s3://b/v.mp4" } },
      ]),
    ],
    saidHi,
    {
      dropped: ["messages[0].content[1]"],
    },
  ),

  one("tools", "tools", { tools: [weather, time] }, { toolConfig: { tools: [weatherSpec, timeSpec] } }),
  one(
    "tool-strict",
    "strict tools",
    { tools: [{ type: "function", function: { ...weather.function, strict: true } }] },
    { toolConfig: { tools: [{ toolSpec: { ...weatherSpec.toolSpec, strict: true } }] } },
  ),
  one(
    "tool-strict-unsupported",
    "strict tools",
    { tools: [{ type: "function", function: { ...weather.function, strict: true } }] },
    { toolConfig: { tools: [weatherSpec] } },
    { model: nova, dropped: ["tools[0].function.strict"] },
  ),
  one("tool-choice-auto", "tool choice", { tools: [weather], tool_choice: "auto" }, { toolConfig: { tools: [weatherSpec] } }),
  one("tool-choice-none", "tool choice", { tools: [weather], tool_choice: "none" }, {}),
  one(
    "tool-choice-required",
    "tool choice",
    { tools: [weather], tool_choice: "required" },
    { toolConfig: { tools: [weatherSpec], toolChoice: { any: {} } } },
  ),
  one(
    "tool-choice-named",
    "tool choice",
    { tools: [weather, time], tool_choice: { type: "function", function: { name: "time" } } },
    { toolConfig: { tools: [weatherSpec, timeSpec], toolChoice: { tool: { name: "time" } } } },
  ),
  one(
    "tool-choice-allowed",
    "allowed tools",
    {
      tools: [weather, time],
      tool_choice: {
        type: "allowed_tools",
        allowed_tools: { mode: "required", tools: [{ type: "function", function: { name: "time" } }] },
      },
    },
    { toolConfig: { tools: [timeSpec], toolChoice: { any: {} } } },
  ),
  one(
    "parallel-off",
    "parallel tool calls off",
    { tools: [weather], parallel_tool_calls: false },
    { toolConfig: { tools: [weatherSpec] } },
    { dropped: ["parallel_tool_calls"] },
  ),
  one(
    "parallel-on",
    "parallel tool calls",
    { tools: [weather], parallel_tool_calls: true },
    { toolConfig: { tools: [weatherSpec] } },
  ),
  one("custom-tool", "custom tools", { tools: [{ type: "custom", custom: { name: "sql" } }] }, {}, { dropped: ["tools[0]"] }),
  one(
    "functions",
    "deprecated functions",
    { functions: [weather.function], function_call: "auto" },
    {},
    { dropped: ["functions", "function_call"] },
  ),
  toolTalk(
    "tool-result",
    "tool results",
    [called, result("Sunny")],
    [assistant(use("call_1", "Oslo")), user(answered(says("Sunny")))],
  ),
  toolTalk(
    "tool-result-image",
    "tool results with images",
    [called, result([{ type: "text", text: "A map" }, image(`data:image/png;base64,${png}`)])],
    [assistant(use("call_1", "Oslo")), user(answered(says("A map"), pngBlock))],
  ),
  toolTalk(
    "tool-result-error",
    "failed tools",
    [called, result("no such place", { is_error: true })],
    [
      assistant(use("call_1", "Oslo")),
      user({ toolResult: { toolUseId: "call_1", content: [says("no such place")], status: "error" } }),
    ],
  ),
  toolTalk("tool-result-empty", "empty tool results", [called, result("")], [assistant(use("call_1", "Oslo")), user(answered())]),
  toolTalk(
    "tool-results-parallel",
    "several tool results",
    [
      {
        role: "assistant",
        content: "Looking.",
        tool_calls: [call("call_1", '{"place":"Oslo"}'), call("call_2", '{"place":"Rome"}')],
      },
      result("Rain"),
      { role: "tool", tool_call_id: "call_2", content: "Sun" },
      ask("And now?"),
    ],
    [
      assistant(says("Looking."), use("call_1", "Oslo"), use("call_2", "Rome")),
      user(answered(says("Rain")), { toolResult: { toolUseId: "call_2", content: [says("Sun")] } }, says("And now?")),
    ],
  ),
  talk("tool-history-alone", "earlier calls without tools", [hi, called, result("Sunny")], {
    messages: [user(says("Hi")), assistant(use("call_1", "Oslo")), user(answered(says("Sunny")))],
    toolConfig: { tools: [{ toolSpec: { name: "weather", inputSchema: { json: { type: "object" } } } }] },
  }),
  {
    name: "tool-history-none",
    feature: "earlier calls and no more",
    request: { messages: [hi, called, result("Sunny")], tools: [weather], tool_choice: "none" },
    expected: {
      messages: [user(says("Hi")), assistant(use("call_1", "Oslo")), user(answered(says("Sunny")))],
      toolConfig: { tools: [weatherSpec] },
    },
    dropped: ["tool_choice"],
  },
  toolTalk(
    "tool-arguments-broken",
    "calls whose arguments are no JSON",
    [{ role: "assistant", content: null, tool_calls: [call("call_1", '{"place":')] }, result("?")],
    [
      assistant({ toolUse: { toolUseId: "call_1", name: "weather", input: { arguments: '{"place":' } } }),
      user(answered(says("?"))),
    ],
  ),
  toolTalk(
    "tool-ids",
    "ids of other vendors",
    [
      { role: "assistant", content: null, tool_calls: [{ ...call("", "{}"), id: "call.a/1" }] },
      { role: "tool", tool_call_id: "call.a/1", content: "x" },
    ],
    [
      assistant({ toolUse: { toolUseId: "call_a_1", name: "weather", input: {} } }),
      user({ toolResult: { toolUseId: "call_a_1", content: [says("x")] } }),
    ],
  ),

  one("json-schema", "replies by a JSON Schema", format({ description: "A place", strict: true }), {
    outputConfig: {
      textFormat: {
        type: "json_schema",
        structure: { jsonSchema: { schema: JSON.stringify(schema), name: "place", description: "A place" } },
      },
    },
  }),
  one(
    "json-schema-by-tool",
    "replies by a JSON Schema",
    format(),
    {
      toolConfig: {
        tools: [{ toolSpec: { name: "sluice_structured_reply", inputSchema: { json: schema } } }],
        toolChoice: { tool: { name: "sluice_structured_reply" } },
      },
    },
    { model: claudeOld },
  ),
  one(
    "json-schema-beside-tools",
    "replies by a JSON Schema",
    { ...format(), tools: [weather] },
    {
      toolConfig: {
        tools: [weatherSpec, { toolSpec: { name: "sluice_structured_reply", inputSchema: { json: schema } } }],
        toolChoice: { any: {} },
      },
    },
    { model: nova },
  ),
  one("json-schema-unsupported", "replies by a JSON Schema", format(), {}, { model: llama, dropped: ["response_format"] }),
  one("json-object", "JSON replies", { response_format: { type: "json_object" } }, {}, { dropped: ["response_format"] }),
  one("text-format", "text replies", { response_format: { type: "text" } }, {}),

  one(
    "sampling",
    "sampling",
    { max_tokens: 10, temperature: 0.5, top_p: 0.25, stop: ["\n", "END"] },
    { inferenceConfig: { maxTokens: 10, temperature: 0.5, topP: 0.25, stopSequences: ["\n", "END"] } },
  ),
  one(
    "max-completion-tokens",
    "token limit",
    { max_completion_tokens: 20, max_tokens: 10, stop: "END" },
    { inferenceConfig: { maxTokens: 20, stopSequences: ["END"] } },
  ),
  one(
    "unsupported",
    "what Bedrock has no place for",
    { seed: 7, logit_bias: { "5": 1 }, logprobs: true, user: "u", frequency_penalty: 1, n: 1, store: false, my_field: 1 },
    {},
    { dropped: ["frequency_penalty", "logit_bias", "logprobs", "seed", "user", "my_field"] },
  ),
  one("streamed", "streaming", { stream: true, stream_options: { include_usage: true } }, {}),

  // https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html
  one(
    "reasoning-budget",
    "reasoning effort",
    { reasoning_effort: "medium" },
    {
      inferenceConfig: { maxTokens: 32000 },
      additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 8192 } },
    },
  ),
  one(
    "reasoning-budget-in-limit",
    "reasoning effort",
    { reasoning_effort: "high", max_completion_tokens: 10000, temperature: 0, top_p: 0.99 },
    {
      inferenceConfig: { maxTokens: 10000, topP: 0.99 },
      additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 8000 } },
    },
    { dropped: ["temperature"] },
  ),
  one(
    "reasoning-no-room",
    "reasoning effort",
    { reasoning_effort: "low", max_tokens: 500 },
    { inferenceConfig: { maxTokens: 500 } },
    { dropped: ["reasoning_effort"] },
  ),
  one("reasoning-none", "reasoning effort", { reasoning_effort: "none" }, {}),
  // https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-adaptive-thinking.html
  one(
    "reasoning-adaptive",
    "reasoning effort",
    { reasoning_effort: "xhigh", temperature: 0.2 },
    { outputConfig: { effort: "xhigh" }, additionalModelRequestFields: { thinking: { type: "adaptive" } } },
    { model: claudeAdaptive, dropped: ["temperature"] },
  ),
  // https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html
  one(
    "reasoning-nova",
    "reasoning effort",
    { reasoning_effort: "low", max_tokens: 100 },
    {
      inferenceConfig: { maxTokens: 100 },
      additionalModelRequestFields: { reasoningConfig: { type: "enabled", maxReasoningEffort: "low" } },
    },
    { model: nova },
  ),
  one(
    "reasoning-nova-high",
    "reasoning effort",
    { reasoning_effort: "max", max_tokens: 100, temperature: 0.1 },
    { additionalModelRequestFields: { reasoningConfig: { type: "enabled", maxReasoningEffort: "high" } } },
    { model: nova, dropped: ["max_tokens", "temperature"] },
  ),
  one(
    "reasoning-effort",
    "reasoning effort",
    { reasoning_effort: "minimal" },
    { additionalModelRequestFields: { reasoning_effort: "low" } },
    { model: gptOss },
  ),
  one(
    "reasoning-unknown",
    "reasoning effort",
    { reasoning_effort: "low" },
    {},
    { model: profileArn, dropped: ["reasoning_effort"] },
  ),
  one(
    "reasoning-forced-tool",
    "reasoning effort",
    { reasoning_effort: "low", tools: [weather], tool_choice: "required" },
    { toolConfig: { tools: [weatherSpec], toolChoice: { any: {} } } },
    { dropped: ["reasoning_effort"] },
  ),
  toolTalk(
    "reasoning-blocks",
    "earlier reasoning",
    [
      {
        ...called,
        reasoning_content: "Look it up.",
        reasoning_blocks: [
          { length: 11, signature: "c2ln" },
          { length: 0, redacted_data: "cmVk" },
        ],
      },
      result("Sunny"),
    ],
    [
      assistant(
        { reasoningContent: { reasoningText: { text: "Look it up.", signature: "c2ln" } } },
        { reasoningContent: { redactedContent: "cmVk" } },
        use("call_1", "Oslo"),
      ),
      user(answered(says("Sunny"))),
    ],
  ),
  toolTalk(
    "reasoning-blocks-changed",
    "earlier reasoning",
    [{ ...called, reasoning_content: "Look.", reasoning_blocks: [{ length: 11, signature: "c2ln" }] }, result("Sunny")],
    [assistant(use("call_1", "Oslo")), user(answered(says("Sunny")))],
    { dropped: ["messages[1].reasoning_blocks", "messages[1].reasoning"] },
  ),
  {
    name: "reasoning-unproven",
    feature: "reasoning effort",
    request: { messages: [hi, called, result("Sunny")], tools: [weather], reasoning_effort: "low" },
    expected: {
      messages: [user(says("Hi")), assistant(use("call_1", "Oslo")), user(answered(says("Sunny")))],
      toolConfig: { tools: [weatherSpec] },
    },
    dropped: ["reasoning_effort"],
  },

  // https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
  {
    name: "prompt-caching",
    feature: "prompt caching",
    request: {
      messages: [
        { role: "system", content: [{ type: "text", text: "Long.", ...cache }] },
        ask([
          { type: "text", text: "Long too.", cache_control: { type: "ephemeral", ttl: "1h" } },
          { type: "text", text: "Hi" },
        ]),
        called,
        result("Sunny", cache),
      ],
      tools: [{ ...weather, ...cache }],
    },
    expected: {
      system: [says("Long."), point],
      messages: [
        user(says("Long too."), { cachePoint: { type: "default", ttl: "1h" } }, says("Hi")),
        assistant(use("call_1", "Oslo")),
        user(answered(says("Sunny")), point),
      ],
      toolConfig: { tools: [weatherSpec, point] },
    },
  },
  talk(
    "prompt-caching-of-nothing",
    "prompt caching",
    [
      ask([
        { type: "text", text: " ", ...cache },
        { type: "text", text: "Hi", priority: 1 },
      ]),
    ],
    saidHi,
    { dropped: ["messages[0].content[1].priority"] },
  ),
  one("service-tier", "service tier", { service_tier: "priority" }, { serviceTier: { type: "priority" } }),
  one("service-tier-unknown", "service tier", { service_tier: "scale" }, {}, { dropped: ["service_tier"] }),
  one("metadata", "metadata", { metadata: { team: "a" } }, { requestMetadata: { team: "a" } }, { metadata: { team: "a" } }),
  one("metadata-kept", "metadata", { metadata: { team: "a" } }, {}),
  one(
    "vendor-options",
    "vendor options",
    {
      extensions: {
        bedrock: {
          guardrailConfig: { guardrailIdentifier: "g", guardrailVersion: "1", trace: "enabled" },
          performanceConfig: { latency: "optimized" },
          requestMetadata: { a: "b" },
          promptVariables: { x: { text: "y" } },
          additionalModelRequestFields: { top_k: 5, thinking: { type: "disabled" } },
          additionalModelResponseFieldPaths: ["/stop_sequence"],
          inferenceProfile: 1,
        },
        openai: { a: 1 },
      },
    },
    {
      additionalModelRequestFields: { top_k: 5, thinking: { type: "disabled" } },
      guardrailConfig: { guardrailIdentifier: "g", guardrailVersion: "1", trace: "enabled" },
      performanceConfig: { latency: "optimized" },
      requestMetadata: { a: "b" },
      promptVariables: { x: { text: "y" } },
      additionalModelResponseFieldPaths: ["/stop_sequence"],
    },
    { dropped: ["extensions.bedrock.inferenceProfile"] },
  ),
];
