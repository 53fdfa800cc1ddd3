import { create } from "@bufbuild/protobuf";
import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { Agent, request } from "undici";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { ChatCompletionService } from "#gen/sluice/chat/v1/chat_completion_service_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";

/** The protocols that are measured: REST, Connect (JSON over HTTP/1.1), gRPC (binary over HTTP/2). */
export type Protocol = "rest" | "connect" | "grpc";

/** One call of a benchmark: what is asked for and how it is read. Resolves when the reply has been read to its end. */
export type BenchCall = (model: string, prompt: string, onChunk?: () => void) => Promise<void>;

/** A client of one protocol. */
export interface BenchClient {
  readonly call: BenchCall;
  close(): Promise<void>;
}

/** A client of Sluice, or with "" as the prefix one of the raw pipe. `model` says what the reply is: see bench/upstream.mjs. */
export function clientOf(protocol: Protocol, port: number, modelPrefix = "up/"): BenchClient {
  return protocol === "rest" ? restClient(port, modelPrefix) : rpcClient(protocol, port, modelPrefix);
}

/** A client of Sluice for each protocol. */
export function clientsOf(port: number): Readonly<Record<Protocol, BenchClient>> {
  return { rest: clientOf("rest", port), connect: clientOf("connect", port), grpc: clientOf("grpc", port) };
}

function restClient(port: number, modelPrefix: string): BenchClient {
  const agent = new Agent({ connections: 512, pipelining: 1, headersTimeout: 120_000, bodyTimeout: 120_000 });
  return {
    async call(model, prompt, onChunk) {
      const streamed = model !== "unary";
      const body = JSON.stringify({
        model: modelPrefix + model,
        messages: [{ role: "user", content: prompt }],
        ...(streamed ? { stream: true } : {}),
      });
      const reply = await request(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        dispatcher: agent,
      });
      if (reply.statusCode !== 200) throw new Error(`${reply.statusCode}: ${await reply.body.text()}`);
      for await (const _ of reply.body) onChunk?.();
    },
    close: () => agent.close(),
  };
}

function rpcClient(protocol: "connect" | "grpc", port: number, modelPrefix: string): BenchClient {
  const baseUrl = `http://127.0.0.1:${port}`;
  const transport: Transport =
    protocol === "grpc"
      ? createGrpcTransport({ baseUrl })
      : createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: false });
  const client: Client<typeof ChatCompletionService> = createClient(ChatCompletionService, transport);
  return {
    async call(model, prompt, onChunk) {
      const message = create(ChatCompletionRequestSchema, {
        model: modelPrefix + model,
        messages: [{ role: Role.USER, content: prompt }],
      });
      if (model === "unary") await client.createChatCompletion(message);
      else for await (const _ of client.streamChatCompletion(message)) onChunk?.();
    },
    close: () => Promise.resolve(),
  };
}

/** Runs `total` calls, `concurrency` at a time. */
export async function load(call: () => Promise<void>, total: number, concurrency: number): Promise<void> {
  let left = total;
  const lane = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}
