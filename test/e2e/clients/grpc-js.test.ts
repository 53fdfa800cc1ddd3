import { once } from "node:events";
import { Client, credentials, Metadata, type MethodDefinition, type ServiceError, status } from "@grpc/grpc-js";
import type { MessageTypeDefinition, PackageDefinition, ServiceDefinition } from "@grpc/proto-loader";
import { GoogleError } from "google-gax";
import { service as healthService } from "grpc-health-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClientGateway, silentModel, startClientGateway } from "../../support/client-gateway.ts";
import { call, type Reply, reflected, stream } from "../../support/grpc-js.ts";

const chatService = "sluice.chat.v1.ChatCompletionService";
const modelService = "sluice.chat.v1.ModelService";

let gateway: ClientGateway;
let client: Client;
let contract: PackageDefinition;
beforeAll(async () => {
  gateway = await startClientGateway();
  client = new Client(`127.0.0.1:${gateway.port}`, credentials.createInsecure());
  contract = await reflected(client, chatService, modelService);
});
afterAll(async () => {
  client.close();
  await gateway.close();
});

const method = (name: string, service: unknown = contract[chatService]): MethodDefinition<object, object> => {
  const found = (service as ServiceDefinition)[name]; // what the contract has under a service's name
  if (found === undefined) throw new Error(`there is no method ${name}`);
  return found;
};
const asked = (model: string, more: object = {}) => ({
  model,
  messages: [{ role: "ROLE_USER", content: "How are you, 世界? 🐟" }],
  ...more,
});

/** A message in a `-bin` trailer. */
function decode(trailer: Metadata, name: string, type: string): object {
  const [bytes] = trailer.get(name);
  if (!(bytes instanceof Buffer)) throw new Error(`there is no trailer ${name}`);
  return (contract[type] as MessageTypeDefinition<object, object>).deserialize(bytes); // what the contract has under a message's name
}

async function failure(run: () => Promise<unknown>): Promise<GoogleError> {
  const thrown = await run().then(
    () => Promise.reject(new Error("the call did not fail")),
    (error: unknown) => error,
  );
  return GoogleError.parseGRPCStatusDetails(thrown as GoogleError);
}

const textOf = (messages: readonly Reply[]) =>
  messages
    .flatMap(({ choices }) => choices as { delta?: { content?: string } }[])
    .map(({ delta }) => delta?.content ?? "")
    .join("");

describe("completions", () => {
  it("answers whole, with headers and trailers", async () => {
    const { messages, header, trailer } = await call(client, method("CreateChatCompletion"), asked("demo/echo"));
    expect(messages).toMatchObject([
      {
        model: "demo/echo",
        choices: [{ message: { role: "ROLE_ASSISTANT", content: "How are you, 世界? 🐟" }, finish_reason: "FINISH_REASON_STOP" }],
        route: { provider: "demo", model: "echo", attempts: 1, call_id: header.get("x-sluice-call-id")[0] },
      },
    ]);
    const [{ usage, route } = {}] = messages;
    expect(decode(trailer, "sluice-usage-bin", "sluice.chat.v1.Usage")).toEqual(usage);
    expect(decode(trailer, "sluice-route-bin", "sluice.chat.v1.RouteInfo")).toEqual(route);
    expect(trailer.get("sluice-outcome")).toEqual(["ok"]);
  });

  it("streams, ends with usage and route, and has them as trailers", async () => {
    const { messages, trailer } = await call(client, method("StreamChatCompletion"), asked("demo/echo"));
    expect(textOf(messages)).toBe("How are you, 世界? 🐟");
    const last = messages.at(-1);
    expect(last).toMatchObject({ choices: [], route: { provider: "demo", model: "echo", attempts: 1 } });
    expect(messages.filter(({ usage }) => usage !== undefined && usage !== null)).toEqual([last]);
    const [{ usage } = {}] = (await call(client, method("CreateChatCompletion"), asked("demo/echo"))).messages;
    expect(last?.usage).toEqual(usage);
    expect(decode(trailer, "sluice-usage-bin", "sluice.chat.v1.Usage")).toEqual(usage);
    expect(decode(trailer, "sluice-route-bin", "sluice.chat.v1.RouteInfo")).toEqual(last?.route);
    expect(trailer.get("sluice-outcome")).toEqual(["ok"]);
  });

  it("calls tools", async () => {
    const parameters_json = '{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}';
    const tools = [{ function: { name: "weather", parameters_json } }];
    const { messages } = await call(client, method("CreateChatCompletion"), asked("demo/tool", { tools }));
    expect(messages).toMatchObject([
      {
        choices: [
          {
            finish_reason: "FINISH_REASON_TOOL_CALLS",
            message: { tool_calls: [{ function: { name: "weather", arguments: expect.stringContaining('"city"') } }] },
          },
        ],
      },
    ]);
  });

  it("lists models and gets one", async () => {
    const models = contract[modelService];
    const [listed] = (await call(client, method("ListModels", models), {})).messages;
    expect(listed?.models).toEqual(expect.arrayContaining([expect.objectContaining({ id: "demo/echo", owned_by: "demo" })]));
    const { messages } = await call(client, method("GetModel", models), { id: "demo/echo" });
    expect(messages).toMatchObject([{ model: { id: "demo/echo" } }]);
  });
});

describe("errors", () => {
  const methods = ["CreateChatCompletion", "StreamChatCompletion"];
  const rows: readonly [string, object, status, string, number][] = [
    ["an unknown model", asked("demo/ecko"), status.NOT_FOUND, "model_not_found", 0],
    ["no messages", asked("demo/echo", { messages: [] }), status.INVALID_ARGUMENT, "invalid_request", 0],
    ["a vendor that fails", asked("demo/error-500"), status.UNAVAILABLE, "upstream_error", 0],
    ["a vendor that is rate limited", asked("demo/error-429"), status.RESOURCE_EXHAUSTED, "upstream_rate_limited", 1],
    ["a reply that is cut", asked("demo/cut"), status.UNAVAILABLE, "upstream_interrupted", 0],
  ];

  it.each(rows)("have google.rpc details for %s", async (_, request, code, reason, delay) => {
    for (const name of methods) {
      const error = await failure(() => call(client, method(name), request));
      expect(error).toMatchObject({ code, reason, domain: "sluice" });
      expect(error.metadata?.get("sluice-outcome")).toEqual([reason]);
      const details = (error.statusDetails ?? []) as {
        retryDelay?: { seconds: unknown };
        fieldViolations?: { field: string }[];
      }[];
      const retry = details.find(({ retryDelay }) => retryDelay);
      if (reason.startsWith("upstream")) expect(Number(retry?.retryDelay?.seconds ?? 0)).toBe(delay);
      else expect(retry).toBeUndefined();
      if (reason === "invalid_request")
        expect(details).toContainEqual(
          expect.objectContaining({ fieldViolations: [expect.objectContaining({ field: "messages" })] }),
        );
    }
  });

  it("come after the text that was there before a cut", async () => {
    const running = stream(client, method("StreamChatCompletion"), asked("demo/cut"));
    const messages: Reply[] = [];
    running.on("data", (message) => messages.push(message));
    const [error] = (await once(running, "error")) as [ServiceError];
    expect(error.code).toBe(status.UNAVAILABLE);
    expect(textOf(messages).length).toBeGreaterThan(10);
    expect(messages.at(-1)).toMatchObject({ choices: [], route: { provider: "demo" } });
  });
});

describe("a silent stream", () => {
  const begin = (options: Parameters<typeof stream>[3] = {}) =>
    stream(client, method("StreamChatCompletion"), asked(silentModel), options);

  it("that is cancelled hangs up on the upstream", async () => {
    const running = begin();
    const { closed } = await gateway.upstreamRequest();
    running.once("data", (message) => {
      expect(textOf([message])).toBe("Hel");
      running.cancel();
    });
    expect((await once(running, "error"))[0]).toMatchObject({ code: status.CANCELLED });
    await closed;
  });

  it("is ended by the client's deadline, as is the upstream", async () => {
    const running = begin({ deadline: Date.now() + 500 }).resume();
    const { closed } = await gateway.upstreamRequest();
    expect((await once(running, "error"))[0]).toMatchObject({ code: status.DEADLINE_EXCEEDED });
    await closed;
  });

  it("is ended by the gateway at the client's deadline when the client does not", async () => {
    const metadata = new Metadata();
    metadata.set("grpc-timeout", "500m"); // what a deadline is on the wire; the client itself knows of none
    const running = begin({ metadata }).resume();
    const { closed } = await gateway.upstreamRequest();
    const error = await failure(() => once(running, "end"));
    expect(error).toMatchObject({ code: status.DEADLINE_EXCEEDED, reason: "deadline_exceeded" });
    await closed;
  });
});

it("cancels hundreds of streams, and the one beside them goes on", async () => {
  const one = new Client(`127.0.0.1:${gateway.port}`, credentials.createInsecure());
  const beside = call(one, method("StreamChatCompletion"), asked("demo/text"));
  for (let round = 0; round < 5; round++) {
    const cancelled = Array.from({ length: 100 }, async () => {
      const running = stream(one, method("StreamChatCompletion"), asked("demo/text"));
      running.once("data", () => running.cancel());
      expect((await once(running, "error"))[0]).toMatchObject({ code: status.CANCELLED });
    });
    await Promise.all(cancelled);
  }
  expect(textOf((await beside).messages)).not.toBe("");
  one.close();
});

describe("health", () => {
  const check = (service: string) => call(client, method("Check", healthService), { service });

  it("is checked for the server and for each service", async () => {
    for (const service of ["", chatService, modelService]) {
      expect((await check(service)).messages).toEqual([{ status: "SERVING" }]);
    }
    expect(await failure(() => check("no.such.Service"))).toMatchObject({ code: status.NOT_FOUND });
  });

  it("is watched until the gateway goes", async () => {
    const going = await startClientGateway();
    const other = new Client(`127.0.0.1:${going.port}`, credentials.createInsecure());
    const watch = stream(other, method("Watch", healthService), { service: chatService });
    const seen: object[] = [];
    const closed = new Promise<void>((resolve) => {
      watch.on("data", (message) => {
        seen.push(message);
        if (seen.length === 1) resolve(going.close());
      });
    });
    const [error] = (await once(watch, "error")) as [ServiceError];
    expect(seen).toEqual([{ status: "SERVING" }, { status: "NOT_SERVING" }]);
    expect(error.code).toBe(status.UNAVAILABLE);
    other.close();
    await closed;
  });
});
