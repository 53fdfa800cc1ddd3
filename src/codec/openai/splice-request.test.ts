import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UpstreamBody } from "./encode-request.ts";
import { incomingRequest } from "./incoming-request.ts";
import { spliceRequest } from "./splice-request.ts";

const plain: UpstreamBody = { model: "up", streamed: false, includeUsage: false, metadata: undefined };

function spliced(json: string, body: UpstreamBody): string {
  const { wire } = incomingRequest(Buffer.from(json));
  if (wire === undefined) throw new Error("no wire");
  return spliceRequest(wire, body).toString();
}

describe("spliceRequest", () => {
  const cases: readonly (readonly [string, string, Partial<UpstreamBody>, string])[] = [
    ["the model alone", '{"model":"m", "messages":[1],"x":1e400}', {}, '{"model":"up", "messages":[1],"x":1e400}'],
    ["a model with quotes", '{"model":"m","messages":[1]}', { model: 'a"é' }, '{"model":"a\\"é","messages":[1]}'],
    ["metadata last", '{"model":"m","messages":[1] , "metadata":{"a":"b"} }', {}, '{"model":"up","messages":[1]  }'],
    ["metadata first", '{ "metadata":null , "model":"m","messages":[1]}', {}, '{  "model":"up","messages":[1]}'],
    [
      "metadata replaced",
      '{"model":"m","messages":[1],"metadata":{"a":"b"}}',
      { metadata: { c: "d" } },
      '{"metadata":{"c":"d"},"model":"up","messages":[1]}',
    ],
    [
      "no stream options without a stream",
      '{"model":"m","messages":[1],"metadata":{},"stream_options":{"include_usage":true}}',
      {},
      '{"model":"up","messages":[1]}',
    ],
    [
      "both of them before the model",
      '{"metadata":{},"stream_options":{},"messages":[1],"model":"m"}',
      {},
      '{"messages":[1],"model":"up"}',
    ],
    [
      "usage asked for",
      '{"model":"m","messages":[1],"stream":true}',
      { streamed: true, includeUsage: true },
      '{"stream_options":{"include_usage":true},"model":"up","messages":[1],"stream":true}',
    ],
    [
      "usage asked for beside other options",
      '{"model":"m","messages":[1],"stream":true,"stream_options":{"include_obfuscation":false,"include_usage":false,"n":1e400}}',
      { streamed: true, includeUsage: true },
      '{"model":"up","messages":[1],"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false,"n":1e400}}',
    ],
    [
      "usage asked for where options are null",
      '{"model":"m","messages":[1],"stream":true,"stream_options":null}',
      { streamed: true, includeUsage: true },
      '{"model":"up","messages":[1],"stream":true,"stream_options":{"include_usage":true}}',
    ],
    [
      "the client's stream options, when usage is not asked for",
      '{"model":"m","messages":[1],"stream":true,"stream_options":{"include_usage":false}}',
      { streamed: true },
      '{"model":"up","messages":[1],"stream":true,"stream_options":{"include_usage":false}}',
    ],
  ];
  it.each(cases)("splices %s", (_, json, body, expected) => {
    expect(spliced(json, { ...plain, ...body })).toBe(expected);
  });

  const text = fc.string({ unit: "grapheme" });
  const labels = fc.dictionary(text, text, { noNullPrototype: true });
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const request = fc
    .record({
      model: text.filter((model) => model !== ""),
      messages: fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 1 }),
      stream: optional(fc.constantFrom(true, false, null)),
      stream_options: optional(
        fc.option(fc.record({ include_usage: fc.boolean(), include_obfuscation: fc.boolean() }, { requiredKeys: [] })),
      ),
      metadata: optional(fc.option(labels)),
      user: optional(text),
    })
    .chain((value) => fc.shuffledSubarray(Object.entries(value), { minLength: 6 }).map((members) => Object.fromEntries(members)));
  const upstream = fc.record({ model: text, includeUsage: fc.boolean(), metadata: optional(labels) });

  it("changes what it is told to and nothing else, in any order and spacing", () => {
    fc.assert(
      fc.property(request, upstream, fc.constantFrom(undefined, 1, "\n\t "), (value, told, space) => {
        const json = JSON.stringify(value, undefined, space);
        fc.pre(!json.includes("__proto__"));
        const streamed = value.stream === true;
        const expected = JSON.parse(json) as Record<string, unknown>;
        expected.model = told.model;
        delete expected.metadata;
        if (told.metadata !== undefined) expected.metadata = told.metadata;
        if (!streamed) delete expected.stream_options;
        else if (told.includeUsage) {
          expected.stream_options = { ...(expected.stream_options as object | null), include_usage: true };
        }
        expect(JSON.parse(spliced(json, { ...told, streamed }))).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});
