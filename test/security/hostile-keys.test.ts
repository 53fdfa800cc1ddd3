import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { AttackedGateway } from "../support/attacked-gateway.ts";
import { FakeUpstream } from "../support/fake-upstream.ts";
import { framed, openCall, type Surface, surfaces, understand } from "../support/surfaces.ts";
import { within } from "../support/within.ts";

const boundMs = 30_000;
let upstream: FakeUpstream;
let gateway: AttackedGateway;

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  gateway = await AttackedGateway.start({
    providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } },
    pipeline: { use: ["requestMetadata", "logging"] },
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});
beforeEach(() => upstream.clear());

/** What the objects of this process inherit, the gateway's included. */
function inherited(): unknown[] {
  return [Object, Array, Function, String, Map, Promise].flatMap(({ prototype }) =>
    Reflect.ownKeys(prototype).flatMap((key) => {
      const { value, get, set } = Reflect.getOwnPropertyDescriptor(prototype, key) ?? {};
      return [key, value, get, set];
    }),
  );
}

/** Runs something that must not change what objects inherit. */
async function inheritingTheSame(run: () => Promise<void>): Promise<void> {
  const before = inherited();
  await run();
  const after = inherited();
  expect(after).toHaveLength(before.length);
  for (const [at, value] of after.entries()) if (!Object.is(value, before[at])) throw new Error(`${String(value)} is inherited`);
}

const polluting = '{"polluted":"yes","model":"stolen","stream":true,"code":"x"}';
const keys = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "\\u005f_proto__"];
/** In other words: the last one is written with an escape. */
const isProto = (key: string) => key.endsWith("proto__");

/** Bodies with a key at every place where an object may stand, each with what may be there as its value. */
function bodies({ protocol }: Surface, key: string): string[] {
  const isRest = protocol === "rest";
  const message = (more = "") => `{"role":"${isRest ? "user" : "ROLE_USER"}","content":"hi"${more}}`;
  const body = (more = "", messages = message()) => `{"model":"up/m","messages":[${messages}]${more}}`;
  const parameters = `{"type":"object","${key}":${polluting},"properties":{"${key}":${polluting}}}`;
  const tool = isRest ? `"parameters":${parameters}` : `"parameters_json":${JSON.stringify(parameters)}`;
  const member = `"${key}":${polluting}`;
  const text = JSON.stringify(polluting);
  return [
    body(`,${member}`),
    body("", message(`,${member}`)),
    body(`,"x":{${member}}`),
    body(`,"stream_options":{${member}}`),
    body(`,"response_format":{"type":"text",${member}}`),
    body(`,"tools":[{"type":"function","function":{"name":"a",${tool}}}]`),
    body(`,"tools":[{"type":"function","function":{"name":"a"},${member}}]`),
    body(`,"metadata":{"${key}":"yes"}`),
    body(`,"logit_bias":{"${key}":1}`),
    body(`,"prompt_template":{"id":"a","variables":{"${key}":"yes"}}`),
    isRest ? body(`,"extensions":{${member}}`) : body(`,"extensions_json":{"${key}":${text}}`),
    isRest ? body(`,"extensions":{"a":{${member}}}`) : body(`,"unknown_fields_json":${JSON.stringify(`{${member}}`)}`),
  ];
}

/** Sends a body; gives the code of the error that is answered, or none. */
async function codeOf(surface: Surface, body: Uint8Array, headers: Record<string, string> = {}): Promise<string | undefined> {
  const call = openCall(gateway.url, surface, headers).end(body);
  return understand(surface, await within(boundMs, "the reply", call.read())).error?.code;
}

const reached = { status: 404, steps: ['{"error":{"message":"no"}}'] };
const jsonSurfaces = ["rest 1.1 unary JSON", "connect 1.1 unary JSON", "connect 1.1 stream JSON"];
const binarySurfaces = ["grpc 2 stream binary", "grpc-web 1.1 unary binary", "connect 2 unary binary"];
const named = (names: readonly string[]) => surfaces.filter(({ name }) => names.includes(name));

describe.each(named(jsonSurfaces))("$name", (surface) => {
  it.each(keys)("the key %s changes nothing, wherever it is", async (key) => {
    upstream.always(reached);
    const attack = async () => {
      const told = new Map<string, number>();
      for (const body of bodies(surface, key)) {
        const code = await codeOf(surface, framed(surface.contentType, Buffer.from(body)));
        expect(["invalid_request", "unsupported_parameter", "not_found"], body).toContain(code); // the last one is the upstream's
        told.set(String(code), (told.get(String(code)) ?? 0) + 1);
      }
      return [...told].map(([code, count]) => `${count} ${code}`).join(", ");
    };
    await inheritingTheSame(() => gateway.attack(`the key ${key}, ${surface.name}`, attack));
    for (const request of upstream.requests) {
      const sent = JSON.parse(request.body.toString()) as { model: string };
      expect([sent.model, Object.getPrototypeOf(sent)]).toEqual(["m", Object.prototype]);
    }
  });

  it("the key __proto__ is refused in JSON, however it is written", async () => {
    upstream.always(reached);
    for (const key of keys.filter(isProto)) {
      for (const body of bodies(surface, key).slice(0, 5)) {
        expect(await codeOf(surface, framed(surface.contentType, Buffer.from(body))), body).toBe("invalid_request");
      }
    }
    expect(upstream.requests).toHaveLength(0);
  });

  it.each([
    ["the same name", '"model":"up/m","model":"up/stolen"'],
    ["the same name, in an escape", '"model":"up/m","mod\\u0065l":"up/stolen"'],
    ["the same name, in an object inside", '"model":"up/m","x":{"a":1,"a":2}'],
  ])("two keys of %s are refused", async (_what, members) => {
    const role = surface.protocol === "rest" ? "user" : "ROLE_USER";
    const body = `{${members},"messages":[{"role":"${role}","content":"hi"}]}`;
    expect(await codeOf(surface, framed(surface.contentType, Buffer.from(body)))).toBe("invalid_request");
    expect(upstream.requests).toHaveLength(0);
  });
});

it.each(["Model", "MODEL", "mOdel", "model ", "model\\u0000", "ｍodel", "Messages", "Stream"])(
  "a key is its letters: %s is no other key, and reaches the upstream as it is",
  async (key) => {
    upstream.always(reached);
    const body = `{"model":"up/m","messages":[{"role":"user","content":"hi"}],"${key}":"stolen"}`;
    const [rest] = named(["rest 1.1 unary JSON"]);
    const [connect] = named(["connect 1.1 unary JSON"]);
    if (rest === undefined || connect === undefined) throw new Error("there are such surfaces");
    expect(await codeOf(rest, Buffer.from(body))).toBe("not_found");
    expect(JSON.parse(String(upstream.requests[0]?.body))).toEqual({ ...JSON.parse(body), model: "m" });
    const role = body.replace('"user"', '"ROLE_USER"');
    expect(await codeOf(connect, Buffer.from(role))).toBe("invalid_request");
    expect(upstream.requests).toHaveLength(1);
  },
);

it.each(named(binarySurfaces))("keys of maps in Protobuf change nothing: $name", async (surface) => {
  upstream.always(reached);
  const attack = async () => {
    for (const key of keys) {
      const message = create(ChatCompletionRequestSchema, { model: "up/m", messages: [{ role: 2, content: "hi" }] });
      const own = (value: string) => ({ value, enumerable: true });
      Object.defineProperty(message.metadata, key, own("yes"));
      Object.defineProperty(message.extensionsJson, key, own(polluting));
      const bytes = toBinary(ChatCompletionRequestSchema, message);
      expect(["invalid_request", "not_found"]).toContain(await codeOf(surface, framed(surface.contentType, bytes)));
    }
    return `${keys.length} keys, ${upstream.requests.length} of them sent on`;
  };
  await inheritingTheSame(() => gateway.attack(`keys of maps, ${surface.name}`, attack));
});

it.each(keys)("the label %s of a header changes nothing", async (key) => {
  upstream.always(reached);
  const body = Buffer.from('{"model":"up/m","messages":[{"role":"user","content":"hi"}]}');
  await inheritingTheSame(async () => {
    for (const surface of named(["rest 1.1 unary JSON"])) {
      const code = await codeOf(surface, body, { "x-sluice-metadata": `${key}=yes` });
      expect(["invalid_request", "not_found"]).toContain(code);
    }
  });
});

it.each(named(jsonSurfaces))("such keys in an upstream's reply change nothing: $name", async (surface) => {
  const role = surface.protocol === "rest" ? "user" : "ROLE_USER";
  const body = Buffer.from(`{"model":"up/m","messages":[{"role":"${role}","content":"hi"}]}`);
  const piece = surface.streamed ? "delta" : "message";
  await inheritingTheSame(async () => {
    for (const key of keys) {
      const member = `"${key}":${polluting}`;
      const choice = `{"index":0,${member},"${piece}":{"role":"assistant","content":"hi",${member}},"finish_reason":"stop"}`;
      const reply = `{"id":"x",${member},"choices":[${choice}],"usage":{"prompt_tokens":1,${member}}}`;
      upstream.next({ steps: surface.streamed ? [`data: ${reply}\n\n`, "data: [DONE]\n\n"] : [reply] });
      const call = openCall(gateway.url, surface).end(framed(surface.contentType, body));
      const outcome = understand(surface, await within(boundMs, "the reply", call.read()));
      expect(outcome, key).toMatchObject({ text: "hi", finished: true });
    }
  });
});
