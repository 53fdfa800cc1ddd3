import { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { createRegistry, type DescMethodStreaming, type DescMethodUnary, fromJsonString, toJson } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { Health } from "#gen/grpc/health/v1/health_pb";
import { ServerReflection } from "#gen/grpc/reflection/v1/reflection_pb";
import { ChatCompletionService } from "#gen/sluice/chat/v1/chat_completion_service_pb";
import { ModelService } from "#gen/sluice/chat/v1/model_service_pb";
import { TokenService } from "#gen/sluice/chat/v1/token_service_pb";
import { EmbeddingService } from "#gen/sluice/embeddings/v1/embedding_service_pb";

const registry = createRegistry(ChatCompletionService, ModelService, TokenService, EmbeddingService, Health);

/**
 * Does what a `grpcurl -plaintext [-v] [-d JSON] ADDRESS (METHOD | list | describe SYMBOL)` command does, and gives what it prints of
 * messages and lists.
 */
export async function runGrpcurl([, ...args]: readonly string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args: args.map((arg) => (arg === "-plaintext" ? "--plaintext" : arg)),
    allowPositionals: true,
    options: { plaintext: { type: "boolean" }, verbose: { type: "boolean", short: "v" }, data: { type: "string", short: "d" } },
  });
  const [address, verb = "", symbol] = positionals;
  const baseUrl = `http://${address}`;
  if (verb === "list") return listed(baseUrl);
  if (verb !== "describe") return called(baseUrl, verb, values.data ?? "{}");
  if (registry.get(symbol ?? "") === undefined) throw new Error(`grpcurl: there is no ${symbol}`);
  return "";
}

async function listed(baseUrl: string): Promise<string> {
  const client = createClient(ServerReflection, createGrpcTransport({ baseUrl }));
  const ask = { messageRequest: { case: "listServices", value: "" } } as const;
  for await (const { messageResponse } of client.serverReflectionInfo(Readable.from([ask]))) {
    if (messageResponse.case === "listServicesResponse") {
      const names = messageResponse.value.service.map(({ name }) => name);
      return `${names.sort().join("\n")}\n`;
    }
  }
  throw new Error("grpcurl: reflection gave no list");
}

async function called(baseUrl: string, path: string, data: string): Promise<string> {
  const [serviceName = "", methodName = ""] = path.split("/");
  const method = registry.getService(serviceName)?.methods.find(({ name }) => name === methodName);
  if (method === undefined) throw new Error(`grpcurl: there is no method ${path}`);
  const transport = createGrpcTransport({ baseUrl });
  const request = fromJsonString(method.input, data);
  const print = (message: Parameters<typeof toJson>[1]) => JSON.stringify(toJson(method.output, message), undefined, 2);
  if (method.methodKind === "unary") {
    return print((await transport.unary(method as DescMethodUnary, undefined, undefined, undefined, request)).message);
  }
  const { message: replies } = await transport.stream(
    method as DescMethodStreaming,
    undefined,
    undefined,
    undefined,
    Readable.from([request]),
  );
  let output = "";
  for await (const reply of replies) output += `${print(reply)}\n`;
  return output;
}
