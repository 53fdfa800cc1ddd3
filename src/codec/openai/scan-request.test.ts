import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "../../chat/error.ts";
import { incomingRequest } from "./incoming-request.ts";
import { scanRequest } from "./scan-request.ts";

const needed = '"model":"m","messages":[{}]';
const scan = (json: string) => scanRequest(Buffer.from(json));

function refusal(body: string | Uint8Array): GatewayError {
  try {
    scanRequest(typeof body === "string" ? Buffer.from(body) : body);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error(`not refused: ${typeof body === "string" ? body.slice(0, 100) : body.subarray(0, 100)}`);
}

describe("scanRequest", () => {
  it("finds what routing and splicing need", () => {
    const json = ` {"metadata": {"a":"b"} , "model" : "gpt-\\u0035é", "stream": true,"messages":[ {} ],"stream_options":{"x":1} } `;
    const bytes = Buffer.from(json);
    const found = scanRequest(bytes);
    const text = (span: { start: number; end: number } | undefined) => bytes.toString("utf8", span?.start, span?.end);
    expect(found).toMatchObject({ model: "gpt-5é", streamed: true, hasOwnMembers: false });
    expect(text(found.modelSpan)).toBe('"gpt-\\u0035é"');
    expect(text(found.metadata)).toBe('{"a":"b"}');
    expect(text(found.metadataMember)).toBe('"metadata": {"a":"b"} ,');
    expect(text(found.streamOptions)).toBe('{"x":1}');
    expect(text(found.streamOptionsMember)).toBe(',"stream_options":{"x":1}');
  });

  it.each([
    ["", false],
    [',"stream":null', false],
    [',"stream":false', false],
    [',"stream":true', true],
    [',"str\\u0065am":true', true],
    [',"x":{"stream":true}', false],
  ])("reads stream of %j as %s", (more, streamed) => {
    expect(scan(`{${needed}${more}}`).streamed).toBe(streamed);
  });

  it.each(["prompt_template", "extensions", "extension\\u0073"])("sees %s", (key) => {
    expect(scan(`{${needed},"${key}":{}}`).hasOwnMembers).toBe(true);
    expect(scan(`{${needed},"x":{"${key}":{}}}`).hasOwnMembers).toBe(false);
  });

  it("does not take a string that looks like members for members", () => {
    const found = scan(`{${needed},"user":"\\",\\"model\\":\\"x\\",\\"extensions\\":{}"}`);
    expect(found).toMatchObject({ model: "m", hasOwnMembers: false });
  });

  const shapes: readonly (readonly [string, string | undefined, RegExp])[] = [
    ["", undefined, /must be a JSON object/],
    ["  ", undefined, /must be a JSON object/],
    ["null", undefined, /must be a JSON object/],
    ["[]", undefined, /must be a JSON object/],
    [`"${needed}"`, undefined, /must be a JSON object/],
    ["{}", "model", /^model: must be a non-empty string$/],
    ['{"messages":[1]}', "model", /non-empty string/],
    ['{"model":"","messages":[1]}', "model", /non-empty string/],
    ['{"model":null,"messages":[1]}', "model", /non-empty string/],
    ['{"model":["m"],"messages":[1]}', "model", /non-empty string/],
    ['{"model":"m"}', "messages", /at least one message/],
    ['{"model":"m","messages":[]}', "messages", /at least one message/],
    ['{"model":"m","messages":[ \n]}', "messages", /at least one message/],
    ['{"model":"m","messages":{"0":1}}', "messages", /at least one message/],
    ['{"model":"m","messages":"hi"}', "messages", /at least one message/],
    [`{${needed},"stream":1}`, "stream", /true or false/],
    [`{${needed},"stream":"true"}`, "stream", /true or false/],
    [`{${needed},"stream_options":[]}`, "stream_options", /must be an object/],
  ];
  it.each(shapes)("refuses %s", (json, param, message) => {
    const error = refusal(json);
    expect(error).toMatchObject({ code: "invalid_request", param });
    expect(error.message).toMatch(message);
  });

  const values: readonly (readonly [string, RegExp])[] = [
    ["01", /comma/],
    ["-", /no value/],
    ["+1", /no value/],
    [".5", /no value/],
    ["1.", /no value/],
    ["1.e3", /no value/],
    ["1e", /no value/],
    ["1e+", /no value/],
    ["0x10", /comma/],
    ["1_000", /comma/],
    ["NaN", /no value/],
    ["Infinity", /no value/],
    ["-Infinity", /no value/],
    ["undefined", /no value/],
    ["True", /no value/],
    ["tru", /no value/],
    ["nul", /no value/],
    ["truex", /comma/],
    ["'x'", /no value/],
    ["", /no value/],
    ["// c\n1", /no value/],
    ["/* c */1", /no value/],
    ['"\\x41"', /escape/],
    ['"\\u12"', /escape/],
    ['"\\u12g4"', /escape/],
    ['"\\', /escape/],
    ['"a', /does not end/],
    ["[1,]", /no value/],
    ["[,1]", /no value/],
    ["[1 2]", /comma/],
    ["[1}", /comma/],
    ["{,}", /key/],
    ['{"a":1,}', /key/],
    ['{"a" 1}', /colon/],
    ['{"a":}', /no value/],
    ["{a:1}", /key/],
    ["{1:1}", /key/],
    ['{"a":1]', /comma/],
    ["[", /no value/],
    ["\u00a01", /no value/],
    ["\v1", /no value/],
    ["\ufeff1", /no value/],
  ];
  it.each(values)("refuses the value %j and says where", (value, message) => {
    const error = refusal(`{${needed},"user":${value}}`);
    expect(error).toMatchObject({ code: "invalid_request", param: "user" });
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^user: invalid JSON at byte \d+: /);
  });

  it.each([
    ["after the body", `{${needed}}x`],
    ["a second body", `{${needed}}{}`],
    ["a byte order mark", `\ufeff{${needed}}`],
    ["NUL after the body", `{${needed}}\0`],
    ["a comma at the end", `{${needed},}`],
    ["no end", `{${needed}`],
  ])("refuses %s", (_, json) => {
    expect(refusal(json).code).toBe("invalid_request");
  });

  it.each([
    ["a lone continuation byte", [0x80]],
    ["a cut character", [0xc3]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["half a surrogate pair", [0xed, 0xa0, 0x80]],
  ])("refuses %s as not UTF-8", (_, wrong) => {
    const body = Buffer.concat([Buffer.from(`{${needed},"user":"`), Buffer.from(wrong), Buffer.from('"}')]);
    expect(refusal(body).message).toMatch(/not UTF-8/);
  });

  it.each(["a\nb", "\u0000", `${"a".repeat(399)}\u001f${"b".repeat(99)}`])(
    "leaves %j in a string to whoever reads it",
    (text) => {
      const body = `{${needed},"user":"${text}","stream":true}`;
      expect(scan(body)).toMatchObject({ model: "m", streamed: true });
      expect(() => incomingRequest(Buffer.from(body)).decode()).toThrow(expect.objectContaining({ code: "invalid_request" }));
    },
  );

  it.each([
    ['{"mo\ndel":"m","messages":[{}]}', undefined],
    ['{"mod\\u0065\n":"m","messages":[{}]}', undefined],
    [`{${needed},"x":{"a\t":1}}`, "x"],
    [`{"model":"a\nb","messages":[{}]}`, "model"],
    [`{${needed},"stream_options":{"a":"\u0001"}}`, "stream_options"],
  ])("refuses a control character in what it reads: %j", (json, param) => {
    const error = refusal(json);
    expect(error.message).toMatch(/control character/);
    if (param !== undefined) expect(error).toMatchObject({ code: "invalid_request", param });
  });

  it.each([
    ['"stream_options":{"include_usage":true}', true],
    ['"stream_options":{"include_usage":false}', false],
    ['"stream_options":{"include_usage":"true"}', false],
    ['"stream_options":null', false],
    ['"user":"x"', false],
  ])("reads of %s that usage is wanted: %s", (member, wanted) => {
    expect(scan(`{${needed},${member}}`).wantsUsage).toBe(wanted);
  });

  const many = Array.from({ length: 40 }, (_, i) => `"k${i}":1`).join(",");
  it.each([
    ["at the top", `{${needed},"model":"x"}`, "model"],
    ["with an escape second", `{${needed},"\\u006dodel":"x"}`, "model"],
    ["with an escape first", `{"\\u006dodel":"x",${needed}}`, "model"],
    ["deep inside", `{${needed},"x":[[{"a":{"b":1,"c":[{}],"b":2}}]]}`, "x"],
    ["beyond ASCII, one escaped", `{${needed},"x":{"é":1,"\\u00e9":2}}`, "x"],
    ["beyond the BMP, one escaped", `{${needed},"x":{"😀":1,"\\ud83d\\ude00":2}}`, "x"],
    ["both escaped in their own way", `{${needed},"x":{"\\u002f":1,"\\/":2}}`, "x"],
    ["halves of surrogate pairs", `{${needed},"x":{"\\ud800":1,"\\ud801":2}}`, "x"],
    ["the empty one", `{${needed},"x":{"":1,"":2}}`, "x"],
    ["the first of many", `{${needed},"x":{${many},"k0":2}}`, "x"],
    ["the 17th of many", `{${needed},"x":{${many},"k16":2}}`, "x"],
    ["an early one, escaped late", `{${needed},"x":{"a":{"b":{}},"c":1,"\\u0061":2}}`, "x"],
    ["of equal hash and length", `{${needed},"x":{"Aa":1,"BB":2,"Aa":3}}`, "x"],
  ])("refuses a key twice: %s", (_, json, param) => {
    expect(refusal(json)).toMatchObject({
      code: "invalid_request",
      param,
      message: expect.stringMatching(/comes twice at byte \d+$/),
    });
  });

  it.each([
    ["in different objects", `{${needed},"x":[{"a":1},{"a":1}],"y":{"a":{"a":1}}}`],
    ["of equal hash and length", `{${needed},"x":{"Aa":1,"BB":2}}`],
    ["bytes that are another's Latin-1", `{${needed},"x":{"é":1,"\\u00c3\\u00a9":2}}`],
    ["after an inner object with many", `{${needed},"x":{"a":{${many}},"k0":1,"b":{${many}}}}`],
  ])("allows keys %s", (_, json) => {
    expect(scan(json).model).toBe("m");
  });

  it.each(["__proto__", "__prot\\u006f__"])("refuses the key %s", (key) => {
    expect(refusal(`{${needed},"x":{"${key}":{}}}`).message).toMatch(/__proto__ is not allowed/);
    expect(refusal(`{${needed},"x":{${many},"${key}":{}}}`).message).toMatch(/__proto__ is not allowed/);
  });

  it("allows 64 levels and no more", () => {
    const nested = (levels: number) => `{${needed},"x":${"[".repeat(levels)}${"]".repeat(levels)}}`;
    expect(scan(nested(63)).model).toBe("m");
    expect(refusal(nested(64))).toMatchObject({ param: "x", message: expect.stringMatching(/deeper than 64/) });
  });

  it.each([
    ["[", ""],
    ['{"a":', ""],
    ["[", `{${needed},"x":`],
  ])("refuses a million of %s at once, after %j", (opening, before) => {
    const body = Buffer.from(before + opening.repeat(1_000_000));
    const start = performance.now();
    refusal(body);
    expect(performance.now() - start).toBeLessThan(50);
  });

  it("takes an object of 100,000 keys, and finds the last one twice", () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => `"key${i}":0`).join(",");
    expect(scan(`{${needed},"x":{${keys}}}`).model).toBe("m");
    expect(refusal(`{${needed},"x":{${keys},"key99999":0}}`).message).toMatch(/comes twice/);
  }, 5_000);

  it("echoes no more than 64 characters of a key", () => {
    const key = "k".repeat(10_000);
    expect(refusal(`{${needed},"${key}":1,"${key}":2}`).message.length).toBeLessThan(250);
  });

  it("reads a body at any offset of its memory, and nothing beside it", () => {
    const json = Buffer.from(`{${needed},"user":"${"x".repeat(500)}\\n"}`);
    for (let offset = 0; offset < 8; offset++) {
      const room = Buffer.alloc(json.length + 16, '"');
      json.copy(room, offset);
      expect(scanRequest(room.subarray(offset, offset + json.length)).model).toBe("m");
      expect(() => scanRequest(room.subarray(offset, offset + json.length + 1))).toThrow(/something follows/);
    }
  });

  // Strings long enough for every way of passing them; keys that are equal only once unescaped are the tables' part.
  const awkward = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc
      .array(fc.constantFrom("a", '"', "\\", "\n", "é", "😀", "x".repeat(40), "y".repeat(300)), { maxLength: 12 })
      .map((p) => p.join("")),
  );
  const body = fc
    .record({ model: awkward.filter((m) => m !== ""), messages: fc.array(fc.jsonValue(), { minLength: 1 }), user: awkward })
    .chain((base) => fc.dictionary(awkward, fc.jsonValue()).map((rest) => ({ ...rest, ...base })));
  const noProto = (json: string) => !json.includes("__proto__");

  it("takes every request that JSON.stringify writes, spaced or not", () => {
    fc.assert(
      fc.property(body, fc.constantFrom(undefined, 1, "\t"), (value, space) => {
        const json = JSON.stringify({ ...value, stream: true, stream_options: {} }, undefined, space);
        fc.pre(noProto(json));
        expect(deep(value) > 60 || scan(json).model === value.model).toBe(true);
      }),
    );
  });

  it("takes nothing that JSON.parse does not, whatever becomes of a body", () => {
    const noise = fc.constantFrom(...'"\\{}[]:,\n\t 0-.eEu\u0000\u001f\u007f'.split(""), "é", "true", "nul", "\\u00", '"a":');
    let taken = 0;
    fc.assert(
      fc.property(body, fc.nat(), fc.nat(8), noise, (value, where, cut, put) => {
        const json = JSON.stringify(value);
        const at = where % (json.length + 1);
        const mutated = Buffer.from(json.slice(0, at) + put + json.slice(at + cut)).toString(); // a pair may have been cut
        try {
          scan(mutated);
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
          return;
        }
        taken++;
        // What it leaves to readers is allowed; between values JSON.parse refuses the letter as it does the control character.
        const plain = mutated.replace(/[\n\t]/g, " ").replace(/[^ -\uffff]/g, "x");
        expect(scan(mutated).model).toBe((JSON.parse(plain) as { model: string }).model);
      }),
      { numRuns: 5_000 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  it("refuses nothing that JSON.parse takes but for duplicates and shape", () => {
    const noise = fc.constantFrom(...' \n\t0159-.eE+truefalsn[]{},:"\\/bfu'.split(""));
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 12 }), (parts) => {
        const value = parts.join("");
        let parsed = false;
        try {
          JSON.parse(value.replace(/[\n\t]/g, " ")); // in a string they are left to readers
          parsed = true;
        } catch {}
        let taken = false;
        try {
          taken = scan(`{${needed},"x":${value}}`).model === "m";
        } catch (error) {
          if (/twice/.test(String(error))) return;
        }
        // `1,"y":2` is no value, yet it makes a body.
        if (!value.includes(",")) expect([value, taken]).toEqual([value, parsed]);
      }),
      { numRuns: 20_000 },
    );
  });
});

function deep(value: unknown): number {
  return typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(deep)) : 0;
}
