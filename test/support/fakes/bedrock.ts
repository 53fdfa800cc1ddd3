import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SignatureV4 } from "@smithy/signature-v4";
import { bedrockEvent } from "../bedrock-stream.ts";
import { Sha256 } from "../sha256.ts";
import { invokeReply } from "./bedrock-invoke.ts";
import { type Block, type ConverseBody, checkedBody, signatureOf, ValidationProblem } from "./bedrock-request-rules.ts";

/** What the fake answers. */
export interface FakeReply {
  readonly content?: readonly Block[];
  /** Default `tool_use` where tools are called, else `end_turn`. */
  readonly stopReason?: string;
  readonly usage?: object;
  /** An exception instead of the reply. */
  readonly error?: { readonly status: number; readonly type: string; readonly message: string };
  /** An exception in the middle of a stream. */
  readonly streamError?: string;
}

/** A request that the fake has answered. */
export interface FakeRequest {
  readonly model: string;
  readonly streamed: boolean;
  readonly body: ConverseBody;
}

/** Who may ask. */
export const fakeIdentity = { accessKeyId: "AKIDFAKE", secretAccessKey: "fake/secret+key", region: "eu-central-1" };
/** Who may ask without signing. */
export const fakeApiKey = "bedrock-api-key-fake";

/** A block of reasoning that the fake takes back unchanged and no other way. */
export const reasoned = (text: string): Block => ({
  reasoningContent: { reasoningText: { text, signature: signatureOf(text) } },
});

/**
 * Amazon Bedrock's Converse API on a free port, as strict as the real one: signatures are checked, with AWS's own signer, and bodies by
 * the rules of the API reference.
 */
export class FakeBedrock {
  readonly requests: FakeRequest[] = [];
  readonly #server: Server;
  readonly #replies: FakeReply[] = [];

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<FakeBedrock> {
    const fake = new FakeBedrock();
    fake.#server.listen(0, "127.0.0.1");
    await once(fake.#server, "listening");
    return fake;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // it listens on TCP
  }

  /** Answers the next requests so, in order. */
  next(...replies: readonly FakeReply[]): void {
    this.#replies.push(...replies);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer); // no encoding is set
    const bytes = Buffer.concat(parts);
    response.setHeader("x-amzn-requestid", `fake-${this.requests.length}`);
    if (!(await isAuthentic(request, bytes))) {
      const message = "The request signature we calculated does not match the signature you provided.";
      refuse(response, { status: 403, type: "InvalidSignatureException", message });
      return;
    }
    const [, model, operation] = /^\/model\/([^/]+)\/(converse|converse-stream|invoke)$/.exec(request.url ?? "") ?? [];
    if (model === undefined) {
      refuse(response, { status: 404, type: "UnknownOperationException", message: "no such operation" });
      return;
    }
    if (operation === "invoke") return void this.#invoke(decodeURIComponent(model), bytes, response);
    let body: ConverseBody;
    try {
      body = checkedBody(JSON.parse(bytes.toString("utf8")));
    } catch (error) {
      if (!(error instanceof ValidationProblem || error instanceof SyntaxError)) throw error;
      refuse(response, { status: 400, type: "ValidationException", message: error.message });
      return;
    }
    const streamed = operation === "converse-stream";
    this.requests.push({ model: decodeURIComponent(model), streamed, body });
    const reply = this.#replies.shift() ?? { content: [{ text: "Hello from the fake." }] };
    if (reply.error !== undefined) refuse(response, reply.error);
    else if (streamed) stream(response, reply);
    else whole(response, reply);
  }

  #invoke(model: string, bytes: Buffer, response: ServerResponse): void {
    try {
      const { body, headers } = invokeReply(model, JSON.parse(bytes.toString("utf8")));
      response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
    } catch (error) {
      if (!(error instanceof ValidationProblem || error instanceof SyntaxError)) throw error;
      refuse(response, { status: 400, type: "ValidationException", message: error.message });
    }
  }
}

async function isAuthentic(request: IncomingMessage, body: Buffer): Promise<boolean> {
  const { authorization = "" } = request.headers;
  if (authorization === `Bearer ${fakeApiKey}`) return true;
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(";") ?? [];
  const date = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(request.headers["x-amz-date"]));
  if (date === null || !names.includes("host")) return false;
  const { accessKeyId, secretAccessKey, region } = fakeIdentity;
  const token = request.headers["x-amz-security-token"];
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(typeof token === "string" ? { sessionToken: token } : {}) },
    region,
    service: "bedrock",
    sha256: Sha256,
    applyChecksum: false,
  });
  const signed = await signer.sign(
    {
      protocol: "http:",
      hostname: "127.0.0.1",
      method: request.method ?? "",
      path: request.url ?? "",
      headers: Object.fromEntries(names.map((name) => [name, String(request.headers[name])])),
      body,
    },
    { signingDate: new Date(date.slice(1, 4).join("-").concat("T", date.slice(4).join(":"), "Z")) },
  );
  return signed.headers.authorization === authorization;
}

function refuse(response: ServerResponse, { status, type, message }: NonNullable<FakeReply["error"]>): void {
  const headers = {
    "content-type": "application/json",
    "x-amzn-errortype": `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
  };
  response.writeHead(status, headers).end(JSON.stringify({ message }));
}

const usual = { inputTokens: 12, outputTokens: 5, totalTokens: 17 };

function told({ content = [], stopReason, usage = usual }: FakeReply) {
  return { content, stopReason: stopReason ?? (content.some(({ toolUse }) => toolUse) ? "tool_use" : "end_turn"), usage };
}

function whole(response: ServerResponse, reply: FakeReply): void {
  const { content, stopReason, usage } = told(reply);
  const body = { output: { message: { role: "assistant", content } }, stopReason, usage, metrics: { latencyMs: 1 } };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** A text in pieces of a few characters. */
const pieces = (text: string): string[] => text.match(/.{1,5}/gsu) ?? [];

function stream(response: ServerResponse, reply: FakeReply): void {
  const { content, stopReason, usage } = told(reply);
  response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
  const send = (type: string, payload: object): void => void response.write(bedrockEvent(type, { ...payload, p: "abcdef" }));
  send("messageStart", { role: "assistant" });
  content.forEach((block, contentBlockIndex) => {
    if (block.toolUse !== undefined) {
      const { toolUseId, name } = block.toolUse;
      send("contentBlockStart", { contentBlockIndex, start: { toolUse: { toolUseId, name } } });
    }
    for (const delta of deltasOf(block)) send("contentBlockDelta", { contentBlockIndex, delta });
    send("contentBlockStop", { contentBlockIndex });
  });
  if (reply.streamError === undefined) {
    send("messageStop", { stopReason });
    send("metadata", { usage, metrics: { latencyMs: 1 } });
  } else send(`exception:${reply.streamError}`, { message: "secret words of the vendor" });
  response.end();
}

function deltasOf({ text, toolUse, reasoningContent }: Block): object[] {
  if (text !== undefined) return pieces(text).map((piece) => ({ text: piece }));
  if (toolUse !== undefined) return pieces(JSON.stringify(toolUse.input)).map((input) => ({ toolUse: { input } }));
  const { reasoningText } = (reasoningContent ?? {}) as { reasoningText?: { text: string; signature: string } }; // of `reasoned`
  if (reasoningText === undefined) return reasoningContent === undefined ? [] : [{ reasoningContent }];
  const { text: reasoning, signature } = reasoningText;
  return [...pieces(reasoning).map((piece) => ({ reasoningContent: { text: piece } })), { reasoningContent: { signature } }];
}
