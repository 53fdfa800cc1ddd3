/** A reply as Google's documentation shows it, whole and in the chunks of a stream, and what it says. */
export interface GeminiReply {
  readonly name: string;
  /** The page that shows such a reply. */
  readonly page: string;
  /** GenerateContentResponse; absent: such a reply only comes streamed. */
  readonly whole?: object;
  /** The payloads of the same reply's stream. Absent: it is one chunk, the whole reply. */
  readonly events?: readonly object[];
  /** Its choices and usage as OpenAI's JSON has them. */
  readonly choices: readonly object[];
  readonly usage?: object;
  /** Members beside them. */
  readonly beside?: object;
  /** Gemini's own word for the end of the first choice, where it is kept. */
  readonly raw?: string;
}

const docs = "https://ai.google.dev/";
const api = `${docs}api/generate-content`;
const finishReasons = `${api}#FinishReason`;
const signatures = `${docs}gemini-api/docs/thought-signatures`;
const toolsPage = `${docs}gemini-api/docs/function-calling`;
const vertexTools = "https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling";

const head = { modelVersion: "gemini-3-flash", responseId: "r1" };
const counts = { promptTokenCount: 9, candidatesTokenCount: 4, totalTokenCount: 13 };
const used = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };

const candidate = (parts: readonly object[], more: object = {}) => ({ content: { parts, role: "model" }, index: 0, ...more });
const stop = { finishReason: "STOP" };
const reply = (...candidates: readonly object[]) => ({ candidates, usageMetadata: counts, ...head });
const part = (text: string) => ({ text });
const thought = (text: string) => ({ text, thought: true });
const called = (name: string, args: object, more: object = {}) => ({ functionCall: { name, args }, ...more });

const message = (content: string | null, more: object = {}) => ({ role: "assistant", content, refusal: null, ...more });
const choice = (said: object, finish_reason = "stop", more: object = {}) => ({
  index: 0,
  message: said,
  logprobs: null,
  finish_reason,
  ...more,
});
const toolCall = (id: string, name: string, args: string, more: object = {}) => ({
  id,
  type: "function",
  function: { name, arguments: args },
  ...more,
});

/** A reply that ends early: what it had said, in two chunks. */
const ended = (word: string, finish: string, raw: string | undefined, more: object = {}): GeminiReply => ({
  name: `ended-${word.toLowerCase().replaceAll("_", "-")}`,
  page: finishReasons,
  whole: reply(candidate([part("Once upon")], { finishReason: word, ...more })),
  events: [reply(candidate([part("Once")])), reply(candidate([part(" upon")], { finishReason: word, ...more }))],
  choices: [choice(message("Once upon"), finish, more)],
  usage: used,
  ...(raw === undefined ? {} : { raw }),
});

const piece = (functionCall: object, more: object = {}) => ({
  candidates: [{ content: { parts: [{ functionCall }], role: "model" }, ...more }],
  usageMetadata: { trafficType: "ON_DEMAND" },
  ...head,
});
const argument = (jsonPath: string, value: object, more = true) =>
  piece({ partialArgs: [{ jsonPath, ...value }], ...(more ? { willContinue: true } : {}) });
const onDemand = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13, trafficType: "ON_DEMAND" };
const last = { usageMetadata: { ...counts, trafficType: "ON_DEMAND" } };

/** Every reply. */
export const geminiReplies: readonly GeminiReply[] = [
  {
    name: "text",
    page: `${docs}gemini-api/docs/text-generation`,
    whole: reply(candidate([part("Grüß Gott 🎉")], stop)),
    events: [reply(candidate([part("Grüß ")])), reply(candidate([part("Gott ")])), reply(candidate([part("🎉")], stop))],
    choices: [choice(message("Grüß Gott 🎉"))],
    usage: used,
  },
  {
    name: "text-in-parts",
    page: api,
    whole: reply(candidate([part("One. "), part("Two.")], stop)),
    events: [reply(candidate([part("One. "), part("Two.")])), reply(candidate([part("")], stop))],
    choices: [choice(message("One. Two."))],
    usage: used,
  },
  {
    name: "nothing-said",
    page: api,
    whole: reply({ finishReason: "STOP", index: 0 }),
    choices: [choice(message(""))],
    usage: used,
  },
  {
    name: "several-candidates",
    page: `${api}#candidate`,
    whole: reply(candidate([part("A")], stop), candidate([part("B")], { ...stop, index: 1 })),
    events: [
      reply(candidate([part("A")])),
      reply(candidate([part("B")], { index: 1 })),
      reply(candidate([], stop), { ...stop, index: 1 }),
    ],
    choices: [choice(message("A")), { ...choice(message("B")), index: 1 }],
    usage: used,
  },
  {
    name: "thoughts",
    page: `${docs}gemini-api/docs/thinking#summaries`,
    whole: {
      ...reply(candidate([thought("Let me think."), part("42")], stop)),
      usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 4, thoughtsTokenCount: 20, totalTokenCount: 33 },
    },
    events: [
      { ...reply(candidate([thought("Let me ")])), usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 } },
      {
        ...reply(candidate([thought("think.")])),
        usageMetadata: { promptTokenCount: 9, thoughtsTokenCount: 20, totalTokenCount: 29 },
      },
      {
        ...reply(candidate([part("42")], stop)),
        usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 4, thoughtsTokenCount: 20, totalTokenCount: 33 },
      },
    ],
    choices: [choice(message("42", { reasoning_content: "Let me think." }))],
    usage: { prompt_tokens: 9, completion_tokens: 24, total_tokens: 33, completion_tokens_details: { reasoning_tokens: 20 } },
  },
  {
    name: "thoughts-and-signed-text",
    page: signatures,
    whole: reply(candidate([thought("Hm. "), { ...part("42"), thoughtSignature: "c2ln" }], stop)),
    events: [
      reply(candidate([thought("Hm. ")])),
      reply(candidate([part("42")])),
      reply(candidate([{ text: "", thoughtSignature: "c2ln" }], stop)),
    ],
    choices: [
      choice(
        message("42", {
          reasoning_content: "Hm. ",
          reasoning_blocks: [{ length: 4 }, { length: 0, signature: "c2ln", vendor: "gemini" }],
        }),
      ),
    ],
    usage: used,
  },
  {
    name: "signed-thoughts",
    page: signatures,
    whole: reply(candidate([{ ...thought("One."), thoughtSignature: "b25l" }, thought("Two."), part("3")], stop)),
    events: [
      reply(candidate([{ ...thought("One."), thoughtSignature: "b25l" }])),
      reply(candidate([thought("Two.")])),
      reply(candidate([part("3")], stop)),
    ],
    choices: [
      choice(
        message("3", {
          reasoning_content: "One.Two.",
          reasoning_blocks: [{ length: 4, signature: "b25l", vendor: "gemini" }, { length: 4 }],
        }),
      ),
    ],
    usage: used,
  },
  {
    name: "call",
    page: toolsPage,
    whole: reply(
      candidate([called("weather", { place: "Oslo", days: 3 }, { thoughtSignature: "c2ln" })], {
        ...stop,
        finishMessage: "Model generated function call(s).",
      }),
    ),
    events: [
      reply(candidate([called("weather", { place: "Oslo", days: 3 }, { thoughtSignature: "c2ln" })])),
      reply(candidate([part("")], { ...stop, finishMessage: "Model generated function call(s)." })),
    ],
    choices: [
      choice(
        message(null, { tool_calls: [toolCall("call_r1_0", "weather", '{"place":"Oslo","days":3}', { signature: "c2ln" })] }),
        "tool_calls",
        { finishMessage: "Model generated function call(s)." },
      ),
    ],
    usage: used,
  },
  {
    name: "call-with-id",
    page: `${docs}api/caching#FunctionCall`,
    whole: reply(candidate([{ functionCall: { id: "fc-7", name: "weather", args: { place: "Oslo" } } }], stop)),
    choices: [choice(message(null, { tool_calls: [toolCall("fc-7", "weather", '{"place":"Oslo"}')] }), "tool_calls")],
    usage: used,
  },
  {
    name: "call-without-arguments",
    page: toolsPage,
    whole: reply(candidate([{ functionCall: { name: "now" } }], stop)),
    choices: [choice(message(null, { tool_calls: [toolCall("call_r1_0", "now", "{}")] }), "tool_calls")],
    usage: used,
  },
  {
    name: "text-thoughts-and-parallel-calls",
    page: `${toolsPage}#parallel_function_calling`,
    whole: reply(
      candidate(
        [
          thought("Two."),
          part("Looking."),
          called("weather", { place: "Oslo" }, { thoughtSignature: "c2ln" }),
          called("weather", { place: "Rome" }),
        ],
        stop,
      ),
    ),
    events: [
      reply(candidate([thought("Two.")])),
      reply(candidate([part("Looking.")])),
      reply(candidate([called("weather", { place: "Oslo" }, { thoughtSignature: "c2ln" })])),
      reply(candidate([called("weather", { place: "Rome" })], stop)),
    ],
    choices: [
      choice(
        message("Looking.", {
          reasoning_content: "Two.",
          tool_calls: [
            toolCall("call_r1_0", "weather", '{"place":"Oslo"}', { signature: "c2ln" }),
            toolCall("call_r1_1", "weather", '{"place":"Rome"}'),
          ],
        }),
        "tool_calls",
      ),
    ],
    usage: used,
  },
  {
    name: "call-in-pieces",
    page: vertexTools,
    events: [
      piece({ name: "book", willContinue: true }),
      argument("$.from.city", { stringValue: "Os", willContinue: true }),
      argument("$.from.city", { stringValue: 'lo "1"', willContinue: true }),
      argument("$.from.city", { stringValue: "" }),
      argument("$.from['zip code']", { numberValue: 150 }),
      argument("$.guests[0].name", { stringValue: "Ada" }),
      argument("$.guests[0].adult", { boolValue: true }),
      argument("$.guests[1].name", { nullValue: "NULL_VALUE" }),
      piece({ willContinue: true }),
      argument("$.note", { stringValue: "a\nb", willContinue: true }),
      { ...piece({}, stop), ...last },
    ],
    choices: [
      choice(
        message(null, {
          tool_calls: [
            toolCall(
              "call_r1_0",
              "book",
              '{"from":{"city":"Oslo \\"1\\"","zip code":150},"guests":[{"name":"Ada","adult":true},{"name":null}],"note":"a\\nb"}',
            ),
          ],
        }),
        "tool_calls",
      ),
    ],
    usage: onDemand,
  },
  {
    name: "calls-in-pieces-without-their-ends",
    page: vertexTools,
    events: [
      piece({ name: "a", willContinue: true }),
      argument("$.x", { stringValue: "1", willContinue: true }),
      piece({ name: "b", willContinue: true }),
      argument("$.y[0]", { numberValue: 2.5 }),
      { ...piece({ name: "c" }, stop), ...last },
    ],
    choices: [
      choice(
        message(null, {
          tool_calls: [
            toolCall("call_r1_0", "a", '{"x":"1"}'),
            toolCall("call_r1_1", "b", '{"y":[2.5]}'),
            toolCall("call_r1_2", "c", "{}"),
          ],
        }),
        "tool_calls",
      ),
    ],
    usage: onDemand,
  },
  {
    name: "code-execution",
    page: `${docs}gemini-api/docs/code-execution`,
    whole: reply(
      candidate(
        [
          part("I count. "),
          { executableCode: { language: "PYTHON", code: "print(2 + 2)" } },
          { codeExecutionResult: { outcome: "OUTCOME_OK", output: "4\n" } },
          part("It is 4."),
        ],
        stop,
      ),
    ),
    events: [
      reply(candidate([part("I count. ")])),
      reply(candidate([{ executableCode: { language: "PYTHON", code: "print(2 + 2)" } }])),
      reply(candidate([{ codeExecutionResult: { outcome: "OUTCOME_OK", output: "4\n" } }])),
      reply(candidate([part("It is 4.")], stop)),
    ],
    choices: [
      choice(
        message("I count. It is 4.", {
          parts: [
            { executableCode: { language: "PYTHON", code: "print(2 + 2)" } },
            { codeExecutionResult: { outcome: "OUTCOME_OK", output: "4\n" } },
          ],
        }),
      ),
    ],
    usage: used,
  },
  {
    name: "image",
    page: `${docs}gemini-api/docs/image-generation`,
    whole: reply(
      candidate([part("Here."), { inlineData: { mimeType: "image/png", data: "aGk=" }, thoughtSignature: "c2ln" }], stop),
    ),
    events: [
      reply(candidate([part("Here.")])),
      reply(candidate([{ inlineData: { mimeType: "image/png", data: "aGk=" }, thoughtSignature: "c2ln" }], stop)),
    ],
    choices: [
      choice(message("Here.", { parts: [{ inlineData: { mimeType: "image/png", data: "aGk=" }, thoughtSignature: "c2ln" }] })),
    ],
    usage: used,
  },
  {
    name: "grounded",
    page: `${docs}gemini-api/docs/google-search`,
    whole: reply(
      candidate([part("Grüße. Spain won Euro 2024.")], {
        ...stop,
        groundingMetadata: {
          webSearchQueries: ["who won"],
          groundingChunks: [{ web: { uri: "https://a.example/", title: "a" } }, { web: { uri: "https://b.example/" } }],
          groundingSupports: [{ segment: { startIndex: 9, endIndex: 29 }, groundingChunkIndices: [0, 1, 7] }],
        },
      }),
    ),
    events: [
      reply(candidate([part("Grüße. Spain won")])),
      reply(
        candidate([part(" Euro 2024.")], {
          ...stop,
          groundingMetadata: {
            webSearchQueries: ["who won"],
            groundingChunks: [{ web: { uri: "https://a.example/", title: "a" } }, { web: { uri: "https://b.example/" } }],
            groundingSupports: [{ segment: { startIndex: 9, endIndex: 29 }, groundingChunkIndices: [0, 1, 7] }],
          },
        }),
      ),
    ],
    choices: [
      choice(
        message("Grüße. Spain won Euro 2024.", {
          annotations: [
            { type: "url_citation", url_citation: { start_index: 7, end_index: 26, url: "https://a.example/", title: "a" } },
            { type: "url_citation", url_citation: { start_index: 7, end_index: 26, url: "https://b.example/", title: "" } },
          ],
        }),
        "stop",
        {
          groundingMetadata: {
            webSearchQueries: ["who won"],
            groundingChunks: [{ web: { uri: "https://a.example/", title: "a" } }, { web: { uri: "https://b.example/" } }],
            groundingSupports: [{ segment: { startIndex: 9, endIndex: 29 }, groundingChunkIndices: [0, 1, 7] }],
          },
        },
      ),
    ],
    usage: used,
  },
  {
    name: "cited",
    page: `${api}#citationmetadata`,
    whole: reply(
      candidate([part("To be or not to be")], {
        ...stop,
        citationMetadata: { citationSources: [{ startIndex: 0, endIndex: 5, uri: "https://h.example/", license: "" }] },
      }),
    ),
    choices: [
      choice(
        message("To be or not to be", {
          annotations: [
            { type: "url_citation", url_citation: { start_index: 0, end_index: 4, url: "https://h.example/", title: "" } },
          ],
        }),
        "stop",
        { citationMetadata: { citationSources: [{ startIndex: 0, endIndex: 5, uri: "https://h.example/", license: "" }] } },
      ),
    ],
    usage: used,
  },
  {
    name: "logprobs",
    page: `${api}#LogprobsResult`,
    whole: reply(
      candidate([part("Hé")], {
        ...stop,
        avgLogprobs: -0.1,
        logprobsResult: {
          topCandidates: [
            {
              candidates: [
                { token: "Hé", tokenId: 5, logProbability: -0.1 },
                { token: "Ha", tokenId: 6, logProbability: -2 },
              ],
            },
          ],
          chosenCandidates: [{ token: "Hé", tokenId: 5, logProbability: -0.1 }],
        },
      }),
    ),
    choices: [
      choice(message("Hé"), "stop", {
        avgLogprobs: -0.1,
        logprobs: {
          content: [
            {
              token: "Hé",
              logprob: -0.1,
              bytes: [72, 195, 169],
              tokenId: 5,
              top_logprobs: [
                { token: "Hé", logprob: -0.1, bytes: [72, 195, 169], tokenId: 5 },
                { token: "Ha", logprob: -2, bytes: [72, 97], tokenId: 6 },
              ],
            },
          ],
          refusal: null,
        },
      }),
    ],
    usage: used,
  },
  {
    name: "usage-details",
    page: `${api}#UsageMetadata`,
    whole: {
      ...reply(candidate([part("Hi")], stop)),
      usageMetadata: {
        promptTokenCount: 100,
        cachedContentTokenCount: 60,
        candidatesTokenCount: 10,
        toolUsePromptTokenCount: 7,
        thoughtsTokenCount: 5,
        totalTokenCount: 122,
        promptTokensDetails: [
          { modality: "TEXT", tokenCount: 70 },
          { modality: "IMAGE", tokenCount: 30 },
        ],
        cacheTokensDetails: [{ modality: "TEXT", tokenCount: 60 }],
        candidatesTokensDetails: [
          { modality: "TEXT", tokenCount: 8 },
          { modality: "IMAGE", tokenCount: 2 },
        ],
      },
    },
    choices: [choice(message("Hi"))],
    usage: {
      prompt_tokens: 107,
      completion_tokens: 15,
      total_tokens: 122,
      prompt_tokens_details: { cached_tokens: 60, text_tokens: 70, image_tokens: 30 },
      completion_tokens_details: { reasoning_tokens: 5, text_tokens: 8 },
      cacheTokensDetails: [{ modality: "TEXT", tokenCount: 60 }],
      toolUsePromptTokenCount: 7,
      candidatesTokensDetails: [
        { modality: "TEXT", tokenCount: 8 },
        { modality: "IMAGE", tokenCount: 2 },
      ],
    },
  },
  {
    name: "prompt-blocked",
    page: `${api}#BlockReason`,
    whole: {
      promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
      usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 },
      ...head,
    },
    choices: [choice(message(null), "content_filter")],
    usage: { prompt_tokens: 9, completion_tokens: 0, total_tokens: 9 },
    beside: { promptFeedback: { blockReason: "PROHIBITED_CONTENT" } },
    raw: "PROHIBITED_CONTENT",
  },
  {
    name: "safety-ratings",
    page: `${api}#SafetyRating`,
    whole: reply(
      candidate([part("Hi")], { ...stop, safetyRatings: [{ category: "HARM_CATEGORY_HARASSMENT", probability: "LOW" }] }),
    ),
    choices: [choice(message("Hi"), "stop", { safetyRatings: [{ category: "HARM_CATEGORY_HARASSMENT", probability: "LOW" }] })],
    usage: used,
  },
  {
    name: "created",
    page: "https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
    whole: { ...reply(candidate([part("Hi")], stop)), createTime: "2026-04-02T17:03:50.399550Z" },
    choices: [choice(message("Hi"))],
    usage: used,
    beside: { created: 1775149430 },
  },
  ended("MAX_TOKENS", "length", undefined),
  ended("SAFETY", "content_filter", "SAFETY", {
    safetyRatings: [{ category: "HARM_CATEGORY_HARASSMENT", probability: "HIGH", blocked: true }],
  }),
  ended("RECITATION", "content_filter", "RECITATION"),
  ended("PROHIBITED_CONTENT", "content_filter", "PROHIBITED_CONTENT"),
  ended("SPII", "content_filter", "SPII"),
  ended("BLOCKLIST", "content_filter", "BLOCKLIST"),
  ended("LANGUAGE", "content_filter", "LANGUAGE"),
  ended("MALFORMED_FUNCTION_CALL", "MALFORMED_FUNCTION_CALL", "MALFORMED_FUNCTION_CALL", {
    finishMessage: "Malformed function call: weather(",
  }),
  ended("UNEXPECTED_TOOL_CALL", "UNEXPECTED_TOOL_CALL", "UNEXPECTED_TOOL_CALL"),
  ended("OTHER", "OTHER", "OTHER"),
];
