import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryJsonText } from "../../../test/support/arbitrary-json-text.ts";
import { arbitraryOpenAiRequest } from "../../../test/support/arbitrary-openai.ts";
import { casesOf } from "../../../test/support/cases.ts";
import { GatewayError } from "../../chat/error.ts";
import type { EncodeOptions } from "../chat-codec.ts";
import { decodeRequest } from "./decode-request.ts";
import { Dialect } from "./dialect.ts";
import { openAiCodec } from "./openai-codec.ts";
import { modelledMembers } from "./request-json.ts";

const dialect = new Dialect({ renamed: { seed: "random_seed" }, refused: ["n"] });
const codec = openAiCodec({ vendor: "acme", dialect, streamUsage: true });
const allowed = ["top_k", "min_p", "thinking"];
const options: EncodeOptions = {
  model: "up",
  streamed: true,
  metadata: undefined,
  unsupported: "drop",
  allowedOptions: new Set(allowed),
};
const reply = { model: "asked", created: 1, provider: "mine" };

const requestOf = (body: object) =>
  decodeRequest(Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user" }], ...body })));

describe("vendor options", () => {
  it.each<[string, object, string, readonly string[]]>([
    ["that may pass do, as they are written", { acme: { top_k: 3 } }, '"top_k":3', []],
    ["that may not are told", { acme: { door: 1 } }, '"messages"', ["extensions.acme.door"]],
    ["of others are nobody's here", { other: { top_k: 3 } }, '"messages"', []],
  ])("%s", (_, extensions, text, dropped) => {
    const encoded = codec.encodeRequest(requestOf({ extensions }), options);
    expect(encoded.body).toContain(text);
    expect(encoded.body).not.toContain("door");
    expect(encoded.dropped).toEqual(dropped);
  });

  it.each([
    ["a parameter", { acme: { temperature: 1 } }, {}, "extensions.acme.temperature"],
    ["a parameter's name at the vendor", { acme: { random_seed: 1 } }, {}, "extensions.acme.random_seed"],
    ["Sluice's own members", { acme: { extensions: 1 } }, {}, "extensions.acme.extensions"],
    ["what the request says already", { acme: { top_k: 1 } }, { top_k: 2 }, "extensions.acme.top_k"],
  ])("that name %s are refused", (_, extensions, body, param) => {
    expect(() => codec.encodeRequest(requestOf({ ...body, extensions }), options)).toThrow(
      expect.objectContaining({ code: "invalid_request", param }),
    );
  });

  it("change nothing that the contract models, whatever they say", () => {
    const name = fc.oneof(fc.constantFrom(...allowed, ...modelledMembers, "__proto__", "url", "api_key"), fc.string());
    const extension = fc
      .uniqueArray(fc.tuple(name, arbitraryJsonText), { selector: ([key]) => key })
      .map((members) => `{${members.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(",")}}`);
    const extensions = fc.dictionary(fc.constantFrom("acme", "other"), extension);
    let passed = 0;
    fc.assert(
      fc.property(arbitraryOpenAiRequest, extensions, (request, extensionsJson) => {
        const without: Record<string, unknown> = JSON.parse(codec.encodeRequest(request, options).body);
        try {
          const body: Record<string, unknown> = JSON.parse(codec.encodeRequest({ ...request, extensionsJson }, options).body);
          for (const key of [...modelledMembers, "random_seed", "url", "api_key"]) expect(body[key]).toEqual(without[key]);
          passed++;
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
          expect(error.code).toBe("invalid_request");
        }
      }),
      { numRuns: casesOf(300) },
    );
    expect(passed).toBeGreaterThan(0);
  });
});

describe("a reply", () => {
  it("tells who has answered, and is called by the name that was asked for", () => {
    const body = '{"id":"1","model":"gpt-5-2026","choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}]}';
    expect(codec.decodeResponse(body, reply)).toMatchObject({
      upstreamModel: "gpt-5-2026",
      response: { model: "asked", id: "1" },
    });
  });

  it.each([
    ["an error", '{"error":{"message":"secret words"}}'],
    ["no choices", '{"id":"1"}'],
    ["no JSON", "<html>"],
  ])("that is %s is one, without its words", (_, body) => {
    expect(() => codec.decodeResponse(body, reply)).toThrow(expect.objectContaining({ code: "upstream_error" }));
    expect(() => codec.decodeResponse(body, reply)).not.toThrow("secret");
  });

  it("in pieces is complete when every choice has ended", () => {
    const decoder = codec.decodeStream(reply);
    const push = (choices: object[]) => decoder.next(JSON.stringify({ model: "", choices }));
    expect(decoder.complete).toBe(false);
    push([
      { index: 0, delta: { content: "a" } },
      { index: 1, delta: { content: "b" } },
    ]);
    push([{ index: 1, delta: {}, finish_reason: "stop" }]);
    expect(decoder.complete).toBe(false);
    push([{ index: 0, delta: {}, finish_reason: "length" }]);
    expect([decoder.complete, decoder.upstreamModel, decoder.next("[DONE]")]).toEqual([true, undefined, undefined]);
  });

  it("that fails in the middle is the vendor's error", () => {
    const next = () => codec.decodeStream(reply).next('{"error":{"code":"rate_limit_exceeded","message":"x"}}');
    expect(next).toThrow(expect.objectContaining({ code: "upstream_rate_limited" }));
  });
});
