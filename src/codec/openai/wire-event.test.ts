import { describe, expect, it } from "vitest";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { scanReply } from "./scan-chunk.ts";
import { WireEvent } from "./wire-event.ts";

function event(kind: "chunk" | "completion", json: string): WireEvent {
  const bytes = Buffer.from(json).toString("latin1");
  const text = `data: ${bytes}\n\n`;
  return new WireEvent(kind, text, 6, 6 + bytes.length, scanReply(bytes), 0, "asked/for");
}

describe("WireEvent", () => {
  it("decodes its chunk when it is read, once, under the model that was asked for", () => {
    const chunk = event("chunk", '{"id":"c","model":"up","choices":[{"index":0,"delta":{"content":"é😀"}}]}');
    expect(chunk.chunk()).toMatchObject({ id: "c", model: "asked/for", choices: [{ delta: { content: "é😀" } }] });
    expect(chunk.chunk()).toBe(chunk.chunk());
    expect(chunk.wire).toBe(chunk);
  });

  it("decodes a whole reply into one chunk with everything in it", () => {
    const json =
      '{"id":"c","object":"chat.completion","created":1,"model":"up","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}';
    const whole = event("completion", json);
    expect(whole.shape.hasUsage).toBe(true);
    expect(whole.chunk()).toMatchObject({
      model: "asked/for",
      choices: [{ delta: { content: "Hi" }, finishReason: FinishReason.STOP }],
      usage: { totalTokens: 3 },
    });
  });

  const usage = '{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"cost":1}';
  it.each([
    ["first", `{"usage":${usage},"choices":[]}`],
    ["last", `{"choices":[],"note":"\\"usage\\":{}" , "usage" : ${usage} }`],
    ["escaped", `{"choices":[],"\\u0075sage":${usage}}`],
    ["in what is malformed", `{"id":7,"usage":${usage},"choices":[]}`],
  ])("tells the usage, %s, without decoding the rest", (_where, json) => {
    expect(event("completion", json).usage()).toMatchObject({ promptTokens: 1, totalTokens: 3, unknownFieldsJson: '{"cost":1}' });
  });

  it.each(['{"choices":[]}', '{"usage":null}'])("has no usage in %s", (json) => {
    expect(event("chunk", json).usage()).toBeUndefined();
  });

  it.each(["7", '{"total_tokens":"x"}'])("refuses %s as a usage", (json) => {
    expect(() => event("chunk", `{"usage":${json}}`).usage()).toThrow(expect.objectContaining({ code: "upstream_error" }));
  });

  it("leaves a field of a wrong type to whoever reads it", () => {
    const chunk = event("chunk", '{"choices":[{"index":0,"delta":{"content":7}}]}');
    expect(() => chunk.chunk()).toThrow(expect.objectContaining({ code: "upstream_error" }));
  });
});
