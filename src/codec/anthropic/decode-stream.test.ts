import { describe, expect, it } from "vitest";
import { decodeResponse } from "./decode-response.ts";
import { decodeStream } from "./decode-stream.ts";

const options = { model: "asked-for", created: 7, provider: "claude" };
const start = {
  type: "message_start",
  message: { id: "msg_1", model: "claude-opus-5", content: [], usage: { input_tokens: 3 } },
};
const begin = (content_block: object, index = 0) => ({ type: "content_block_start", index, content_block });
const add = (delta: object, index = 0) => ({ type: "content_block_delta", index, delta });

/** What each event adds to the first choice. */
function deltas(...events: object[]): unknown[] {
  const decoder = decodeStream(options);
  return events.map((event) => decoder.next(JSON.stringify(event))?.choices[0]?.delta);
}

describe("a streamed message", () => {
  it("begins with who speaks, and tells the upstream's model", () => {
    const decoder = decodeStream(options);
    expect(decoder.upstreamModel).toBeUndefined();
    expect(decoder.next(JSON.stringify(start))).toMatchObject({ id: "msg_1", model: "asked-for", created: 7 });
    expect(decoder).toMatchObject({ complete: false, upstreamModel: "claude-opus-5" });
    decoder.next('{"type":"message_stop"}');
    expect(decoder.complete).toBe(true);
  });

  it("gives arguments as they come, and nothing for what adds nothing", () => {
    const [, begun, empty, first, rest, stop] = deltas(
      start,
      begin({ type: "tool_use", id: "t", name: "f", input: {} }),
      add({ type: "input_json_delta", partial_json: "" }),
      add({ type: "input_json_delta", partial_json: '{"a"' }),
      add({ type: "input_json_delta", partial_json: ":1}" }),
      { type: "content_block_stop", index: 0 },
    );
    expect(begun).toMatchObject({ toolCalls: [{ index: 0, id: "t", type: "function", function: { name: "f" } }] });
    expect(first).toMatchObject({ toolCalls: [{ index: 0, function: { arguments: '{"a"' } }] });
    expect(rest).toMatchObject({ toolCalls: [{ index: 0, function: { arguments: ":1}" } }] });
    expect([empty, stop]).toEqual([undefined, undefined]);
  });

  it("gives the proof of thinking when its block ends", () => {
    const [, , thought, signature, stop] = deltas(
      start,
      begin({ type: "thinking", thinking: "", signature: "" }),
      add({ type: "thinking_delta", thinking: "Hm" }),
      add({ type: "signature_delta", signature: "s" }),
      { type: "content_block_stop", index: 0 },
    );
    expect(thought).toMatchObject({ reasoning: "Hm", reasoningBlocks: [] });
    expect(signature).toBeUndefined();
    expect(stop).toMatchObject({ reasoningBlocks: [{ length: 2, signature: "s", vendor: "anthropic" }] });
  });

  it.each([
    ["no JSON", "secret{"],
    ["no object", '"secret"'],
    ["no type", '{"secret":1}'],
    ["a delta of no block", JSON.stringify(add({ type: "text_delta", text: "secret" }, 4))],
    ["a block that begins twice", JSON.stringify(begin({ type: "text", text: "secret" }))],
    ["text that is none", JSON.stringify(add({ type: "text_delta", text: { secret: 1 } }))],
    ["thinking in a text", JSON.stringify(add({ type: "thinking_delta", thinking: "secret" }))],
    ["a block without an index", '{"type":"content_block_start","content_block":{"type":"text"}}'],
  ])("refuses %s, without its words", (_, payload) => {
    const decoder = decodeStream(options);
    for (const event of [start, begin({ type: "text", text: "" })]) decoder.next(JSON.stringify(event));
    expect(() => decoder.next(payload)).toThrow("the upstream's reply is malformed");
  });

  it("refuses what comes before the start", () => {
    expect(() => decodeStream(options).next('{"type":"message_stop"}')).toThrow("the upstream's reply is malformed");
    expect(decodeStream(options).next('{"type":"ping"}')).toBeUndefined();
  });

  it.each(["stream", "reply"])("throws the vendor's error in a %s", (where) => {
    const body = '{"type":"error","error":{"type":"rate_limit_error","message":"secret"}}';
    const read = where === "stream" ? () => decodeStream(options).next(body) : () => decodeResponse(body, options);
    expect(read).toThrow(expect.objectContaining({ code: "upstream_rate_limited", provider: "claude" }));
  });
});
