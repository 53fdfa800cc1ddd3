// Connect with code generated from the contract. `createGrpcTransport` speaks gRPC instead; in browsers take @connectrpc/connect-web.
import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { ErrorInfoSchema } from "./gen/google/rpc/error_details_pb.js";
import { ChatCompletionService } from "./gen/sluice/chat/v1/chat_completion_service_pb.js";
import { Role } from "./gen/sluice/chat/v1/chat_message_pb.js";

const [url = "http://127.0.0.1:8080"] = process.argv.slice(2);
const client = createClient(ChatCompletionService, createConnectTransport({ baseUrl: url, httpVersion: "2" }));
const messages = [{ role: Role.USER, content: "Hello from Connect" }];

const whole = await client.createChatCompletion({ model: "demo/echo", messages });
console.log("whole:", whole.choices[0].message.content);

let text = "";
for await (const { choices, usage, route } of client.streamChatCompletion({ model: "demo/echo", messages })) {
  text += choices[0]?.delta?.content ?? "";
  if (route) console.log("streamed:", text, `(${usage?.totalTokens} tokens, by ${route.provider}/${route.model})`);
}

try {
  await client.createChatCompletion({ model: "demo/nothing", messages });
} catch (thrown) {
  const error = ConnectError.from(thrown);
  console.log("refused:", error.findDetails(ErrorInfoSchema)[0]?.reason, "-", error.rawMessage);
}
