import { describe, expect, it } from "vitest";
import { type BannerFacts, banner } from "./banner.ts";

const facts: BannerFacts = {
  addresses: ["127.0.0.1:8080"],
  admin: { host: "127.0.0.1", port: 8081 },
  file: undefined,
  providers: ["demo"],
  models: ["demo/echo", "demo/text"],
  direct: true,
  notes: [],
};

describe("the banner", () => {
  it("tells where the gateway is and what can be asked for", () => {
    expect(banner(facts)).toBe(`
  Sluice listens on 127.0.0.1:8080: gRPC, gRPC-Web, Connect and the OpenAI REST API

  config     none: the demo models, and providers found in the environment
  providers  demo
  models     demo/echo, demo/text
  health     http://127.0.0.1:8081/readyz

  curl http://127.0.0.1:8080/v1/chat/completions -H 'content-type: application/json' -d '{"model":"demo/echo","messages":[{"role":"user","content":"hi"}]}'

  grpcurl -plaintext -d '{"model":"demo/echo","messages":[{"role":"ROLE_USER","content":"hi"}]}' 127.0.0.1:8080 sluice.chat.v1.ChatCompletionService/StreamChatCompletion

  Node    new OpenAI({ baseURL: "http://127.0.0.1:8080/v1", apiKey: "unused" })
  Python  OpenAI(base_url="http://127.0.0.1:8080/v1", api_key="unused")

`);
  });

  it("tells how to ask a provider that lists no models", () => {
    expect(banner({ ...facts, providers: ["demo", "openai"] })).toContain("demo/text, openai/<any model of openai>\n");
    expect(banner({ ...facts, providers: ["demo", "openai"], direct: false })).not.toContain("openai/");
  });

  it("shortens a long list of models", () => {
    const models = Array.from({ length: 20 }, (_, i) => `demo/m${i}`);
    expect(banner({ ...facts, models })).toContain("demo/m11, 8 more at /v1/models\n");
  });

  it("asks for a model that is there", () => {
    const text = banner({ ...facts, models: ["it's best"], direct: false });
    expect(text).toContain(`-d '{"model":"it\\u0027s best",`);
    expect(banner({ ...facts, models: [], direct: false })).not.toContain("curl");
  });

  it.each([
    ["0.0.0.0:8080", "http://127.0.0.1:8080/v1"],
    ["[::]:8080", "http://[::1]:8080/v1"],
    ["10.0.0.7:80", "http://10.0.0.7:80/v1"],
  ])("warns of %s, which is open, and names an address to reach it at", (address, url) => {
    const text = banner({ ...facts, addresses: [address] });
    expect(text).toContain(`warning    ${address} is open to the network`);
    expect(text).toContain(`"${url}"`);
  });

  it("has a line for the file and for every note", () => {
    const text = banner({ ...facts, file: "sluice.yaml", admin: undefined, notes: ["a note"] });
    expect(text).toContain("config     sluice.yaml\n");
    expect(text).toContain("note       a note\n");
    expect(text).not.toContain("health");
    expect(text).not.toContain("warning");
  });
});
