import { parseArgs } from "node:util";
import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { ChatCompletionService } from "#gen/sluice/chat/v1/chat_completion_service_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { exitCodes } from "./exit-codes.ts";
import { UsageError } from "./usage-error.ts";

/** `sluice chat`: one streamed completion through a running gateway, over Connect. */
export async function chat(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { model: { type: "string", default: "demo/text" }, url: { type: "string", default: "http://127.0.0.1:8080" } },
  });
  const content = positionals.join(" ");
  if (content === "") throw new UsageError('say what to ask: sluice chat "…"');
  if (!URL.canParse(values.url)) throw new UsageError(`--url: ${values.url} is no URL`);
  const client = createClient(ChatCompletionService, createConnectTransport({ baseUrl: values.url, httpVersion: "1.1" }));
  try {
    for await (const chunk of client.streamChatCompletion({ model: values.model, messages: [{ role: Role.USER, content }] })) {
      for (const { delta } of chunk.choices) process.stdout.write(delta?.content ?? "");
    }
    process.stdout.write("\n");
    return exitCodes.good;
  } catch (error) {
    process.stderr.write(`${ConnectError.from(error).message}\n`);
    return exitCodes.failure;
  }
}
