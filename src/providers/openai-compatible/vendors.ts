import type { VendorQuirks } from "../../codec/openai/vendor-quirks.ts";

/** A vendor whose API is OpenAI's with differences. */
interface VendorRow extends VendorQuirks {
  /** Its `type` in the configuration, and its name among a request's extensions. */
  readonly type: string;
  readonly title: string;
  /** The page that says so. */
  readonly page: `https://${string}`;
  /** Where the API is, without `/chat/completions`; absent: everybody has it somewhere else. */
  readonly baseUrl?: `${"https" | "http"}://${string}`;
  /** Variables of the environment that usually hold the key, the first one that is set counts; absent: it is asked without. */
  readonly keys?: readonly string[];
  /** Whether a stream's usage must be asked for (`stream_options.include_usage`), or comes anyway. */
  readonly usage: "asked" | "always";
  /** Where a reply has the model's reasoning, if it shows any. */
  readonly shows: string;
  /** Reasons of finishing that OpenAI has not. */
  readonly finishReasons?: readonly string[];
  /** How many texts a request for embeddings may have. Default 2048, as OpenAI's. */
  readonly embeddingInputs?: number;
  /** Its own options, beside OpenAI's parameters, that pass as shipped: none leads to an address, holds a key or chooses another model. */
  readonly options: readonly string[];
}

const sampling = ["top_k", "min_p", "repetition_penalty"] as const;
const vllm = [...sampling, "min_tokens", "ignore_eos", "stop_token_ids", "skip_special_tokens", "chat_template_kwargs"] as const;
const toMaxTokens = { max_completion_tokens: "max_tokens" } as const;

/** The vendors that speak OpenAI's API, a row each: all that there is to adding one. */
export const vendors = [
  {
    type: "xai",
    title: "xAI",
    page: "https://docs.x.ai/developers/rest-api-reference/inference/chat-completions",
    baseUrl: "https://api.x.ai/v1",
    keys: ["XAI_API_KEY"],
    usage: "asked",
    shows: "`reasoning_content`",
    refused: ["logit_bias"],
    options: [],
  },
  {
    type: "mistral",
    title: "Mistral",
    page: "https://docs.mistral.ai/api/endpoint/chat",
    baseUrl: "https://api.mistral.ai/v1",
    keys: ["MISTRAL_API_KEY"],
    usage: "always",
    shows: "`thinking` parts of `content`",
    reasoning: "thinking",
    finishReasons: ["model_length", "error"],
    // It answers 422 to every field that it does not know.
    refused: [
      ...["stream_options", "logprobs", "top_logprobs", "logit_bias", "user", "safety_identifier", "verbosity", "store"],
      ...["service_tier", "modalities", "audio", "web_search_options", "functions", "function_call", "moderation"],
      ...["prompt_cache_key", "prompt_cache_retention", "prompt_cache_options"],
    ],
    refusedInMessages: ["name", "refusal", "audio", "function_call"],
    refusedInParts: ["cache_control"],
    renamed: { ...toMaxTokens, seed: "random_seed" },
    options: ["safe_prompt", "prompt_mode"],
  },
  {
    type: "groq",
    title: "Groq",
    page: "https://console.groq.com/docs/openai",
    baseUrl: "https://api.groq.com/openai/v1",
    keys: ["GROQ_API_KEY"],
    usage: "asked",
    shows: "`reasoning`",
    reasoning: "reasoning",
    developer: true,
    refused: ["logprobs", "logit_bias", "top_logprobs", "n"],
    refusedInMessages: ["name"],
    options: ["reasoning_format", "include_reasoning", "search_settings", "citation_options", "disable_tool_validation"],
  },
  {
    type: "deepseek",
    title: "DeepSeek",
    page: "https://api-docs.deepseek.com/guides/thinking_mode",
    baseUrl: "https://api.deepseek.com",
    keys: ["DEEPSEEK_API_KEY"],
    usage: "asked",
    shows: "`reasoning_content`",
    reasoning: "reasoning_content", // must come back after a tool call, and is ignored otherwise
    finishReasons: ["insufficient_system_resource"],
    refused: ["n", "seed", "logit_bias", "parallel_tool_calls", "prediction", "modalities", "audio", "web_search_options"],
    renamed: toMaxTokens,
    options: ["thinking"],
  },
  {
    type: "together",
    title: "Together AI",
    page: "https://docs.together.ai/reference/chat-completions",
    baseUrl: "https://api.together.xyz/v1",
    keys: ["TOGETHER_API_KEY"],
    usage: "asked",
    shows: "`reasoning`",
    reasoning: "reasoning",
    finishReasons: ["eos"],
    renamed: toMaxTokens,
    options: [...sampling, "safety_model", "context_length_exceeded_behavior", "chat_template_kwargs", "reasoning"],
  },
  {
    type: "fireworks",
    title: "Fireworks AI",
    page: "https://docs.fireworks.ai/guides/querying-text-models",
    baseUrl: "https://api.fireworks.ai/inference/v1",
    keys: ["FIREWORKS_API_KEY"],
    usage: "asked",
    shows: "`reasoning_content`",
    reasoning: "reasoning_content",
    renamed: toMaxTokens,
    options: [...sampling, "context_length_exceeded_behavior", "prompt_truncate_len", "reasoning_history", "ignore_eos"],
  },
  {
    type: "openrouter",
    title: "OpenRouter",
    page: "https://openrouter.ai/docs/api_reference/parameters",
    baseUrl: "https://openrouter.ai/api/v1",
    keys: ["OPENROUTER_API_KEY"],
    usage: "asked",
    shows: "`reasoning`, `reasoning_details`",
    reasoning: "reasoning",
    developer: true,
    finishReasons: ["error"],
    options: [...sampling, "top_a", "provider", "transforms", "reasoning", "include_reasoning", "usage"],
  },
  {
    type: "perplexity",
    title: "Perplexity",
    page: "https://docs.perplexity.ai/docs/sonar/openai-compatibility",
    baseUrl: "https://api.perplexity.ai",
    keys: ["PERPLEXITY_API_KEY"],
    usage: "always",
    shows: "`<think>` in `content`",
    refused: [
      ...["stream_options", "tools", "tool_choice", "parallel_tool_calls", "functions", "function_call", "n", "seed", "stop"],
      ...["logprobs", "top_logprobs", "logit_bias", "service_tier", "store", "prediction", "modalities", "audio"],
    ],
    renamed: toMaxTokens,
    options: [
      ...[
        "search_mode",
        "search_domain_filter",
        "search_recency_filter",
        "search_after_date_filter",
        "search_before_date_filter",
      ],
      ...["return_images", "return_related_questions", "disable_search", "enable_search_classifier"],
    ],
  },
  {
    type: "cohere",
    title: "Cohere",
    page: "https://docs.cohere.com/docs/compatibility-api",
    baseUrl: "https://api.cohere.ai/compatibility/v1",
    keys: ["COHERE_API_KEY", "CO_API_KEY"],
    usage: "always",
    shows: "",
    developer: true,
    embeddingInputs: 96, // https://docs.cohere.com/reference/embed
    refused: [
      ...["stream_options", "store", "metadata", "logit_bias", "logprobs", "top_logprobs", "n", "modalities", "prediction"],
      ...["audio", "service_tier", "parallel_tool_calls"],
    ],
    renamed: toMaxTokens,
    options: [],
  },
  {
    type: "cerebras",
    title: "Cerebras",
    page: "https://inference-docs.cerebras.ai/resources/openai",
    baseUrl: "https://api.cerebras.ai/v1",
    keys: ["CEREBRAS_API_KEY"],
    usage: "asked",
    shows: "`reasoning`",
    reasoning: "reasoning",
    developer: true,
    refused: ["frequency_penalty", "presence_penalty", "logit_bias", "parallel_tool_calls", "service_tier"],
    renamed: { max_tokens: "max_completion_tokens" },
    options: ["reasoning_format", "clear_thinking", "disable_reasoning"],
  },
  {
    type: "nvidia",
    title: "NVIDIA NIM",
    page: "https://docs.nvidia.com/nim/large-language-models/latest/api-reference.html",
    baseUrl: "https://integrate.api.nvidia.com/v1",
    keys: ["NVIDIA_API_KEY"],
    usage: "asked",
    shows: "`reasoning_content`",
    reasoning: "reasoning_content",
    renamed: toMaxTokens,
    options: [...vllm, "nvext"],
  },
  {
    type: "moonshot",
    title: "Moonshot AI",
    page: "https://platform.moonshot.ai/docs/api/chat",
    baseUrl: "https://api.moonshot.ai/v1",
    keys: ["MOONSHOT_API_KEY"],
    usage: "asked",
    shows: "`reasoning_content`",
    reasoning: "reasoning_content",
    renamed: { max_tokens: "max_completion_tokens" },
    options: ["thinking"],
  },
  {
    type: "huggingface",
    title: "Hugging Face",
    page: "https://huggingface.co/docs/inference-providers/index",
    baseUrl: "https://router.huggingface.co/v1",
    keys: ["HF_TOKEN"],
    usage: "asked",
    shows: "as the provider behind it",
    renamed: toMaxTokens,
    options: [],
  },
  {
    type: "ollama",
    title: "Ollama",
    page: "https://docs.ollama.com/api/openai-compatibility",
    baseUrl: "http://127.0.0.1:11434/v1",
    usage: "asked",
    shows: "`reasoning`",
    reasoning: "reasoning",
    refused: ["logit_bias", "user", "n", "parallel_tool_calls"],
    renamed: toMaxTokens,
    options: ["reasoning"],
  },
  {
    type: "vllm",
    title: "vLLM",
    page: "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
    baseUrl: "http://127.0.0.1:8000/v1",
    usage: "asked",
    shows: "`reasoning`, earlier `reasoning_content`",
    reasoning: "reasoning",
    options: [...vllm, "length_penalty", "include_stop_str_in_output", "structured_outputs", "continue_final_message"],
  },
  {
    type: "sglang",
    title: "SGLang",
    page: "https://docs.sglang.io/docs/advanced_features/separate_reasoning",
    baseUrl: "http://127.0.0.1:30000/v1",
    usage: "asked",
    shows: "`reasoning_content`",
    reasoning: "reasoning_content",
    options: [...vllm, "regex", "ebnf", "separate_reasoning", "stream_reasoning", "continue_final_message"],
  },
  {
    type: "llama-cpp",
    title: "llama.cpp",
    page: "https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
    // No address: its own port, 8080, is this gateway's too.
    usage: "asked",
    shows: "`reasoning_content`",
    reasoning: "reasoning_content",
    options: ["top_k", "min_p", "repeat_penalty", "grammar", "cache_prompt", "timings_per_token", "chat_template_kwargs"],
  },
  {
    type: "lm-studio",
    title: "LM Studio",
    page: "https://lmstudio.ai/docs/developer/openai-compat",
    baseUrl: "http://127.0.0.1:1234/v1",
    usage: "asked",
    shows: "`reasoning_content`",
    reasoning: "reasoning_content",
    renamed: toMaxTokens,
    options: ["top_k", "repeat_penalty", "ttl"],
  },
] as const satisfies readonly VendorRow[];

/** The `type` of a vendor that speaks OpenAI's API. */
export type VendorType = (typeof vendors)[number]["type"];

/** A row of the table, with what other rows leave out. */
export type Vendor = VendorRow & { readonly type: VendorType };
