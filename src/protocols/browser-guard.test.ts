import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RestGateway, startRestGateway } from "../../test/support/rest-gateway.ts";
import type { HttpIncoming } from "./exchange.ts";

let gateway: RestGateway;
beforeAll(async () => {
  gateway = await startRestGateway({
    browser: { allowedHosts: ["gateway.internal", "Other.Internal:8080"], origins: ["https://app.example.com"] },
    watch: (incoming: HttpIncoming) => {
      const { socket } = incoming;
      if (incoming.headers["x-from"] === "outside") Object.defineProperty(socket, "localAddress", { value: "192.0.2.1" });
    },
  });
});
afterAll(() => gateway.close());

async function send(
  headers: Record<string, string>,
  method = "POST",
): Promise<{ status: number | undefined; headers: IncomingMessage["headers"]; body: string }> {
  const sent = request({ port: gateway.port, host: "127.0.0.1", path: "/v1/chat/completions", method, agent: false });
  sent.setHeader("content-type", "application/json");
  for (const [name, value] of Object.entries(headers)) sent.setHeader(name, value);
  sent.end(method === "POST" ? '{"model":"m","messages":[{"role":"user","content":"hi"}]}' : undefined);
  const [response]: IncomingMessage[] = await once(sent, "response");
  if (response === undefined) throw new Error("no response");
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

describe("the browser guard", () => {
  it.each([
    ["localhost", 200],
    ["localhost:8080", 200],
    ["LOCALHOST:8080", 200],
    ["127.0.0.1:8080", 200],
    ["127.1.2.3", 200],
    ["[::1]:8080", 200],
    ["[::1]", 200],
    ["gateway.internal", 200],
    ["gateway.internal:9999", 200],
    ["other.internal:8080", 200],
    ["other.internal:8081", 403],
    ["evil.example", 403],
    ["evil.example:8080", 403],
    ["localhost.evil.example", 403],
    ["127.0.0.1.evil.example", 403],
    ["evil.example:127.0.0.1", 403],
    ["0.0.0.0:8080", 403],
  ])("on loopback answers the Host %s with %i", async (host, status) => {
    const answer = await send({ host });
    expect(answer.status).toBe(status);
    if (status === 403) expect(JSON.parse(answer.body).error.code).toBe("permission_denied");
  });

  it("takes any Host elsewhere", async () => {
    expect((await send({ host: "gateway.example.com", "x-from": "outside" })).status).toBe(200);
  });

  it.each([
    ["https://app.example.com", "localhost:8080", 200],
    ["http://localhost:8080", "localhost:8080", 200],
    ["http://app.example.com", "localhost:8080", 403],
    ["https://app.example.com.evil.example", "localhost:8080", 403],
    ["http://localhost:3000", "localhost:8080", 403],
    ["http://evil.example", "localhost:8080", 403],
    ["null", "localhost:8080", 403],
  ])("answers the Origin %s at %s with %i", async (origin, host, status) => {
    const answer = await send({ origin, host });
    expect(answer.status).toBe(status);
    expect(answer.headers["access-control-allow-origin"]).toBe(status === 200 ? origin : undefined);
  });

  it("lets no call of a refused page in", async () => {
    const before = gateway.calls.admitted.length;
    await send({ origin: "http://evil.example" });
    await send({ host: "evil.example" });
    expect(gateway.calls.admitted.length).toBe(before);
  });

  it("answers the preflight of a listed origin only", async () => {
    const ask = { "access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type" };
    const listed = await send({ origin: "https://app.example.com", ...ask }, "OPTIONS");
    expect(listed).toMatchObject({
      status: 204,
      headers: {
        "access-control-allow-origin": "https://app.example.com",
        "access-control-allow-headers": "authorization,content-type",
        "access-control-allow-methods": "GET, POST",
        vary: "origin",
      },
    });
    expect((await send({ origin: "http://evil.example", ...ask }, "OPTIONS")).status).toBe(403);
  });

  it.each([
    ["", "content-type"],
    ["authorization, x-request-id", "authorization, x-request-id"],
    ["x-a;q=1", "content-type"],
    ["a\u00ff", "content-type"],
  ])("lets a listed origin send the fields it names, if they are names: %j", async (wanted, allowed) => {
    const ask = { "access-control-request-method": "POST", "access-control-request-headers": wanted };
    const { headers } = await send({ origin: "https://app.example.com", ...ask }, "OPTIONS");
    expect(headers["access-control-allow-headers"]).toBe(allowed);
  });

  it("looks at HTTP/2's :authority too", async () => {
    const answer = await gateway.send("2", { path: "/v1/models", headers: { ":authority": "evil.example" } });
    expect(answer.status).toBe(403);
  });
});
