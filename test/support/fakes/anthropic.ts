import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { streamOfMessage } from "../anthropic/stream-of-message.ts";
import { redactedData, signatureOf } from "./anthropic-content.ts";
import { AnthropicFault, type Fields } from "./anthropic-fault.ts";
import { checkRequest } from "./anthropic-rules.ts";

/** What the fake answers to one request that it does not refuse. */
export type AnthropicScript =
  | {
      readonly content: readonly Fields[];
      readonly stop_reason?: string;
      readonly usage?: Fields;
      readonly stop_details?: Fields;
    }
  | {
      readonly status: number;
      readonly type: string;
      readonly message: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** These events instead of a message's; where none ends the message, the connection is closed in the middle. */
  | { readonly events: readonly Fields[] };

/**
 * A server that speaks Anthropic's Messages API and is stricter than its documentation: it refuses what that forbids, with the API's own
 * errors, signs its thinking and refuses any other. Answers are scripted; without a script it says "Hello".
 */
export class FakeAnthropic {
  /** The bodies of the requests that were not refused. */
  readonly requests: Fields[] = [];
  /** Their headers. */
  readonly headers: IncomingMessage["headers"][] = [];
  readonly #server: Server;
  readonly #scripts: AnthropicScript[] = [];
  readonly #key: string;
  #served = 0;

  private constructor(key: string) {
    this.#key = key;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Starts one on a free port. @param key the only key that it takes. */
  static async start(key: string): Promise<FakeAnthropic> {
    const fake = new FakeAnthropic(key);
    await once(fake.#server.listen(0, "127.0.0.1"), "listening");
    return fake;
  }

  /** Where it is, without `/v1`. */
  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // listening on a port
  }

  /** Scripts the next answers, in order. */
  next(...scripts: AnthropicScript[]): void {
    this.#scripts.push(...scripts);
  }

  /** Forgets requests and scripts. */
  clear(): void {
    this.requests.length = this.headers.length = this.#scripts.length = 0;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = `req_${++this.#served}`;
    response.setHeader("request-id", id);
    try {
      this.#checkHead(request);
      const body = checkRequest(await json(request));
      this.requests.push(body);
      this.headers.push(request.headers);
      const script = this.#scripts.shift() ?? { content: [{ type: "text", text: "Hello" }] };
      if ("status" in script) {
        for (const [name, value] of Object.entries(script.headers ?? {})) response.setHeader(name, value);
        throw new AnthropicFault(script.message, script.status, script.type);
      }
      const message = "events" in script ? undefined : this.#message(body, script);
      if (body.stream === true) stream(response, message === undefined ? undefined : streamOfMessage(message), script);
      else response.setHeader("content-type", "application/json").end(JSON.stringify(message));
    } catch (error) {
      const fault = error instanceof AnthropicFault ? error : new AnthropicFault(String(error), 400);
      const { type, message, status } = fault;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ type: "error", error: { type, message }, request_id: id }));
    }
  }

  #checkHead({ method, url, headers }: IncomingMessage): void {
    const given = headers["x-api-key"] ?? headers.authorization?.replace(/^Bearer /, "");
    if (given !== this.#key) throw new AnthropicFault("invalid x-api-key", 401, "authentication_error");
    if (headers["anthropic-version"] === undefined) throw new AnthropicFault("anthropic-version: header is required");
    if (method !== "POST" || url !== "/v1/messages") throw new AnthropicFault("Not found", 404, "not_found_error");
    if (headers["content-type"] !== "application/json") throw new AnthropicFault("content-type must be application/json");
  }

  #message(body: Fields, { content, stop_reason, usage, stop_details }: Extract<AnthropicScript, { content: unknown }>) {
    const signed = content.map((block) => {
      if (block.type === "thinking") return { ...block, signature: signatureOf(String(block.thinking)) };
      return block.type === "redacted_thinking" ? { ...block, data: redactedData } : block;
    });
    return {
      id: `msg_${this.#served}`,
      type: "message",
      role: "assistant",
      model: body.model,
      content: signed,
      stop_reason: stop_reason ?? (content.some(({ type }) => type === "tool_use") ? "tool_use" : "end_turn"),
      stop_sequence: null,
      ...(stop_details && { stop_details }),
      usage: usage ?? { input_tokens: 10, output_tokens: 5 },
    };
  }
}

function stream(response: ServerResponse, events: readonly Fields[] | undefined, script: AnthropicScript): void {
  response.setHeader("content-type", "text/event-stream; charset=utf-8");
  const all = events ?? ("events" in script ? script.events : []);
  for (const event of all) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  if (all.at(-1)?.type === "message_stop" || all.at(-1)?.type === "error") response.end();
  else response.write("", () => response.destroy());
}
