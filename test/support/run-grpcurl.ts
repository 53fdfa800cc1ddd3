import { Readable } from "node:stream";
import { createRegistry, type DescMethodStreaming, type DescMethodUnary, fromJsonString, toJson } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { Health } from "#gen/grpc/health/v1/health_pb";
import { ServerReflection } from "#gen/grpc/reflection/v1/reflection_pb";
import { ChatCompletionService } from "#gen/sluice/chat/v1/chat_completion_service_pb";
import { ModelService } from "#gen/sluice/chat/v1/model_service_pb";

const registry = createRegistry(ChatCompletionService, ModelService, Health);

/** Makes the call of a `grpcurl -plaintext [-d JSON] ADDRESS METHOD` or `… ADDRESS list` command and gives what it would print. */
export async function runGrpcurl([, ...args]: readonly string[]): Promise<string> {
  const at = args.indexOf("-d");
  const data = at < 0 ? "{}" : args[at + 1];
  const [plaintext, address, method, ...more] = at < 0 ? args : args.toSpliced(at, 2);
  if (plaintext !== "-plaintext" || data === undefined || method === undefined || more.length > 0)
    throw new Error(`grpcurl: what does ${args.join(" ")} do?`);
  const baseUrl = `http://${address}`;
  return method === "list" ? listed(baseUrl) : called(baseUrl, method, data);
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
