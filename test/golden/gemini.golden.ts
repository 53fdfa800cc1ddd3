/** A request in OpenAI's form, and the body that Google's documentation asks for in its place. */
export interface GeminiGolden {
  readonly name: string;
  readonly feature: string;
  /** The page the body is written after. */
  readonly page: string;
  /** Default `gemini-3-flash-preview`. */
  readonly model?: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** What the body has no place for. Default nothing. */
  readonly dropped?: readonly string[];
}

const docs = "https://ai.google.dev/";
const api = `${docs}api/generate-content`;
const parts = `${docs}api/caching#Part`;
const toolsPage = `${docs}gemini-api/docs/function-calling`;
const thinking = `${docs}gemini-api/docs/thinking`;
const signatures = `${docs}gemini-api/docs/thought-signatures`;
const structured = `${docs}gemini-api/docs/structured-output`;

const ask = (content: unknown) => ({ role: "user", content });
const hi = ask("Hi");
const user = (...given: object[]) => ({ role: "user", parts: given });
const model = (...given: object[]) => ({ role: "model", parts: given });
const text = (words: string) => ({ text: words });
const part = (words: string) => ({ type: "text", text: words });
const contents = [user(text("Hi"))];
const png = "iVBORw0KGgo=";
const schema = { type: "object", properties: { place: { type: "string" } }, required: ["place"], additionalProperties: false };
const weather = { type: "function", function: { name: "weather", description: "The weather at a place", parameters: schema } };
const time = { type: "function", function: { name: "time" } };
const weatherThere = { name: "weather", description: "The weather at a place", parametersJsonSchema: schema };
const call = (id: string, place: string) => ({
  id,
  type: "function",
  function: { name: "weather", arguments: JSON.stringify({ place }) },
});
const callThere = (id: string, place: string, thoughtSignature?: string) => ({
  functionCall: { id, name: "weather", args: { place } },
  ...(thoughtSignature === undefined ? {} : { thoughtSignature }),
});
const result = (id: string, content: unknown) => ({ role: "tool", tool_call_id: id, content });
const resultThere = (id: string, response: object, more: object = {}) => ({
  functionResponse: { id, name: "weather", response, ...more },
});
const dummy = "skip_thought_signature_validator";

const one = (name: string, feature: string, members: object, body: object, more: Partial<GeminiGolden> = {}): GeminiGolden => ({
  name,
  feature,
  page: api,
  request: { messages: [hi], ...members },
  body: { contents, ...body },
  ...more,
});
const config = (name: string, members: object, generationConfig: object, more: Partial<GeminiGolden> = {}): GeminiGolden =>
  one(name, "generation config", members, { generationConfig }, { page: `${api}#generationconfig`, ...more });
const left = (name: string, members: object, ...dropped: string[]): GeminiGolden =>
  one(name, "what Gemini does not take", members, {}, { dropped });
const talk = (
  name: string,
  feature: string,
  messages: readonly object[],
  there: readonly object[],
  more: Partial<GeminiGolden> = {},
): GeminiGolden => ({ name, feature, page: api, request: { messages }, body: { contents: there }, ...more });

const conversation: readonly GeminiGolden[] = [
  talk("user", "messages", [hi], contents),
  talk("system", "system message", [{ role: "system", content: "Be brief." }, hi], contents, {
    page: `${docs}gemini-api/docs/text-generation#system-instructions`,
    body: { contents, systemInstruction: { parts: [text("Be brief.")] } },
  }),
  talk("developer", "system message", [{ role: "developer", content: [part("Be brief."), part("Be kind.")] }, hi], contents, {
    body: { contents, systemInstruction: { parts: [text("Be brief."), text("Be kind.")] } },
  }),
  talk(
    "system-late",
    "system message",
    [hi, { role: "assistant", content: "Hello" }, { role: "system", content: "Now in French." }, ask("Again")],
    [],
    {
      body: {
        contents: [user(text("Hi")), model(text("Hello")), user(text("Again"))],
        systemInstruction: { parts: [text("Now in French.")] },
      },
    },
  ),
  talk("system-only", "system message", [{ role: "system", content: "Say hi." }], [user(text("Say hi."))]),
  talk(
    "same-role",
    "roles",
    [hi, ask("Anybody?"), { role: "assistant", content: "Yes." }, { role: "assistant", content: "I am." }, ask("Ah")],
    [user(text("Hi"), text("Anybody?")), model(text("Yes."), text("I am.")), user(text("Ah"))],
  ),
  talk("text-parts", "text in parts", [ask([part("One. "), part("Two.")])], [user(text("One. "), text("Two."))]),
  talk("empty-content", "empty content", [ask(""), { role: "assistant", content: "" }, hi], contents),
  talk("names", "names of participants", [{ ...hi, name: "ada" }], contents, { dropped: ["messages[0].name"] }),
  talk(
    "assistant-last",
    "a beginning of the answer",
    [hi, { role: "assistant", content: "Well," }],
    [user(text("Hi")), model(text("Well,"))],
  ),
  talk(
    "refusal",
    "earlier refusals",
    [hi, { role: "assistant", content: null, refusal: "I cannot." }, ask("Why?")],
    [user(text("Hi")), model(text("I cannot.")), user(text("Why?"))],
  ),
  talk(
    "audio-earlier",
    "earlier audio replies",
    [hi, { role: "assistant", audio: { id: "a" } }, ask("Again")],
    [user(text("Hi"), text("Again"))],
    { dropped: ["messages[1].audio"] },
  ),
];

const media: readonly GeminiGolden[] = [
  talk(
    "vision-url",
    "images",
    [ask([part("What?"), { type: "image_url", image_url: { url: "https://example.com/cat.png?v=1", detail: "low" } }])],
    [user(text("What?"), { fileData: { fileUri: "https://example.com/cat.png?v=1", mimeType: "image/png" } })],
    { page: parts, dropped: ["messages[0].content[1].image_url.detail"] },
  ),
  talk(
    "vision-data",
    "images",
    [ask([{ type: "image_url", image_url: { url: `data:image/webp;base64,${png}` } }])],
    [user({ inlineData: { mimeType: "image/webp", data: png } })],
    { page: parts },
  ),
  talk(
    "vision-percent-encoded",
    "images",
    [ask([{ type: "image_url", image_url: { url: "data:image/svg+xml,%3Csvg%2F%3E" } }])],
    [user({ inlineData: { mimeType: "image/svg+xml", data: "PHN2Zy8+" } })],
    { page: parts },
  ),
  talk(
    "audio",
    "audio input",
    [
      ask([
        { type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } },
        { type: "input_audio", input_audio: { data: "SUQz", format: "mp3" } },
      ]),
    ],
    [user({ inlineData: { mimeType: "audio/wav", data: "UklGRg==" } }, { inlineData: { mimeType: "audio/mp3", data: "SUQz" } })],
    { page: `${docs}gemini-api/docs/audio#supported-formats` },
  ),
  talk(
    "pdf",
    "files",
    [ask([{ type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERg==" } }])],
    [user({ inlineData: { mimeType: "application/pdf", data: "JVBERg==" } })],
    { page: `${docs}gemini-api/docs/document-processing` },
  ),
  talk(
    "file-id",
    "files",
    [ask([{ type: "file", file: { file_id: "https://generativelanguage.googleapis.com/v1beta/files/abc" } }])],
    [user({ fileData: { fileUri: "https://generativelanguage.googleapis.com/v1beta/files/abc" } })],
    { page: `${docs}api/files` },
  ),
  talk("part-unknown", "parts of other kinds", [ask([part("Hi"), { type: "video_url", video_url: { url: "x" } }])], contents, {
    dropped: ["messages[0].content[1]"],
  }),
  talk("cache-control", "cache_control marks", [ask([{ ...part("Hi"), cache_control: { type: "ephemeral" } }])], contents, {
    dropped: ["messages[0].content[0].cache_control"],
  }),
];

const choosing = (name: string, tool_choice: unknown, functionCallingConfig: object, more: Partial<GeminiGolden> = {}) =>
  one(
    name,
    "tool choice",
    { tools: [weather, time], tool_choice },
    { tools: [{ functionDeclarations: [weatherThere, { name: "time" }] }], toolConfig: { functionCallingConfig } },
    { page: `${toolsPage}#function_calling_modes`, ...more },
  );
const offered = { tools: [{ functionDeclarations: [weatherThere] }] };

const tools: readonly GeminiGolden[] = [
  one(
    "tools",
    "tools",
    { tools: [weather, time] },
    { tools: [{ functionDeclarations: [weatherThere, { name: "time" }] }] },
    { page: toolsPage },
  ),
  one(
    "tool-strict",
    "strict tools",
    { tools: [{ type: "function", function: { ...weather.function, strict: true } }] },
    { ...offered, toolConfig: { functionCallingConfig: { mode: "VALIDATED" } } },
    { page: `${docs}api/caching#Mode` },
  ),
  choosing("tool-choice-auto", "auto", { mode: "AUTO" }),
  choosing("tool-choice-none", "none", { mode: "NONE" }),
  choosing("tool-choice-required", "required", { mode: "ANY" }),
  choosing(
    "tool-choice-named",
    { type: "function", function: { name: "time" } },
    { mode: "ANY", allowedFunctionNames: ["time"] },
  ),
  choosing(
    "tool-choice-allowed",
    { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [{ type: "function", function: { name: "time" } }] } },
    { mode: "VALIDATED", allowedFunctionNames: ["time"] },
  ),
  choosing(
    "tool-choice-allowed-required",
    {
      type: "allowed_tools",
      allowed_tools: {
        mode: "required",
        tools: [
          { type: "function", function: { name: "time" } },
          { type: "custom", custom: { name: "x" } },
        ],
      },
    },
    { mode: "ANY", allowedFunctionNames: ["time"] },
    { dropped: ["tool_choice.allowed_tools.tools[1]"] },
  ),
  one("tool-choice-alone", "tool choice", { tool_choice: "none" }, {}),
  one("parallel-off", "parallel tool calls", { tools: [weather], parallel_tool_calls: false }, offered, {
    dropped: ["parallel_tool_calls"],
  }),
  one("parallel-on", "parallel tool calls", { tools: [weather], parallel_tool_calls: true }, offered),
  left("custom-tool", { tools: [{ type: "custom", custom: { name: "sql" } }] }, "tools[0]"),
  left("functions", { functions: [weather.function], function_call: { name: "weather" } }, "functions", "function_call"),
  talk(
    "tool-result",
    "tool results",
    [ask("Weather?"), { role: "assistant", content: null, tool_calls: [call("c1", "Oslo")] }, result("c1", "Sunny")],
    [user(text("Weather?")), model(callThere("c1", "Oslo", dummy)), user(resultThere("c1", { output: "Sunny" }))],
    { page: `${docs}api/caching#FunctionResponse` },
  ),
  talk(
    "tool-result-before-3",
    "tool results",
    [ask("Weather?"), { role: "assistant", content: null, tool_calls: [call("c1", "Oslo")] }, result("c1", "[1]")],
    [user(text("Weather?")), model(callThere("c1", "Oslo")), user(resultThere("c1", { output: "[1]" }))],
    { model: "gemini-2.5-pro" },
  ),
  talk(
    "tool-result-parts",
    "tool results",
    [ask("Weather?"), { role: "assistant", tool_calls: [call("c1", "Oslo")] }, result("c1", [part("Sunny, "), part("18 °C")])],
    [user(text("Weather?")), model(callThere("c1", "Oslo", dummy)), user(resultThere("c1", { output: "Sunny, 18 °C" }))],
  ),
  talk(
    "tool-result-error",
    "tool results",
    [ask("Weather?"), { role: "assistant", tool_calls: [call("c1", "Oslo")] }, result("c1", '{"error":"no such place"}')],
    [user(text("Weather?")), model(callThere("c1", "Oslo", dummy)), user(resultThere("c1", { error: "no such place" }))],
    { page: `${docs}api/caching#FunctionResponse` },
  ),
  talk(
    "tool-result-image",
    "tool results with images",
    [
      ask("Map?"),
      { role: "assistant", tool_calls: [call("c1", "Oslo")] },
      result("c1", [part("A map"), { type: "image_url", image_url: { url: `data:image/png;base64,${png}` } }]),
    ],
    [
      user(text("Map?")),
      model(callThere("c1", "Oslo", dummy)),
      user(resultThere("c1", { output: "A map" }, { parts: [{ inlineData: { mimeType: "image/png", data: png } }] })),
    ],
    { page: `${toolsPage}#multimodal` },
  ),
  talk(
    "tool-result-image-before-3",
    "tool results with images",
    [
      ask("Map?"),
      { role: "assistant", tool_calls: [call("c1", "Oslo")] },
      result("c1", [part("A map"), { type: "image_url", image_url: { url: `data:image/png;base64,${png}` } }]),
    ],
    [
      user(text("Map?")),
      model(callThere("c1", "Oslo")),
      user(resultThere("c1", { output: "A map" }), { inlineData: { mimeType: "image/png", data: png } }),
    ],
    { model: "gemini-2.5-flash" },
  ),
  talk(
    "tool-results-parallel",
    "parallel tool calls",
    [
      ask("Weather?"),
      { role: "assistant", content: "Looking.", tool_calls: [call("c1", "Oslo"), call("c2", "Rome")] },
      result("c1", "Rain"),
      result("c2", '{"sky":"clear"}'),
      ask("And now?"),
    ],
    [
      user(text("Weather?")),
      model(text("Looking."), callThere("c1", "Oslo"), callThere("c2", "Rome")),
      user(resultThere("c1", { output: "Rain" }), resultThere("c2", { sky: "clear" }), text("And now?")),
    ],
    { page: `${toolsPage}#parallel_function_calling` },
  ),
  talk(
    "tool-call-odd-arguments",
    "tool calls",
    [
      ask("Go"),
      {
        role: "assistant",
        tool_calls: [
          { id: "a", type: "function", function: { name: "weather", arguments: "" } },
          { id: "b", type: "function", function: { name: "weather", arguments: '{"place' } },
          { id: "c", type: "custom", custom: { name: "sql", input: "SELECT 1" } },
        ],
      },
      result("a", ""),
      result("b", "bad"),
      result("c", "1"),
    ],
    [
      user(text("Go")),
      model(
        { functionCall: { id: "a", name: "weather", args: {} }, thoughtSignature: dummy },
        { functionCall: { id: "b", name: "weather", args: { arguments: '{"place' } } },
        { functionCall: { id: "c", name: "sql", args: { input: "SELECT 1" } } },
      ),
      user(resultThere("a", { output: "" }), resultThere("b", { output: "bad" }), {
        functionResponse: { id: "c", name: "sql", response: { output: "1" } },
      }),
    ],
  ),
  talk(
    "function-role",
    "deprecated function messages",
    [
      ask("Go"),
      { role: "assistant", content: null, function_call: { name: "weather", arguments: '{"place":"Oslo"}' } },
      { role: "function", name: "weather", content: "Sunny" },
    ],
    [
      user(text("Go")),
      model({ functionCall: { name: "weather", args: { place: "Oslo" } }, thoughtSignature: dummy }),
      user({ functionResponse: { name: "weather", response: { output: "Sunny" } } }),
    ],
  ),
  one(
    "web-search",
    "web search",
    { web_search_options: { search_context_size: "low" } },
    { tools: [{ googleSearch: {} }] },
    { page: `${docs}gemini-api/docs/google-search`, dropped: ["web_search_options.search_context_size"] },
  ),
];

const effort = (word: string, thinkingConfig: object, name: string, model?: string): GeminiGolden =>
  config(
    name,
    { reasoning_effort: word },
    { thinkingConfig },
    { feature: "reasoning effort", page: thinking, ...(model === undefined ? {} : { model }) },
  );

const reasoning: readonly GeminiGolden[] = [
  effort("none", { thinkingLevel: "MINIMAL" }, "effort-none"),
  effort("minimal", { thinkingLevel: "MINIMAL", includeThoughts: true }, "effort-minimal"),
  effort("low", { thinkingLevel: "LOW", includeThoughts: true }, "effort-low"),
  effort("medium", { thinkingLevel: "MEDIUM", includeThoughts: true }, "effort-medium"),
  effort("high", { thinkingLevel: "HIGH", includeThoughts: true }, "effort-high"),
  effort("xhigh", { thinkingLevel: "HIGH", includeThoughts: true }, "effort-xhigh"),
  effort("minimal", { thinkingLevel: "LOW", includeThoughts: true }, "effort-minimal-pro", "gemini-3.1-pro-preview"),
  effort("none", { thinkingBudget: 0 }, "effort-none-2.5", "gemini-2.5-flash"),
  effort("none", { thinkingBudget: 128 }, "effort-none-2.5-pro", "gemini-2.5-pro"),
  effort("low", { thinkingBudget: 1024, includeThoughts: true }, "effort-low-2.5", "gemini-2.5-flash-lite"),
  effort("medium", { thinkingBudget: 8192, includeThoughts: true }, "effort-medium-2.5", "gemini-2.5-pro"),
  effort("high", { thinkingBudget: 24576, includeThoughts: true }, "effort-high-2.5", "gemini-2.5-flash"),
  { ...left("effort-2.0", { reasoning_effort: "low" }, "reasoning_effort"), model: "gemini-2.0-flash" },
  left("effort-unknown", { reasoning_effort: "heroic" }, "reasoning_effort"),
  talk(
    "reasoning-text",
    "earlier reasoning",
    [ask("Weather?"), { role: "assistant", content: "Sun.", reasoning_content: "Oslo is meant." }, ask("Sure?")],
    [user(text("Weather?")), model({ text: "Oslo is meant.", thought: true }, text("Sun.")), user(text("Sure?"))],
    { page: signatures },
  ),
  talk(
    "reasoning-signed",
    "signed earlier reasoning",
    [
      hi,
      {
        role: "assistant",
        content: "Hello",
        reasoning_content: "One.Two.",
        reasoning_blocks: [{ length: 4, signature: "b25l" }, { length: 4 }, { length: 0, signature: "dGV4dA==" }],
      },
      hi,
    ],
    [
      user(text("Hi")),
      model(
        { text: "One.", thought: true, thoughtSignature: "b25l" },
        { text: "Two.", thought: true },
        { text: "Hello", thoughtSignature: "dGV4dA==" },
      ),
      user(text("Hi")),
    ],
    { page: signatures },
  ),
  talk(
    "reasoning-changed",
    "earlier reasoning that was changed",
    [
      hi,
      { role: "assistant", content: "Hello", reasoning_content: "One", reasoning_blocks: [{ length: 4, signature: "b25l" }] },
      hi,
    ],
    [user(text("Hi")), model({ text: "One", thought: true }, text("Hello")), user(text("Hi"))],
    { page: signatures, dropped: ["messages[1].reasoning_blocks"] },
  ),
  talk(
    "reasoning-redacted",
    "redacted earlier reasoning",
    [hi, { role: "assistant", content: "Hello", reasoning_blocks: [{ length: 0, redacted_data: "aGlkZGVu" }] }, hi],
    [user(text("Hi")), model(text("Hello")), user(text("Hi"))],
    { dropped: ["messages[1].reasoning_blocks"] },
  ),
  talk(
    "tool-call-signed",
    "signed tool calls",
    [
      ask("Weather?"),
      { role: "assistant", tool_calls: [{ ...call("c1", "Oslo"), signature: "c2ln" }, call("c2", "Rome")] },
      result("c1", "Sun"),
      result("c2", "Sun"),
      { role: "assistant", tool_calls: [{ ...call("c3", "Bern"), signature: "c2ln" }] },
      result("c3", "Sun"),
    ],
    [
      user(text("Weather?")),
      model(callThere("c1", "Oslo", "c2ln"), callThere("c2", "Rome")),
      user(resultThere("c1", { output: "Sun" }), resultThere("c2", { output: "Sun" })),
      model(callThere("c3", "Bern", "c2ln")),
      user(resultThere("c3", { output: "Sun" })),
    ],
    { page: signatures },
  ),
  talk(
    "text-signature-alone",
    "signed earlier reasoning",
    [
      hi,
      {
        role: "assistant",
        content: null,
        reasoning_blocks: [{ length: 0, signature: "YQ==" }],
        tool_calls: [{ ...call("c1", "Oslo"), signature: "Yg==" }],
      },
      result("c1", "Sun"),
    ],
    [
      user(text("Hi")),
      model({ text: "", thoughtSignature: "YQ==" }, callThere("c1", "Oslo", "Yg==")),
      user(resultThere("c1", { output: "Sun" })),
    ],
    { page: signatures },
  ),
  talk(
    "kept-parts",
    "parts that were kept",
    [
      hi,
      {
        role: "assistant",
        content: "It is 4.",
        parts: [
          { executableCode: { language: "PYTHON", code: "print(2+2)" }, thoughtSignature: "Yg==" },
          { codeExecutionResult: { outcome: "OUTCOME_OK", output: "4" } },
          { text: "smuggled" },
        ],
      },
      hi,
    ],
    [
      user(text("Hi")),
      model(
        { executableCode: { language: "PYTHON", code: "print(2+2)" }, thoughtSignature: "Yg==" },
        { codeExecutionResult: { outcome: "OUTCOME_OK", output: "4" } },
        text("It is 4."),
      ),
      user(text("Hi")),
    ],
    { page: `${docs}gemini-api/docs/code-execution`, dropped: ["messages[1].parts[2]"] },
  ),
];

const jsonSchema = (given: object, more: object = {}) => ({
  response_format: { type: "json_schema", json_schema: { name: "place", schema: given, ...more } },
});

const rest: readonly GeminiGolden[] = [
  config(
    "json-object",
    { response_format: { type: "json_object" } },
    { responseMimeType: "application/json" },
    { page: structured },
  ),
  config(
    "json-schema",
    jsonSchema(schema, { strict: true }),
    { responseMimeType: "application/json", responseJsonSchema: schema },
    { page: structured },
  ),
  config(
    "json-schema-described",
    jsonSchema(schema, { description: "A place" }),
    { responseMimeType: "application/json", responseJsonSchema: schema },
    { page: structured, dropped: ["response_format.json_schema.description"] },
  ),
  config(
    "json-schema-2.0",
    jsonSchema({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: { a: { type: ["string", "null"] }, b: { $ref: "#/$defs/b" }, c: { const: "x" } },
      $defs: { b: { type: "array", items: { oneOf: [{ type: "integer" }, { type: "boolean" }] } } },
      additionalProperties: false,
    }),
    {
      responseMimeType: "application/json",
      responseSchema: {
        type: "OBJECT",
        properties: {
          a: { type: "STRING", nullable: true },
          b: { type: "ARRAY", items: { anyOf: [{ type: "INTEGER" }, { type: "BOOLEAN" }] } },
          c: { type: "STRING", enum: ["x"] },
        },
      },
    },
    {
      page: `${docs}api/caching#Schema`,
      model: "gemini-2.0-flash",
      dropped: ["response_format.json_schema.schema.additionalProperties"],
    },
  ),
  config("sampling", { temperature: 0.2, top_p: 0.9 }, { temperature: 0.2, topP: 0.9 }),
  config("max-tokens", { max_tokens: 100 }, { maxOutputTokens: 100 }),
  config("max-completion-tokens", { max_completion_tokens: 100, max_tokens: 7 }, { maxOutputTokens: 100 }),
  config("n", { n: 2 }, { candidateCount: 2 }),
  one("n-one", "generation config", { n: 1 }, {}),
  config("stop", { stop: ["END", "\n\n"] }, { stopSequences: ["END", "\n\n"] }),
  config("stop-one", { stop: "END" }, { stopSequences: ["END"] }),
  config("seed", { seed: 42 }, { seed: 42 }),
  left("seed-too-large", { seed: 5_000_000_000 }, "seed"),
  config("penalties", { frequency_penalty: 0.5, presence_penalty: -0.5 }, { frequencyPenalty: 0.5, presencePenalty: -0.5 }),
  config("logprobs", { logprobs: true, top_logprobs: 3 }, { responseLogprobs: true, logprobs: 3 }),
  config("logprobs-alone", { logprobs: true }, { responseLogprobs: true }),
  one("service-tier", "service tier", { service_tier: "flex" }, { serviceTier: "flex" }, { page: api }),
  left("service-tier-other", { service_tier: "scale" }, "service_tier"),
  one("stream", "streams", { stream: true, stream_options: { include_usage: true } }, {}),
  one(
    "extensions",
    "vendor options",
    {
      extensions: {
        gemini: {
          topK: 40,
          safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_ONLY_HIGH" }],
          cachedContent: "cachedContents/abc",
          thinkingConfig: { thinkingBudget: -1 },
          tools: [{ codeExecution: {} }],
          apiKey: "no",
        },
      },
      tools: [weather],
    },
    {
      tools: [{ functionDeclarations: [weatherThere] }, { codeExecution: {} }],
      generationConfig: { topK: 40, thinkingConfig: { thinkingBudget: -1 } },
      safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_ONLY_HIGH" }],
      cachedContent: "cachedContents/abc",
    },
    { page: `${docs}gemini-api/docs/safety-settings`, dropped: ["extensions.gemini.apiKey"] },
  ),
  left("logit-bias", { logit_bias: { "50256": -100 } }, "logit_bias"),
  left("user-id", { user: "u-1", safety_identifier: "s-1" }, "user", "safety_identifier"),
  left("verbosity", { verbosity: "low" }, "verbosity"),
  left("store", { store: true }, "store"),
  left("prediction", { prediction: { type: "content", content: "Hello" } }, "prediction"),
  left("audio-output", { modalities: ["text", "audio"], audio: { voice: "alloy", format: "mp3" } }, "modalities", "audio"),
  left("prompt-cache", { prompt_cache_key: "k" }, "prompt_cache_key"),
  left("unknown-field", { top_k: 40 }, "top_k"),
];

/** Every request whose body is written down. */
export const geminiRequests: readonly GeminiGolden[] = [...conversation, ...media, ...tools, ...reasoning, ...rest];
