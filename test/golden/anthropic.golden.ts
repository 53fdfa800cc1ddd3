/** A request in OpenAI's form, and the body that Anthropic's documentation asks for in its place. */
export interface GoldenRequest {
  readonly name: string;
  readonly feature: string;
  /** The page the body is written after. */
  readonly page: string;
  /** Default `claude-sonnet-4-5`, the last model that takes every form of everything. */
  readonly model?: string;
  readonly streamed?: boolean;
  readonly request: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** What the body has no place for. Default nothing. */
  readonly dropped?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

const docs = "https://platform.claude.com/docs/en/";
const messages = `${docs}api/messages`;
const hello = [{ role: "user", content: "Hello" }];
const helloBlocks = [{ role: "user", content: [{ type: "text", text: "Hello" }] }];
const text = (content: string) => ({ type: "text", text: content });
const user = (...content: object[]) => ({ role: "user", content });
const assistant = (...content: object[]) => ({ role: "assistant", content });
const max = { max_tokens: 32_000 };

const weather = {
  type: "object",
  properties: { city: { type: "string" }, unit: { type: "string", enum: ["c", "f"] } },
  required: ["city", "unit"],
  additionalProperties: false,
};
const weatherTool = { type: "function", function: { name: "get_weather", description: "The weather now", parameters: weather } };
const weatherThere = { name: "get_weather", description: "The weather now", input_schema: weather };
const call = (id: string, args: string) => ({ id, type: "function", function: { name: "get_weather", arguments: args } });
const person = {
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer" } },
  required: ["name", "age"],
  additionalProperties: false,
};
const personFormat = { type: "json_schema", json_schema: { name: "person", schema: person, strict: true } };
const pixel = "iVBORw0KGgo=";

/** Conversations, instructions and limits. */
const conversation: readonly GoldenRequest[] = [
  { name: "hello", feature: "messages", page: messages, request: { messages: hello }, body: { ...max, messages: helloBlocks } },
  {
    name: "hello-streamed",
    feature: "messages",
    page: `${docs}build-with-claude/streaming`,
    streamed: true,
    request: { messages: hello, stream: true, stream_options: { include_usage: true } },
    body: { ...max, messages: helloBlocks, stream: true },
  },
  {
    name: "system-first",
    feature: "system",
    page: messages,
    request: { messages: [{ role: "system", content: "Be brief." }, { role: "developer", content: "No emoji." }, ...hello] },
    body: { ...max, system: [text("Be brief."), text("No emoji.")], messages: helloBlocks },
  },
  {
    name: "system-in-the-middle-moved",
    feature: "system",
    page: `${docs}cli-sdks-libraries/libraries/openai-sdk`,
    request: {
      messages: [
        { role: "user", content: "Hi" },
        { role: "system", content: "Be brief." },
        { role: "user", content: "And?" },
      ],
    },
    body: { ...max, system: [text("Be brief.")], messages: [user(text("Hi"), text("And?"))] },
  },
  {
    name: "system-turn",
    feature: "system",
    page: `${docs}build-with-claude/mid-conversation-system-messages`,
    model: "claude-opus-5",
    request: {
      messages: [
        { role: "system", content: "Be kind." },
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello!" },
        { role: "developer", content: "Answer in French." },
        { role: "user", content: "How are you?" },
      ],
    },
    body: {
      ...max,
      system: [text("Be kind.")],
      messages: [
        user(text("Hi")),
        assistant(text("Hello!")),
        user(text("How are you?")),
        { role: "system", content: [text("Answer in French.")] },
      ],
    },
  },
  {
    name: "same-role-merged",
    feature: "messages",
    page: messages,
    request: {
      messages: [
        { role: "user", content: "One" },
        { role: "user", content: "Two" },
        { role: "assistant", content: "A" },
        { role: "assistant", content: "B" },
        { role: "user", content: "Three" },
      ],
    },
    body: {
      ...max,
      messages: [user(text("One"), text("Two")), assistant(text("A"), text("B")), user(text("Three"))],
    },
  },
  {
    name: "empty-contents-left",
    feature: "messages",
    page: `${docs}api/errors`,
    request: {
      messages: [
        { role: "system", content: "" },
        { role: "user", content: [text(""), text("Hi"), text(" \n")] },
        { role: "assistant", content: "" },
        { role: "user", content: "there" },
      ],
    },
    body: { ...max, messages: [user(text("Hi"), text("there"))] },
  },
  {
    name: "prefill-without-trailing-space",
    feature: "messages",
    page: messages,
    request: { messages: [...hello, { role: "assistant", content: "The answer is: " }] },
    body: { ...max, messages: [...helloBlocks, assistant(text("The answer is:"))] },
  },
  {
    name: "names-told",
    feature: "messages",
    page: messages,
    request: { messages: [{ role: "user", name: "ann", content: "Hello" }] },
    body: { ...max, messages: helloBlocks },
    dropped: ["messages[0].name"],
  },
  {
    name: "refusal-in-history",
    feature: "messages",
    page: messages,
    request: {
      messages: [...hello, { role: "assistant", content: null, refusal: "I can't." }, { role: "user", content: "Why?" }],
    },
    body: { ...max, messages: [...helloBlocks, assistant(text("I can't.")), user(text("Why?"))] },
  },
  {
    name: "max-completion-tokens",
    feature: "limits",
    page: messages,
    request: { messages: hello, max_tokens: 10, max_completion_tokens: 20 },
    body: { max_tokens: 20, messages: helloBlocks },
  },
  {
    name: "max-tokens",
    feature: "limits",
    page: messages,
    request: { messages: hello, max_tokens: 10 },
    body: { max_tokens: 10, messages: helloBlocks },
  },
  {
    name: "stop-sequences",
    feature: "sampling",
    page: messages,
    request: { messages: hello, stop: ["END", "\n"] },
    body: { ...max, messages: helloBlocks, stop_sequences: ["END"] },
    dropped: ["stop"],
  },
  {
    name: "temperature-and-top-p",
    feature: "sampling",
    page: `${docs}about-claude/models/migration-guide`,
    request: { messages: hello, temperature: 0.2, top_p: 0.9 },
    body: { ...max, messages: helloBlocks, temperature: 0.2 },
    dropped: ["top_p"],
  },
  {
    name: "top-p-alone",
    feature: "sampling",
    page: messages,
    request: { messages: hello, temperature: 1, top_p: 0.5 },
    body: { ...max, messages: helloBlocks, top_p: 0.5 },
  },
  {
    name: "temperature-over-one",
    feature: "sampling",
    page: `${docs}cli-sdks-libraries/libraries/openai-sdk`,
    request: { messages: hello, temperature: 1.5 },
    body: { ...max, messages: helloBlocks },
    dropped: ["temperature"],
  },
  {
    name: "sampling-removed",
    feature: "sampling",
    page: `${docs}build-with-claude/thinking`,
    model: "claude-opus-4-7",
    request: { messages: hello, temperature: 0, top_p: 0.1 },
    body: { ...max, messages: helloBlocks },
    dropped: ["temperature", "top_p"],
  },
  {
    name: "user-id",
    feature: "identity",
    page: messages,
    request: { messages: hello, user: "u1", safety_identifier: "s1" },
    body: { ...max, messages: helloBlocks, metadata: { user_id: "s1" } },
  },
  {
    name: "service-tier-default",
    feature: "tier",
    page: `${docs}api/service-tiers`,
    request: { messages: hello, service_tier: "default" },
    body: { ...max, messages: helloBlocks, service_tier: "standard_only" },
  },
  {
    name: "service-tier-priority",
    feature: "tier",
    page: `${docs}api/service-tiers`,
    request: { messages: hello, service_tier: "priority" },
    body: { ...max, messages: helloBlocks, service_tier: "auto" },
  },
  {
    name: "service-tier-fast",
    feature: "tier",
    page: `${docs}build-with-claude/fast-mode`,
    model: "claude-opus-5",
    request: { messages: hello, service_tier: "fast" },
    body: { ...max, messages: helloBlocks, speed: "fast" },
    headers: { "anthropic-beta": "fast-mode-2026-02-01" },
  },
  {
    name: "what-has-no-place",
    feature: "parameters",
    page: messages,
    request: {
      messages: hello,
      n: 2,
      seed: 7,
      logit_bias: { "50256": -100 },
      logprobs: true,
      frequency_penalty: 0.5,
      presence_penalty: 0,
      store: true,
      verbosity: "low",
      service_tier: "flex",
      prompt_cache_key: "k",
      top_k: 5,
      system: "You are somebody else",
    },
    body: { ...max, messages: helloBlocks },
    dropped: [
      ...["service_tier", "system", "top_k", "frequency_penalty", "logit_bias", "logprobs", "seed", "prompt_cache_key"],
      ...["verbosity", "store"],
    ],
  },
  {
    name: "vendor-options",
    feature: "extensions",
    page: messages,
    request: {
      messages: hello,
      extensions: {
        anthropic: { top_k: 40, betas: ["context-1m-2025-08-07"], inference_geo: "eu", mcp_servers: [{ url: "https://x" }] },
        gemini: { anything: 1 },
      },
    },
    body: { ...max, messages: helloBlocks, top_k: 40, inference_geo: "eu" },
    dropped: ["extensions.anthropic.mcp_servers"],
    headers: { "anthropic-beta": "context-1m-2025-08-07" },
  },
  {
    name: "caching-automatic",
    feature: "caching",
    page: `${docs}build-with-claude/prompt-caching`,
    request: { messages: hello, extensions: { anthropic: { cache_control: { type: "ephemeral", ttl: "1h" } } } },
    body: { ...max, messages: helloBlocks, cache_control: { type: "ephemeral", ttl: "1h" } },
  },
  {
    name: "caching-marks",
    feature: "caching",
    page: `${docs}build-with-claude/prompt-caching`,
    request: {
      messages: [
        { role: "system", content: [{ ...text("Long"), cache_control: { type: "ephemeral" } }] },
        { role: "user", content: "Hello", cache_control: { type: "ephemeral", ttl: "1h" } },
      ],
      tools: [{ ...weatherTool, cache_control: { type: "ephemeral" } }],
    },
    body: {
      ...max,
      system: [{ ...text("Long"), cache_control: { type: "ephemeral" } }],
      messages: [user({ ...text("Hello"), cache_control: { type: "ephemeral", ttl: "1h" } })],
      tools: [{ ...weatherThere, cache_control: { type: "ephemeral" } }],
    },
  },
];

/** Images and files. */
const media: readonly GoldenRequest[] = [
  {
    name: "vision-url",
    feature: "images",
    page: `${docs}build-with-claude/vision`,
    request: {
      messages: [
        {
          role: "user",
          content: [
            { type: "image_url", image_url: { url: "https://example.com/cat.jpg", detail: "auto" } },
            { type: "text", text: "What is this?" },
          ],
        },
      ],
    },
    body: {
      ...max,
      messages: [user({ type: "image", source: { type: "url", url: "https://example.com/cat.jpg" } }, text("What is this?"))],
    },
  },
  {
    name: "vision-data-url",
    feature: "images",
    page: `${docs}build-with-claude/vision`,
    request: {
      messages: [
        { role: "user", content: [{ type: "image_url", image_url: { url: `data:image/png;base64,${pixel}`, detail: "high" } }] },
      ],
    },
    body: {
      ...max,
      messages: [user({ type: "image", source: { type: "base64", media_type: "image/png", data: pixel } })],
    },
    dropped: ["messages[0].content[0].image_url.detail"],
  },
  {
    name: "pdf-inline",
    feature: "files",
    page: `${docs}build-with-claude/pdf-support`,
    request: {
      messages: [
        {
          role: "user",
          content: [
            {
              type: "file",
              file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERi0=" },
              citations: { enabled: true },
            },
            { type: "text", text: "Sum it up" },
          ],
        },
      ],
    },
    body: {
      ...max,
      messages: [
        user(
          {
            type: "document",
            source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" },
            title: "a.pdf",
            citations: { enabled: true },
          },
          text("Sum it up"),
        ),
      ],
    },
  },
  {
    name: "file-id",
    feature: "files",
    page: `${docs}build-with-claude/files`,
    request: { messages: [{ role: "user", content: [{ type: "file", file: { file_id: "file_01" } }] }] },
    body: { ...max, messages: [user({ type: "document", source: { type: "file", file_id: "file_01" } })] },
    headers: { "anthropic-beta": "files-api-2025-04-14" },
  },
  {
    name: "file-url",
    feature: "files",
    page: `${docs}build-with-claude/pdf-support`,
    request: { messages: [{ role: "user", content: [{ type: "file", file: { file_data: "https://example.com/a.pdf" } }] }] },
    body: { ...max, messages: [user({ type: "document", source: { type: "url", url: "https://example.com/a.pdf" } })] },
  },
  {
    name: "file-text",
    feature: "files",
    page: `${docs}build-with-claude/citations`,
    request: {
      messages: [
        { role: "user", content: [{ type: "file", file: { filename: "a.csv", file_data: "data:text/csv;base64,YSxiCg==" } }] },
      ],
    },
    body: {
      ...max,
      messages: [user({ type: "document", source: { type: "text", media_type: "text/plain", data: "a,b\n" }, title: "a.csv" })],
    },
  },
  {
    name: "audio-and-odd-files-told",
    feature: "files",
    page: messages,
    request: {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "Hello" },
            { type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } },
            { type: "file", file: { filename: "a.zip", file_data: "data:application/zip;base64,UEsDBA==" } },
          ],
        },
      ],
    },
    body: { ...max, messages: helloBlocks },
    dropped: ["messages[0].content[1].input_audio", "messages[0].content[2].file"],
  },
  {
    name: "vendor-block",
    feature: "files",
    page: `${docs}build-with-claude/search-results`,
    request: {
      messages: [
        {
          role: "user",
          content: [{ type: "search_result", source: "kb/1", title: "One", content: [text("Facts")] }, text("So?")],
        },
      ],
    },
    body: {
      ...max,
      messages: [user({ type: "search_result", source: "kb/1", title: "One", content: [text("Facts")] }, text("So?"))],
    },
  },
];

/** Tools, calls and results. */
const tools: readonly GoldenRequest[] = [
  {
    name: "tools",
    feature: "tools",
    page: `${docs}agents-and-tools/tool-use/define-tools`,
    request: { messages: hello, tools: [weatherTool, { type: "function", function: { name: "now" } }] },
    body: {
      ...max,
      messages: helloBlocks,
      tools: [weatherThere, { name: "now", input_schema: { type: "object", properties: {} } }],
    },
  },
  {
    name: "tools-strict",
    feature: "tools",
    page: `${docs}agents-and-tools/tool-use/strict-tool-use`,
    request: { messages: hello, tools: [{ type: "function", function: { name: "f", parameters: weather, strict: true } }] },
    body: { ...max, messages: helloBlocks, tools: [{ name: "f", input_schema: weather, strict: true }] },
  },
  {
    name: "tools-strict-not-possible",
    feature: "tools",
    page: `${docs}build-with-claude/structured-outputs`,
    request: {
      messages: hello,
      tools: [
        {
          type: "function",
          function: {
            name: "f",
            strict: true,
            parameters: { type: "object", properties: { n: { type: "integer", minimum: 1 } } },
          },
        },
      ],
    },
    body: {
      ...max,
      messages: helloBlocks,
      tools: [{ name: "f", input_schema: { type: "object", properties: { n: { type: "integer", minimum: 1 } } } }],
    },
    dropped: ["tools[0].function.strict"],
  },
  {
    name: "tools-alternatives-at-the-top",
    feature: "tools",
    page: `${docs}agents-and-tools/tool-use/define-tools`,
    request: {
      messages: hello,
      tools: [{ type: "function", function: { name: "f", parameters: { anyOf: [{ required: ["a"] }], properties: { a: {} } } } }],
    },
    body: {
      ...max,
      messages: helloBlocks,
      tools: [
        {
          name: "f",
          description: 'The input must also satisfy the JSON Schema {"anyOf": [{"required":["a"]}]}.',
          input_schema: { properties: { a: {} }, type: "object" },
        },
      ],
    },
    dropped: ["tools[0].function.parameters"],
  },
  ...(
    [
      ["auto", { type: "auto" }],
      ["none", { type: "none" }],
      ["required", { type: "any" }],
      [
        { type: "function", function: { name: "get_weather" } },
        { type: "tool", name: "get_weather" },
      ],
    ] as const
  ).map(
    ([choice, there]): GoldenRequest => ({
      name: `tool-choice-${there.type}`,
      feature: "tools",
      page: `${docs}agents-and-tools/tool-use/define-tools`,
      request: { messages: hello, tools: [weatherTool], tool_choice: choice },
      body: { ...max, messages: helloBlocks, tools: [weatherThere], tool_choice: there },
    }),
  ),
  {
    name: "tool-choice-cannot-be-forced",
    feature: "tools",
    page: `${docs}models/opus-5-5/whats-new-opus-5-5`,
    model: "claude-opus-5-5",
    request: { messages: hello, tools: [weatherTool], tool_choice: "required" },
    body: { ...max, messages: helloBlocks, tools: [weatherThere], tool_choice: { type: "auto" } },
    dropped: ["tool_choice"],
  },
  {
    name: "tool-choice-allowed",
    feature: "tools",
    page: `${docs}agents-and-tools/tool-use/define-tools`,
    request: {
      messages: hello,
      tools: [weatherTool, { type: "function", function: { name: "other" } }],
      tool_choice: {
        type: "allowed_tools",
        allowed_tools: { mode: "required", tools: [{ type: "function", function: { name: "get_weather" } }] },
      },
    },
    body: { ...max, messages: helloBlocks, tools: [weatherThere], tool_choice: { type: "any" } },
  },
  {
    name: "one-call-at-a-time",
    feature: "tools",
    page: `${docs}agents-and-tools/tool-use/parallel-tool-use`,
    request: { messages: hello, tools: [weatherTool], parallel_tool_calls: false },
    body: {
      ...max,
      messages: helloBlocks,
      tools: [weatherThere],
      tool_choice: { type: "auto", disable_parallel_tool_use: true },
    },
  },
  {
    name: "tool-round-trip",
    feature: "tools",
    page: `${docs}agents-and-tools/tool-use/handle-tool-calls`,
    request: {
      messages: [
        ...hello,
        {
          role: "assistant",
          content: "Let me see.",
          tool_calls: [call("call_1", '{"city": "Ulm", "unit": "c"}'), call("call.2", ""), call("call_3", "{oops")],
        },
        { role: "tool", tool_call_id: "call_1", content: "12" },
        { role: "user", content: "Well?" },
        {
          role: "tool",
          tool_call_id: "call.2",
          content: [text("13"), { type: "image_url", image_url: { url: "https://e.com/a.png" } }],
        },
        { role: "tool", tool_call_id: "call_3", content: "", is_error: true },
      ],
      tools: [weatherTool],
    },
    body: {
      ...max,
      messages: [
        ...helloBlocks,
        assistant(
          text("Let me see."),
          { type: "tool_use", id: "call_1", name: "get_weather", input: { city: "Ulm", unit: "c" } },
          { type: "tool_use", id: "call_2", name: "get_weather", input: {} },
          { type: "tool_use", id: "call_3", name: "get_weather", input: { INVALID_JSON: "{oops" } },
        ),
        user(
          { type: "tool_result", tool_use_id: "call_1", content: [text("12")] },
          {
            type: "tool_result",
            tool_use_id: "call_2",
            content: [text("13"), { type: "image", source: { type: "url", url: "https://e.com/a.png" } }],
          },
          { type: "tool_result", tool_use_id: "call_3", is_error: true },
          text("Well?"),
        ),
      ],
      tools: [weatherThere],
    },
  },
  {
    name: "functions-deprecated",
    feature: "tools",
    page: `${docs}agents-and-tools/tool-use/handle-tool-calls`,
    request: {
      messages: [
        ...hello,
        { role: "assistant", content: null, function_call: { name: "now", arguments: "{}" } },
        { role: "function", name: "now", content: "12:00" },
      ],
      functions: [{ name: "now", parameters: { type: "object", properties: {} } }],
      function_call: { name: "now" },
    },
    body: {
      ...max,
      messages: [
        ...helloBlocks,
        assistant({ type: "tool_use", id: "call_1", name: "now", input: {} }),
        user({ type: "tool_result", tool_use_id: "call_1", content: [text("12:00")] }),
      ],
      tools: [{ name: "now", input_schema: { type: "object", properties: {} } }],
      tool_choice: { type: "tool", name: "now" },
    },
  },
  {
    name: "custom-tool",
    feature: "tools",
    page: `${docs}agents-and-tools/tool-use/define-tools`,
    request: {
      messages: [
        ...hello,
        { role: "assistant", tool_calls: [{ id: "c1", type: "custom", custom: { name: "run", input: 'print("hi")' } }] },
        { role: "tool", tool_call_id: "c1", content: "hi" },
      ],
      tools: [
        {
          type: "custom",
          custom: {
            name: "run",
            description: "Runs Python",
            format: { type: "grammar", grammar: { syntax: "regex", definition: "print.*" } },
          },
        },
      ],
      tool_choice: { type: "custom", custom: { name: "run" } },
    },
    body: {
      ...max,
      messages: [
        ...helloBlocks,
        assistant({ type: "tool_use", id: "c1", name: "sluice_custom_run", input: { input: 'print("hi")' } }),
        user({ type: "tool_result", tool_use_id: "c1", content: [text("hi")] }),
      ],
      tools: [
        {
          name: "sluice_custom_run",
          description: "Runs Python\n\nThe input must satisfy this grammar (regex):\nprint.*",
          input_schema: {
            type: "object",
            properties: { input: { type: "string" } },
            required: ["input"],
            additionalProperties: false,
          },
        },
      ],
      tool_choice: { type: "tool", name: "sluice_custom_run" },
    },
    dropped: ["tools[0].custom.format"],
  },
  {
    name: "server-tool",
    feature: "tools",
    page: `${docs}agents-and-tools/tool-use/web-search-tool`,
    request: { messages: hello, tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 3 }, { type: "made_up" }] },
    body: { ...max, messages: helloBlocks, tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 3 }] },
    dropped: ["tools[1]"],
  },
  {
    name: "web-search-options",
    feature: "tools",
    page: `${docs}agents-and-tools/tool-use/web-search-tool`,
    request: {
      messages: hello,
      web_search_options: {
        search_context_size: "low",
        user_location: { type: "approximate", approximate: { country: "DE", city: "Ulm" } },
      },
    },
    body: {
      ...max,
      messages: helloBlocks,
      tools: [
        {
          type: "web_search_20250305",
          name: "web_search",
          user_location: { type: "approximate", country: "DE", city: "Ulm" },
        },
      ],
    },
    dropped: ["web_search_options.search_context_size"],
  },
];

const thinkingPage = `${docs}build-with-claude/thinking`;
const effortPage = `${docs}build-with-claude/effort`;
const adaptive = { type: "adaptive", display: "summarized" };

/** Reasoning. */
const reasoning: readonly GoldenRequest[] = [
  {
    name: "budget",
    feature: "reasoning",
    page: thinkingPage,
    request: { messages: hello, reasoning_effort: "medium", temperature: 0.3, top_p: 0.97 },
    body: { ...max, messages: helloBlocks, thinking: { type: "enabled", budget_tokens: 8192 }, top_p: 0.97 },
    dropped: ["temperature"],
  },
  {
    name: "budget-below-the-limit",
    feature: "reasoning",
    page: thinkingPage,
    request: { messages: hello, reasoning_effort: "high", max_completion_tokens: 4000 },
    body: { max_tokens: 4000, messages: helloBlocks, thinking: { type: "enabled", budget_tokens: 3000 } },
  },
  {
    name: "no-room-for-a-budget",
    feature: "reasoning",
    page: thinkingPage,
    request: { messages: hello, reasoning_effort: "high", max_completion_tokens: 1000, temperature: 0.3 },
    body: { max_tokens: 1000, messages: helloBlocks, temperature: 0.3 },
    dropped: ["reasoning_effort"],
  },
  {
    name: "budget-or-forced-call",
    feature: "reasoning",
    page: thinkingPage,
    request: { messages: hello, reasoning_effort: "low", tools: [weatherTool], tool_choice: "required" },
    body: { ...max, messages: helloBlocks, tools: [weatherThere], tool_choice: { type: "any" } },
    dropped: ["reasoning_effort"],
  },
  {
    name: "adaptive",
    feature: "reasoning",
    page: effortPage,
    model: "claude-opus-4-6",
    request: { messages: hello, reasoning_effort: "xhigh", tools: [weatherTool], tool_choice: "required" },
    body: {
      ...max,
      messages: helloBlocks,
      tools: [weatherThere],
      tool_choice: { type: "any" },
      thinking: adaptive,
      output_config: { effort: "high" },
    },
  },
  {
    name: "adaptive-xhigh",
    feature: "reasoning",
    page: effortPage,
    model: "claude-sonnet-5",
    request: { messages: hello, reasoning_effort: "xhigh" },
    body: { ...max, messages: helloBlocks, thinking: adaptive, output_config: { effort: "xhigh" } },
  },
  {
    name: "minimal",
    feature: "reasoning",
    page: effortPage,
    model: "claude-haiku-5-5",
    request: { messages: hello, reasoning_effort: "minimal" },
    body: { ...max, messages: helloBlocks, thinking: adaptive, output_config: { effort: "low" } },
  },
  ...(
    [
      ["claude-sonnet-4-5", undefined, undefined, []],
      ["claude-opus-4-8", undefined, undefined, []],
      ["claude-sonnet-5", { type: "disabled" }, undefined, []],
      ["claude-haiku-5-5", { type: "disabled" }, undefined, []],
      ["claude-sonnet-5-5", { type: "between_tools" }, undefined, []],
      ["claude-opus-5-5", undefined, { effort: "low" }, ["reasoning_effort"]],
      ["claude-fable-5", undefined, { effort: "low" }, ["reasoning_effort"]],
    ] as const
  ).map(
    ([model, thinking, output_config, dropped]): GoldenRequest => ({
      name: `off-${model}`,
      feature: "reasoning",
      page: thinkingPage,
      model,
      request: { messages: hello, reasoning_effort: "none" },
      body: { ...max, messages: helloBlocks, ...(thinking && { thinking }), ...(output_config && { output_config }) },
      dropped,
    }),
  ),
  {
    name: "own-thinking",
    feature: "reasoning",
    page: thinkingPage,
    request: {
      messages: hello,
      temperature: 0.5,
      extensions: { anthropic: { thinking: { type: "enabled", budget_tokens: 2000 } } },
    },
    body: { ...max, messages: helloBlocks, thinking: { type: "enabled", budget_tokens: 2000 } },
    dropped: ["temperature"],
  },
  {
    name: "signed-reasoning-in-a-tool-loop",
    feature: "reasoning",
    page: `${docs}build-with-claude/extended-thinking`,
    request: {
      messages: [
        ...hello,
        {
          role: "assistant",
          content: "Looking.",
          reasoning: "I need the weather.",
          reasoning_blocks: [
            { length: 19, signature: "sig1" },
            { length: 0, redacted_data: "enc" },
            { length: 0, signature: "sig2" },
          ],
          tool_calls: [call("c1", "{}")],
        },
        { role: "tool", tool_call_id: "c1", content: "12" },
      ],
      tools: [weatherTool],
      reasoning_effort: "low",
    },
    body: {
      ...max,
      messages: [
        ...helloBlocks,
        assistant(
          { type: "thinking", thinking: "I need the weather.", signature: "sig1" },
          { type: "redacted_thinking", data: "enc" },
          { type: "thinking", thinking: "", signature: "sig2" },
          text("Looking."),
          { type: "tool_use", id: "c1", name: "get_weather", input: {} },
        ),
        user({ type: "tool_result", tool_use_id: "c1", content: [text("12")] }),
      ],
      tools: [weatherThere],
      thinking: { type: "enabled", budget_tokens: 2048 },
    },
  },
  {
    name: "changed-reasoning-in-a-tool-loop",
    feature: "reasoning",
    page: `${docs}build-with-claude/extended-thinking`,
    request: {
      messages: [
        ...hello,
        {
          role: "assistant",
          reasoning: "I need [redacted].",
          reasoning_blocks: [{ length: 19, signature: "sig1" }],
          tool_calls: [call("c1", "{}")],
        },
        { role: "tool", tool_call_id: "c1", content: "12" },
      ],
      reasoning_effort: "low",
    },
    body: {
      ...max,
      messages: [
        ...helloBlocks,
        assistant({ type: "tool_use", id: "c1", name: "get_weather", input: {} }),
        user({ type: "tool_result", tool_use_id: "c1", content: [text("12")] }),
      ],
    },
    dropped: ["messages[1].reasoning_blocks", "reasoning_effort"],
  },
  {
    name: "unsigned-reasoning",
    feature: "reasoning",
    page: `${docs}build-with-claude/extended-thinking`,
    request: {
      messages: [...hello, { role: "assistant", content: "Hi", reasoning_content: "Hm." }, { role: "user", content: "So?" }],
    },
    body: { ...max, messages: [...helloBlocks, assistant(text("Hi")), user(text("So?"))] },
    dropped: ["messages[1].reasoning"],
  },
  {
    name: "vendor-blocks-go-back",
    feature: "server tools",
    page: `${docs}agents-and-tools/tool-use/web-search-tool`,
    request: {
      messages: [
        ...hello,
        {
          role: "assistant",
          content: "Searching. Found it.",
          anthropic_blocks: [
            { at: 11, block: { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "x" } } },
            { at: 11, block: { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] } },
          ],
        },
        { role: "user", content: "Thanks" },
      ],
    },
    body: {
      ...max,
      messages: [
        ...helloBlocks,
        assistant(
          text("Searching. "),
          { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "x" } },
          { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] },
          text("Found it."),
        ),
        user(text("Thanks")),
      ],
    },
  },
];

const structured = `${docs}build-with-claude/structured-outputs`;
const onlyJson = "Answer with one JSON value and nothing else: no other words, no code fence.";

/** The form of the reply. */
const formats: readonly GoldenRequest[] = [
  {
    name: "format-text",
    feature: "structured output",
    page: structured,
    request: { messages: hello, response_format: { type: "text" } },
    body: { ...max, messages: helloBlocks },
  },
  {
    name: "json-object",
    feature: "structured output",
    page: structured,
    request: { messages: [{ role: "system", content: "Be brief." }, ...hello], response_format: { type: "json_object" } },
    body: { ...max, system: [text("Be brief."), text(`${onlyJson} It must be a JSON object.`)], messages: helloBlocks },
  },
  {
    name: "json-schema",
    feature: "structured output",
    page: structured,
    model: "claude-opus-5-5",
    request: { messages: hello, response_format: personFormat, reasoning_effort: "low" },
    body: {
      ...max,
      messages: helloBlocks,
      thinking: adaptive,
      output_config: { effort: "low", format: { type: "json_schema", schema: person } },
    },
  },
  {
    name: "json-schema-rewritten",
    feature: "structured output",
    page: structured,
    request: {
      messages: hello,
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "n",
          schema: {
            $schema: "https://json-schema.org/draft/2020-12/schema",
            type: "object",
            properties: {
              age: { type: "integer", minimum: 0, description: "Years" },
              tags: { type: "array", items: { oneOf: [{ type: "string", maxLength: 5 }, { type: "null" }] }, minItems: 1 },
            },
          },
        },
      },
    },
    body: {
      ...max,
      messages: helloBlocks,
      output_config: {
        format: {
          type: "json_schema",
          schema: {
            type: "object",
            properties: {
              age: { type: "integer", description: "Years\n\n{minimum: 0}" },
              tags: {
                type: "array",
                items: { anyOf: [{ type: "string", description: "{maxLength: 5}" }, { type: "null" }] },
                minItems: 1,
              },
            },
            additionalProperties: false,
          },
        },
      },
    },
    dropped: ["response_format.json_schema.schema"],
  },
  {
    name: "json-schema-by-tool",
    feature: "structured output",
    page: `${docs}agents-and-tools/tool-use/define-tools`,
    model: "claude-opus-4-1",
    request: { messages: hello, response_format: personFormat, tools: [weatherTool] },
    body: {
      ...max,
      messages: helloBlocks,
      tools: [
        weatherThere,
        {
          name: "sluice_structured_output",
          description: "Gives the final answer in the form that was asked for: person",
          input_schema: person,
        },
      ],
      tool_choice: { type: "any" },
    },
  },
  {
    name: "json-schema-open-by-tool",
    feature: "structured output",
    page: structured,
    request: {
      messages: hello,
      response_format: {
        type: "json_schema",
        json_schema: { name: "map", schema: { type: "object", additionalProperties: { type: "number" } } },
      },
    },
    body: {
      ...max,
      messages: helloBlocks,
      tools: [
        {
          name: "sluice_structured_output",
          description: "Gives the final answer in the form that was asked for: map",
          input_schema: { type: "object", additionalProperties: { type: "number" } },
        },
      ],
      tool_choice: { type: "tool", name: "sluice_structured_output" },
    },
  },
  {
    name: "json-schema-recursive-by-instruction",
    feature: "structured output",
    page: structured,
    model: "claude-sonnet-5-5",
    request: {
      messages: hello,
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "tree",
          schema: { type: "object", properties: { next: { $ref: "#" } }, additionalProperties: false },
        },
      },
    },
    body: {
      ...max,
      system: [
        text(
          `${onlyJson} It must satisfy this JSON Schema:\n{"type":"object","properties":{"next":{"$ref":"#"}},"additionalProperties":false}`,
        ),
      ],
      messages: helloBlocks,
    },
  },
];

/** Requests and the bodies they become, by hand, from the documentation. */
export const anthropicRequests: readonly GoldenRequest[] = [...conversation, ...media, ...tools, ...reasoning, ...formats];
