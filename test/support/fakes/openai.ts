import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json as readJson } from "node:stream/consumers";
import { openAiFault } from "./openai-rules.ts";

/** A request, as far as the fake looks at it. */
export interface OpenAiRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content?: unknown; readonly [member: string]: unknown }[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly [member: string]: unknown;
}

/** A message that is answered, and why it ends. */
export interface OpenAiAnswer {
  readonly message: {
    readonly content?: string | null;
    readonly tool_calls?: readonly OpenAiCall[];
    readonly [member: string]: unknown;
  };
  /** Default `stop`, with tool calls `tool_calls`. */
  readonly finish?: string;
}

interface OpenAiCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

const usage = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 3, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: 0,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
};

/** A server that speaks OpenAI's chat completions and refuses what OpenAI refuses. It answers what it is told to. */
export class FakeOpenAi {
  static readonly key: string = "sk-fake-0123456789abcdef";
  /** The requests that it took. */
  readonly taken: OpenAiRequest[] = [];
  /** What it said of those that it refused. */
  readonly refused: string[] = [];
  readonly #server: Server;
  readonly #answer: (request: OpenAiRequest) => OpenAiAnswer;

  private constructor(answer: (request: OpenAiRequest) => OpenAiAnswer) {
    this.#answer = answer;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Starts one that makes its answers of the requests. */
  static async start(answer: (request: OpenAiRequest) => OpenAiAnswer): Promise<FakeOpenAi> {
    const fake = new FakeOpenAi(answer);
    await once(fake.#server.listen(0, "127.0.0.1"), "listening");
    return fake;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`; // it listens on TCP
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refuse = (status: number, message: string, param: string | null, code: string | null) => {
      this.refused.push(message);
      response.writeHead(status, { "content-type": "application/json", "x-request-id": "req_1" });
      response.end(JSON.stringify({ error: { message, type: "invalid_request_error", param, code } }));
    };
    if (request.method !== "POST" || request.url !== "/v1/chat/completions") return refuse(404, "Invalid URL", null, null);
    if (request.headers.authorization !== `Bearer ${FakeOpenAi.key}`)
      return refuse(401, `Incorrect API key provided: ${request.headers.authorization}.`, null, "invalid_api_key");
    let body: unknown;
    try {
      body = await readJson(request);
    } catch {
      return refuse(400, "We could not parse the JSON body of your request.", null, null);
    }
    const fault = openAiFault(body);
    if (fault !== undefined) return refuse(400, fault.message, fault.param, fault.code);
    const asked = body as OpenAiRequest; // the rules have looked at it
    this.taken.push(asked);
    const { message, finish = message.tool_calls === undefined ? "stop" : "tool_calls" } = this.#answer(asked);
    const head = { id: "chatcmpl-1", created: 1767225600, model: `${asked.model}-2026-01-01`, service_tier: "default" };
    if (asked.stream === true) {
      response.writeHead(200, { "content-type": "text/event-stream", "x-request-id": "req_1" });
      for (const event of events(head, message, finish, asked)) response.write(`data: ${JSON.stringify(event)}\n\n`);
      response.end("data: [DONE]\n\n");
      return;
    }
    const choice = {
      index: 0,
      message: { role: "assistant", content: null, refusal: null, ...message },
      logprobs: null,
      finish_reason: finish,
    };
    response.writeHead(200, { "content-type": "application/json", "x-request-id": "req_1" });
    response.end(JSON.stringify({ ...head, object: "chat.completion", choices: [choice], usage, system_fingerprint: "fp_1" }));
  }
}

/** A message in pieces of a few characters. */
function* events(
  head: object,
  message: OpenAiAnswer["message"],
  finish: string,
  asked: OpenAiRequest,
): Generator<object, undefined> {
  const withUsage = asked.stream_options?.include_usage === true;
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    ...(withUsage ? { usage: null } : {}),
    obfuscation: "x7",
  });
  const { content, tool_calls = [], ...rest } = message;
  yield chunk({ role: "assistant", content: tool_calls.length > 0 && content === undefined ? null : "", refusal: null, ...rest });
  for (const piece of pieces(content ?? "")) yield chunk({ content: piece });
  for (const [index, call] of tool_calls.entries()) {
    yield chunk({ tool_calls: [{ ...call, index, function: { name: call.function.name, arguments: "" } }] });
    for (const piece of pieces(call.function.arguments)) yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] });
  }
  yield chunk({}, finish);
  if (withUsage) yield { ...head, object: "chat.completion.chunk", choices: [], usage, obfuscation: "" };
}

const pieces = (text: string): readonly string[] => text.match(/.{1,5}/gsu) ?? [];
