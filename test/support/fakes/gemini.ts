import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { requestFault, type WireRequest } from "./gemini-request-check.ts";

/** A request that the fake took. */
export interface TakenRequest {
  readonly model: string;
  readonly streamed: boolean;
  /** Path and query. */
  readonly path: string;
  readonly body: WireRequest;
  readonly headers: IncomingMessage["headers"];
}

/** GenerateContentResponses: the chunks of a stream; unstreamed they are one. */
export type Chunks = readonly object[];

/** A refusal in the vendor's form. */
export interface Refusal {
  readonly status: number;
  readonly error: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is answered to one request. */
export type Answer = Chunks | Refusal | ((request: TakenRequest) => Chunks | Refusal);

const path =
  /^\/(?:v1|v1beta|v1\/projects\/[^/]+\/locations\/[^/]+\/publishers\/google)\/models\/([^/?:]+):(generateContent|streamGenerateContent\?alt=sse)$/;

/**
 * A server that speaks Gemini's API and refuses what Google refuses: unknown fields, turns out of order, results without calls, calls of
 * the current turn without signature. It answers what it is told, else repeats the last text.
 */
export class FakeGemini {
  /** The key that is good at the Gemini API. */
  static readonly key: string = "AIza-fake-key-0123456789";
  /** The tokens that are good at Vertex AI. */
  readonly tokens: Set<string> = new Set();
  readonly taken: TakenRequest[] = [];
  /** Messages of the requests it refused by itself. */
  readonly refused: string[] = [];
  readonly #server: Server;
  #answers: Answer[] = [];

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<FakeGemini> {
    const fake = new FakeGemini();
    await once(fake.#server.listen(0, "127.0.0.1"), "listening");
    return fake;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // it listens on TCP
  }

  /** Answers the next good requests, in order. */
  next(...answers: Answer[]): void {
    this.#answers.push(...answers);
  }

  clear(): void {
    this.#answers = [];
    this.taken.length = 0;
    this.refused.length = 0;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close").catch(() => {});
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer); // no encoding is set
    const [, name, method] = path.exec(request.url ?? "") ?? [];
    const refusal = this.#faultOf(request, name, Buffer.concat(pieces));
    if (refusal !== undefined || name === undefined) {
      const known = refusal ?? status(404, "NOT_FOUND", `models/${name} is not found`);
      this.refused.push(JSON.stringify(known.error));
      return void refuse(response, known);
    }
    const taken: TakenRequest = {
      model: decodeURIComponent(name),
      streamed: method !== "generateContent",
      path: request.url ?? "",
      body: JSON.parse(Buffer.concat(pieces).toString()),
      headers: request.headers,
    };
    this.taken.push(taken);
    const planned = this.#answers.shift() ?? echo;
    const answer = typeof planned === "function" ? planned(taken) : planned;
    if ("status" in answer) return void refuse(response, answer);
    if (!taken.streamed) {
      response.writeHead(200, { "content-type": "application/json; charset=UTF-8" });
      return void response.end(JSON.stringify(joined(answer), null, 2));
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const chunk of answer) response.write(`data: ${JSON.stringify(chunk)}\r\n\r\n`);
    response.end();
  }

  #faultOf(request: IncomingMessage, name: string | undefined, bytes: Buffer): Refusal | undefined {
    if (name === undefined || !/gemini/.test(decodeURIComponent(name))) {
      return status(
        404,
        "NOT_FOUND",
        "models/unknown is not found for API version v1beta, or is not supported for generateContent.",
      );
    }
    if ((request.url ?? "").startsWith("/v1/projects/")) {
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
      if (!this.tokens.has(token)) return status(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
    } else if (request.headers["x-goog-api-key"] !== FakeGemini.key) {
      const info = { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID", domain: "googleapis.com" };
      return status(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [info]);
    }
    let body: unknown;
    try {
      body = JSON.parse(bytes.toString());
    } catch {
      return status(400, "INVALID_ARGUMENT", "Invalid JSON payload received.");
    }
    const fault = requestFault(body, decodeURIComponent(name));
    return fault === undefined ? undefined : status(400, "INVALID_ARGUMENT", fault);
  }
}

/** A google.rpc.Status. */
export function status(code: number, name: string, message: string, details?: readonly object[]): Refusal {
  return { status: code, error: { code, message, status: name, ...(details === undefined ? {} : { details }) } };
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(refusal.status, { "content-type": "application/json; charset=UTF-8", ...refusal.headers });
  response.end(JSON.stringify({ error: refusal.error }, null, 2));
}

function echo({ body, model }: TakenRequest): Chunks {
  const text =
    body.contents
      ?.at(-1)
      ?.parts?.flatMap((part) => part.text ?? [])
      .join("") ?? "";
  return [chunk([{ text }], { finishReason: "STOP" }, { modelVersion: model })];
}

/** A chunk with one candidate. */
export function chunk(parts: readonly object[], candidate: object = {}, more: object = {}): object {
  return {
    candidates: [{ content: { parts, role: "model" }, ...candidate, index: 0 }],
    usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 3, totalTokenCount: 7 },
    modelVersion: "gemini-fake",
    responseId: "fake-response",
    ...more,
  };
}

/** Chunks as the one reply that says the same; only of one candidate, and texts are not joined. */
function joined(chunks: Chunks): object {
  type Wire = { candidates?: [{ content?: { parts?: object[] } }] };
  const all = chunks as readonly Wire[]; // as `chunk` makes them
  const parts = all.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
  const last = all.at(-1) ?? {};
  if (last.candidates === undefined) return last;
  return { ...last, candidates: [{ ...last.candidates[0], content: { parts, role: "model" } }] };
}
