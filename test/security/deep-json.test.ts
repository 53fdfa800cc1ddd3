import { fromJson, type JsonValue, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { FakeUpstream } from "../support/fake-upstream.ts";
import { IsolatedGateway } from "../support/isolated-gateway.ts";
import { framed, openCall, type Surface, surfaces, understand } from "../support/surfaces.ts";
import { within } from "../support/within.ts";

const levels = 1_000_000;
const boundMs = 30_000;
/** What a request may cost, with the calls of the witness beside it. To build what is so deep takes half a second and more. */
const cpuMs = 250;
const mebi = 1024 * 1024;
let upstream: FakeUpstream;
let gateway: IsolatedGateway;

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  const providers = { up: { type: "openai-compatible" as const, baseUrl: upstream.baseUrl, models: ["known"] } };
  gateway = await IsolatedGateway.start({ providers });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const arrays = "[".repeat(levels) + "]".repeat(levels);
const objects = `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const kinds = [arrays, objects];
const unfinished = [arrays.slice(0, levels), '[{"a":'.repeat(levels / 2)];

/** A question with a member more, or another one in the place of one that it has. */
function question({ protocol }: Surface, member: string): string {
  const role = protocol === "rest" ? "user" : "ROLE_USER";
  const messages = member.startsWith('"messages"') ? "" : `"messages":[{"role":"${role}","content":"hi"}],`;
  return `{"model":"up/known",${messages}${member}}`;
}

/** Bodies of JSON with something deep at every kind of place. */
function jsonBodies(surface: Surface): string[] {
  const extensions = surface.protocol === "rest" ? "extensions" : "extensions_json";
  return [
    ...kinds,
    ...unfinished,
    ...kinds.map((deep) => question(surface, `"user":${deep}`)),
    question(surface, `"user":${arrays.slice(0, levels)}`),
    question(surface, `"messages":${arrays}`),
    question(surface, `"messages":[{"role":"user","content":${arrays}}]`),
    question(surface, `"x":${arrays}`),
    question(surface, `"metadata":{"a":${arrays}}`),
    question(surface, `"${extensions}":{"a":${arrays}}`),
  ];
}

const find = (name: string) => surfaces.filter((surface) => surface.name === name);
const [grpc] = find("grpc 2 stream binary");
const jsonSurfaces: readonly Surface[] = [
  ...["rest 1.1 unary JSON", "connect 1.1 stream JSON", "connect 1.1 unary JSON"].flatMap(find),
  ...(grpc === undefined ? [] : [{ ...grpc, name: "grpc 2 stream JSON", contentType: "application/grpc+json" }]),
];
const binarySurfaces = ["grpc 2 stream binary", "grpc-web 1.1 unary binary", "connect 2 unary binary"].flatMap(find);

/** Sends a body; gives the code of the error that is answered, or none. */
async function codeOf(surface: Surface, body: Uint8Array): Promise<string | undefined> {
  const call = openCall(gateway.url, surface).end(body);
  const { error } = understand(surface, await within(boundMs, "the reply", call.read()));
  if (error !== undefined) expect(error.message.length).toBeLessThanOrEqual(600);
  return error?.code;
}

/** Sends bodies one after the other, each of which must be refused before anything reaches the upstream. */
async function refused(what: string, surface: Surface, bodies: readonly Uint8Array[]): Promise<void> {
  await gateway.attack(
    `${what}, ${surface.name}`,
    async () => {
      for (const body of bodies) expect(await codeOf(surface, body)).toBe("invalid_request");
      return `${bodies.length} requests refused`;
    },
    { cpuMs: bodies.length * cpuMs, resident: 128 * mebi },
  );
  expect(upstream.requests).toHaveLength(0);
}

it.each(jsonSurfaces)("a million levels of JSON are refused before they are built: $name", async (surface) => {
  const bodies = jsonBodies(surface).map((body) => framed(surface.contentType, Buffer.from(body)));
  await refused("a million levels of JSON", surface, bodies);
});

/** A question as a message, with some members more. */
function questionOf({ contentType }: Surface, members: object): Buffer {
  const json = { model: "up/known", messages: [{ role: 2, content: "hi" }], ...members } as JsonValue; // of such only
  if (contentType.endsWith("json")) return framed(contentType, Buffer.from(JSON.stringify(json)));
  return framed(contentType, toBinary(ChatCompletionRequestSchema, fromJson(ChatCompletionRequestSchema, json)));
}

describe.each([...binarySurfaces, ...find("connect 1.1 stream JSON")])("fields that are texts of JSON: $name", (surface) => {
  it("a million levels are refused before they reach the upstream", async () => {
    const bodies = kinds.flatMap((deep) => {
      const [text, unknown] = [`{"x":${deep}}`, { unknown_fields_json: `{"x":${deep}}` }];
      return [
        questionOf(surface, unknown),
        questionOf(surface, { messages: [{ role: 2, content: "hi", ...unknown }] }),
        questionOf(surface, { tools: [{ function: { name: "a", parameters_json: text } }] }),
      ];
    });
    await refused("a million levels in texts of JSON", surface, bodies);
  });

  it("a million levels in extensions_json, which no upstream is sent, cost nothing", async () => {
    upstream.always({ steps: ['{"id":"x","choices":[]}'], headers: { "content-type": "application/json" }, status: 400 });
    await gateway.attack(
      `a million levels in extensions_json, ${surface.name}`,
      async () => {
        for (const deep of kinds) {
          await codeOf(surface, questionOf(surface, { extensions_json: { a: deep } }));
          expect((await upstream.request()).body.length).toBeLessThan(1000);
        }
        return `${kinds.length} requests answered without it`;
      },
      { cpuMs: kinds.length * cpuMs, resident: 128 * mebi },
    );
    upstream.clear();
  });
});

it.each(binarySurfaces)("a million groups of Protobuf in each other are refused: $name", async (surface) => {
  // Field 1000 opens a group, which is of no message: to be skipped, with all that is in it (Protobuf's encoding, "Groups").
  const groups = Buffer.concat(Array<Buffer>(levels).fill(Buffer.from([0xc3, 0x3e])));
  await refused("a million groups in each other", surface, [framed(surface.contentType, groups)]);
});
