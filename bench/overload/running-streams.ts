import { request } from "node:http";
import { createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { ChatCompletionService } from "#gen/sluice/chat/v1/chat_completion_service_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";

/** Streams that run while something else happens. */
export interface RunningStreams {
  readonly count: number;
  /** Waits for their ends; gives what was wrong with each that was not whole. */
  faults(): Promise<string[]>;
}

/** Opens streams of `words` numbered words, ten a second, in turn over all protocols. Resolves as soon as each has begun. */
export async function openStreams(port: number, count: number, words: number): Promise<RunningStreams> {
  const baseUrl = `http://127.0.0.1:${port}`;
  const streams = [
    rest(port),
    rpc(createGrpcTransport({ baseUrl })),
    rpc(createGrpcWebTransport({ baseUrl, httpVersion: "1.1" })),
    rpc(createConnectTransport({ baseUrl, httpVersion: "1.1" })),
  ];
  const wanted = Array.from({ length: words }, (_, at) => `word ${at} `).join("");
  const begun: Promise<void>[] = [];
  const ended = Array.from({ length: count }, (_, i) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    begun.push(promise);
    const stream = streams[i % streams.length] ?? rest(port);
    return stream(`up/long-${words}`, resolve).then(
      (text) => (text === wanted ? undefined : `ended after ${text.length} of ${wanted.length} characters`),
      (error: unknown) => String(error),
    );
  });
  await Promise.race([Promise.all(begun), Promise.all(ended)]);
  return { count, faults: async () => (await Promise.all(ended)).filter((fault) => fault !== undefined) };
}

/** Reads one stream; resolves with its whole text. */
type Stream = (model: string, begun: () => void) => Promise<string>;

function rest(port: number): Stream {
  return (model, begun) =>
    new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json" };
      const sent = request({ port, host: "127.0.0.1", method: "POST", path: "/v1/chat/completions", headers, agent: false });
      sent.once("error", reject);
      sent.once("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
          begun();
        });
        response.once("error", reject);
        response.once("end", () => {
          const events = [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json = ""]) => JSON.parse(json));
          if (!text.endsWith("data: [DONE]\n\n"))
            reject(new Error(`${response.statusCode}, ended after ${events.length} events`));
          else resolve(events.map(({ choices }) => choices[0]?.delta?.content ?? "").join(""));
        });
      });
      sent.end(JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "Count." }] }));
    });
}

function rpc(transport: Transport): Stream {
  const client = createClient(ChatCompletionService, transport);
  return async (model, begun) => {
    let text = "";
    for await (const chunk of client.streamChatCompletion({ model, messages: [{ role: Role.USER, content: "Count." }] })) {
      text += chunk.choices[0]?.delta?.content ?? "";
      begun();
    }
    return text;
  };
}
