import { describe, expect, it } from "vitest";
import { incomingRequest } from "./incoming-request.ts";

const incoming = (more: string) =>
  incomingRequest(Buffer.from(`{"model":"m","messages":[{"role":"user","content":"hi"}]${more}}`));

describe("incomingRequest", () => {
  it("knows model, stream and metadata before anything is decoded", () => {
    const { model, streamed, metadata } = incoming(',"stream":true,"metadata":{"user":"é\\n","constructor":"x"}');
    expect({ model, streamed, metadata }).toEqual({ model: "m", streamed: true, metadata: { user: "é\n", constructor: "x" } });
  });

  it.each(["", ',"metadata":null', ',"metadata":{}'])("has no metadata with %j", (more) => {
    expect(incoming(more).metadata).toEqual({});
  });

  it.each([
    ["text", '"x"', "metadata"],
    ["a list", "[]", "metadata"],
    ["a number in it", '{"a":1}', "metadata.a"],
    ["null in it", '{"a":null}', "metadata.a"],
    ["an object in it", '{"a":{}}', "metadata.a"],
    ["a control character in it", '{"a":"\t"}', "metadata.a"],
  ])("refuses metadata that is or has %s", (_, value, param) => {
    expect(() => incoming(`,"metadata":${value}`)).toThrow(expect.objectContaining({ code: "invalid_request", param }));
  });

  it("decodes once, when asked", () => {
    const request = incoming(',"seed":7');
    expect(request.decode()).toMatchObject({ model: "m", seed: 7 });
    expect(request.decode()).toBe(request.decode());
  });

  it("leaves to the vendor what nobody reads, and refuses it once somebody does", () => {
    const request = incoming(',"temperature":"hot"');
    expect(request.wire).toBeDefined();
    expect(() => request.decode()).toThrow(expect.objectContaining({ code: "invalid_request", param: "temperature" }));
  });

  it.each([
    ['"prompt_template":{"id":"greet"}', false],
    ['"extensions":{"acme":{}}', false],
    ['"user":"extensions"', true],
  ])("forwards a body with %s: %s", (more, forwards) => {
    expect(incoming(`,${more}`).wire !== undefined).toBe(forwards);
  });
});
