import { gzipSync } from "node:zlib";
import { fromJsonString, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { CallLog } from "../../support/call-log.ts";
import { FakeUpstream } from "../../support/fake-upstream.ts";
import { expectMeaning, type Meaning } from "../../support/meaning.ts";
import { type RunningGateway, startGateway } from "../../support/running-gateway.ts";
import { framed, type Outcome, openCall, pathOf, type Surface, surfaces, understand } from "../../support/surfaces.ts";
import { WireCall } from "../../support/wire-call.ts";
import { within } from "../../support/within.ts";

let upstream: FakeUpstream;
let gateway: RunningGateway;
const log = new CallLog();

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  gateway = await startGateway(
    {
      server: { maxRequestBytes: "64KiB" },
      providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl, models: ["known"] } },
    },
    log,
  );
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

/** One fault, as it is sent in OpenAI's JSON and in the contract's. Absent: it cannot be said there. */
interface Row {
  readonly what: string;
  readonly rest?: string | Buffer | undefined;
  readonly json?: string | Buffer | undefined;
  readonly meaning: Meaning;
  /** Where the contract names the place differently. */
  readonly rpcParam?: string;
}

const good = { model: "demo/echo", messages: [{ role: "user", content: "hi" }] };
const goodRpc = { model: "demo/echo", messages: [{ role: "ROLE_USER", content: "hi" }] };
const rest = (fields: object = {}) => JSON.stringify({ ...good, ...fields });
const json = (fields: object = {}) => JSON.stringify({ ...goodRpc, ...fields });

/** A fault of a place in the request, which the message names first. */
function invalid(param: string | undefined, says = ""): Meaning {
  return { code: "invalid_request", param, message: new RegExp(says) };
}

/** A fault of a field that has one name and one form in both. */
function field(what: string, fields: object, param: string, says = ""): Row {
  return { what, rest: rest(fields), json: json(fields), meaning: invalid(param, says) };
}

/** A fault of the first message. */
function message(what: string, member: string, openAi: object | undefined, contract: object | undefined, says = ""): Row {
  return {
    what,
    rest: openAi && rest({ messages: [openAi] }),
    json: contract && json({ messages: [contract] }),
    meaning: invalid(`messages[0]${member}`, says),
  };
}

/** A fault that is in the text of the JSON, by a change of it. */
function text(
  what: string,
  change: (body: string) => string | Buffer,
  param: string | undefined,
  rpcParam = param,
  says = "",
): Row {
  const meaning = invalid(param, says);
  return { what, rest: change(rest()), json: change(json()), meaning, ...(rpcParam === undefined ? {} : { rpcParam }) };
}

const before = (member: string) => (body: string) => body.replace("{", `{${member},`);
const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const tool = (parts: object) => ({ tools: [{ type: "function", function: { name: "a", ...parts } }] });
const atUp = { model: "up/known" };

const rows: readonly Row[] = [
  field("no model", { model: undefined }, "model"),
  field("an empty model", { model: "" }, "model"),
  field("a model that is null", { model: null }, "model"),
  field("a model that is a number", { model: 7 }, "model", "string"),
  field("no messages", { messages: undefined }, "messages", "at least (one|1)"),
  field("empty messages", { messages: [] }, "messages", "at least (one|1)"),
  field("messages that are a text", { messages: "hi" }, "messages", "array"),
  field("a message that is a number", { messages: [1] }, "messages[0]", "object"),
  field("a message that is null", { messages: [null] }, "messages[0]", "object"),
  message("no role", ".role", { content: "x" }, { content: "x" }, "(missing|required)"),
  message("an unknown role", ".role", { role: "boss", content: "x" }, { role: "ROLE_BOSS", content: "x" }, "one of"),
  message("a role that is a number", ".role", { role: 77, content: "x" }, { role: 77, content: "x" }),
  message("content that is a number", ".content", { role: "user", content: 7 }, { role: "ROLE_USER", content: 7 }, "string"),
  message(
    "content and parts",
    "",
    undefined,
    { role: "ROLE_USER", content: "x", parts: [{ text: "y" }] },
    "only one of content, parts",
  ),
  {
    ...message(
      "a part of two kinds",
      ".content[0].refusal",
      { role: "user", content: [{ type: "text", text: "a", refusal: "b" }] },
      { role: "ROLE_USER", parts: [{ text: "a", refusal: "b" }] },
      "cannot stand beside text",
    ),
    rpcParam: "messages[0].parts[0].refusal",
  },
  field("too high a temperature", { temperature: 2.1 }, "temperature", "less than or equal to 2"),
  field("too low a temperature", { temperature: -0.1 }, "temperature", "greater than or equal to 0"),
  field("a temperature that is a text", { temperature: "hot" }, "temperature", "(number|double)"),
  text("a temperature without end", before('"temperature":1e999'), "temperature"),
  { what: "a temperature that is no number", json: json({ temperature: "NaN" }), meaning: invalid("temperature") },
  field("top_p over 1", { top_p: 1.5 }, "top_p", "less than or equal to 1"),
  field("no choice at all", { n: 0 }, "n", "greater than or equal to 1"),
  field("too many choices", { n: 129 }, "n", "less than or equal to 128"),
  field("half a choice", { n: 1.5 }, "n"),
  field("fewer tokens than none", { max_tokens: -1 }, "max_tokens"),
  field("too many logprobs", { top_logprobs: 21 }, "top_logprobs", "less than or equal to 20"),
  field("a penalty out of range", { presence_penalty: -3 }, "presence_penalty", "greater than or equal to -2"),
  field("two faults", { n: 0, temperature: 3 }, "n", "; temperature: must be"),
  field("an empty tool choice", { tool_choice: {} }, "tool_choice"),
  field("a tool choice that is a number", { tool_choice: 7 }, "tool_choice", "object"),
  field("a tool choice without a name", { tool_choice: { function: { name: "" } } }, "tool_choice.function.name", "at least 1"),
  {
    what: "a tool choice of a strange type",
    rest: rest({ tool_choice: { type: "any" } }),
    meaning: invalid("tool_choice.type", 'must be "function"'),
  },
  field("a tool without a name", { tools: [{ type: "function", function: {} }] }, "tools[0].function.name", "at least 1"),
  {
    what: "tool parameters that are no object",
    rest: rest(tool({ parameters: 7 })),
    json: json({ ...atUp, ...tool({ parameters_json: "7" }) }),
    meaning: invalid("tools[0].function.parameters", "must be an object"),
    rpcParam: "tools[0].function.parameters_json",
  },
  {
    what: "tool parameters that are no JSON",
    json: json({ ...atUp, ...tool({ parameters_json: '{"a":' }) }),
    meaning: invalid("tools[0].function.parameters_json", "invalid JSON"),
  },
  {
    what: "unmodelled fields that are no JSON",
    json: json({ ...atUp, unknown_fields_json: "{" }),
    meaning: invalid("unknown_fields_json", "invalid JSON"),
  },
  field("a response format without a type", { response_format: {} }, "response_format.type", "at least 1"),
  field(
    "a schema without a name",
    { response_format: { type: "json_schema", json_schema: {} } },
    "response_format.json_schema.name",
    "at least 1",
  ),
  field("a bias that is a text", { logit_bias: { "5": "x" } }, "logit_bias.5"),
  field("a label that is a number", { metadata: { a: 1 } }, "metadata.a"),
  field("labels that are a text", { metadata: "x" }, "metadata"),
  field("stream options that are a number", { stream_options: 7 }, "stream_options", "object"),
  field("a stream that is a text", { stream: "yes" }, "stream", "(true or false|bool)"),
  {
    ...field("a template", { prompt_template: { id: "greet" } }, "prompt_template"),
    meaning: { code: "unsupported_parameter", param: "prompt_template", message: "renders templates" },
  },
  field("a template with a strange field", { prompt_template: { id: "x", nope: 1 } }, "prompt_template.nope"),
  { what: "a slip of a field", json: json({ temprature: 1 }), meaning: invalid("temprature", "did you mean temperature") },
  {
    what: "a slip of a field inside",
    json: json({ messages: [{ role: 3, contents: "x" }] }),
    meaning: invalid("messages[0].contents", "did you mean content"),
  },
  text("one key twice", before('"model":"demo/echo"'), "model", "model", "twice"),
  text("one key twice, written differently", before('"mod\\u0065l":"demo/echo"'), "model", "model", "twice"),
  text(
    "one key twice in a message",
    (body) => body.replace('"role":', '"role":"ROLE_USER","role":'),
    "messages",
    "messages[0].role",
    "twice",
  ),
  { what: "one field under both of its names", json: json({ top_p: 1, topP: 1 }), meaning: invalid("top_p", "beside top_p") },
  text("__proto__", before('"__proto__":{"x":1}'), "__proto__"),
  text(
    "__proto__ in a message",
    (body) => body.replace('"role"', '"__proto__":{"x":1},"role"'),
    "messages",
    "messages[0].__proto__",
  ),
  text("65 levels", before(`"user":${nested(64)}`), "user", `user${"[0]".repeat(63)}`, "nested deeper than 64 levels"),
  { what: "20,000 levels", rest: before(`"x":${nested(20_000)}`)(rest()), meaning: invalid("x", "nested deeper than 64 levels") },
  {
    what: "20,000 levels in a text of JSON",
    json: json({ ...atUp, ...tool({ parameters_json: `{"x":${nested(20_000)}}` }) }),
    meaning: invalid("tools[0].function.parameters_json", "nested deeper than 64 levels"),
  },
  text(
    "a byte that is not UTF-8",
    (body) => Buffer.from(before('"user":"\u00ff"')(body), "latin1"),
    undefined,
    undefined,
    "UTF-8",
  ),
  text("a byte order mark", (body) => `\ufeff${body}`, undefined),
  text("nothing", () => "", undefined),
  text("no JSON", () => "{model:1}", undefined, undefined, "invalid JSON"),
  text("an array", () => "[]", undefined, undefined, "object"),
  text("null", () => "null", undefined, undefined, "object"),
  text("something after the JSON", (body) => `${body}x`, undefined, undefined, "invalid JSON"),
  text("JSON that breaks off", (body) => body.slice(0, -6), "messages", "messages[0].content", "invalid JSON"),
  text("a line end in a text", before('"user":"a\nb"'), "user", "user", "invalid JSON"),
  text("a bad escape", before('"user":"\\x"'), "user", "user", "invalid JSON"),
];

const unknownModel = (model: string, says: RegExp): Row => ({
  what: `the model ${model.slice(0, 20)}`,
  rest: rest({ model }),
  json: json({ model }),
  meaning: { code: "model_not_found", param: "model", message: says },
});

const unknownModels: readonly Row[] = [
  unknownModel("nothing", /^there is no model nothing$/),
  unknownModel("up/", /^there is no model up\/$/),
  unknownModel("pu/known", /did you mean up\/known\?$/),
  unknownModel("demo/ecko", /did you mean echo\?$/),
  unknownModel("x".repeat(5000), /^there is no model x{100}$/),
  unknownModel(`${"x".repeat(99)}🐟`, /^there is no model x{99}\ufffd$/),
  unknownModel(`up/${"x".repeat(300)}`, /^there is no model up\/x+$/),
];

/** A row's body as a surface sends it; undefined: its protocol cannot say that. */
function bodyOf({ protocol, streamed, contentType }: Surface, row: Row): Buffer | undefined {
  const body = protocol === "rest" ? row.rest : row.json;
  if (body === undefined) return undefined;
  if (protocol === "rest") return Buffer.from(streamed && isJson(body) ? withStream(body) : body);
  if (contentType.endsWith("json")) return framed(contentType, Buffer.from(body));
  if (typeof body !== "string") return undefined;
  try {
    return framed(contentType, toBinary(ChatCompletionRequestSchema, fromJsonString(ChatCompletionRequestSchema, body)));
  } catch {
    return undefined;
  }
}

/** Asks for a stream, unless the body says something of streams itself. */
function withStream(body: string): string {
  return body.includes('"stream"') || !body.startsWith("{") ? body : body.replace("{", '{"stream":true,');
}

function isJson(body: string | Buffer): body is string {
  try {
    return typeof body === "string" && JSON.parse(body) !== undefined;
  } catch {
    return false;
  }
}

async function send(surface: Surface, body: Uint8Array, headers: Record<string, string> = {}): Promise<Outcome> {
  const call = openCall(gateway.url, surface, headers).end(body);
  return understand(surface, await within(20_000, "the reply", call.read()));
}

/** A body with nothing wrong in it. */
function questionFor(surface: Surface): Buffer {
  const body = bodyOf(surface, { what: "nothing", rest: rest(), json: json(), meaning: { code: "internal" } });
  if (body === undefined) throw new Error("a good question can be asked everywhere");
  return body;
}

function hasEnvelopes({ contentType }: Surface): boolean {
  return framed(contentType, new Uint8Array()).length > 0;
}

/** Headers whose names are each protocol's own. */
function named({ protocol, streamed }: Surface): { timeLimit: string; encoding: string } {
  if (protocol === "rest") return { timeLimit: "x-request-timeout-ms", encoding: "content-encoding" };
  if (protocol !== "connect") return { timeLimit: "grpc-timeout", encoding: "grpc-encoding" };
  return { timeLimit: "connect-timeout-ms", encoding: streamed ? "connect-content-encoding" : "content-encoding" };
}

describe.each(surfaces)("$name", (surface) => {
  const { protocol, version, contentType } = surface;
  const isRest = protocol === "rest";
  const { timeLimit, encoding } = named(surface);
  const question = questionFor(surface);

  it.each([...rows, ...unknownModels].filter((row) => bodyOf(surface, row) !== undefined))("refuses $what", async (row) => {
    const { error, ...outcome } = await send(surface, bodyOf(surface, row) ?? question);
    expect(outcome).toEqual({ text: "", finished: false });
    const param = isRest ? row.meaning.param : (row.rpcParam ?? row.meaning.param);
    expectMeaning(surface, error, { ...row.meaning, param });
    if (row.meaning.code === "invalid_request" && param !== undefined) expect(error?.message.startsWith(`${param}: `)).toBe(true);
  });

  it.each<[string, Record<string, string>, Meaning]>([
    ["labels that are none", { "x-sluice-metadata": "nothing" }, { ...invalid("x-sluice-metadata", "key=value pairs") }],
    ["one label twice", { "x-sluice-metadata": "a=1,a=2" }, invalid("x-sluice-metadata", "a twice")],
    [
      "too many labels",
      { "x-sluice-metadata": Array.from({ length: 65 }, (_, at) => `a${at}=1`).join() },
      invalid("x-sluice-metadata", "64 pairs"),
    ],
    ["too long labels", { "x-sluice-metadata": `a=${"x".repeat(8192)}` }, invalid("x-sluice-metadata", "8192 bytes")],
    ["a time limit that is none", { [timeLimit]: "soon" }, invalid(timeLimit)],
    ["a time limit before now", { [timeLimit]: isRest ? "-5" : "-5m" }, invalid(timeLimit)],
    [
      "a time limit of nothing",
      { [timeLimit]: protocol.startsWith("grpc") ? "0m" : "0" },
      isRest ? invalid(timeLimit) : { code: "deadline_exceeded" },
    ],
    ["a compression it does not know", { [encoding]: "br" }, { code: "unsupported_media_type", message: /gzip/, rpcStatus: 12 }],
  ])("refuses headers with %s", async (_what, headers, meaning) => {
    expectMeaning(surface, (await send(surface, question, headers)).error, meaning);
  });

  const zipped = (bytes: Uint8Array) => {
    const message = gzipSync(bytes);
    if (!hasEnvelopes(surface)) return message;
    const body = framed(contentType, message);
    body[0] = 1; // compressed
    return body;
  };
  const tooLarge: Meaning = { code: "request_too_large", message: "the request is larger than 65536 bytes", param: undefined };

  it.each<[string, Buffer, Record<string, string>, Meaning]>([
    ["too large", framed(contentType, Buffer.alloc(64 * 1024 + 1, " ")), {}, tooLarge],
    ["far too large", framed(contentType, Buffer.alloc(4 * 1024 * 1024, " ")), {}, tooLarge],
    ["a bomb", zipped(Buffer.alloc(64 * 1024 * 1024)), { [encoding]: "gzip" }, tooLarge],
    [
      "a broken archive",
      Buffer.concat([zipped(question).subarray(0, 20), Buffer.alloc(20)]),
      { [encoding]: "gzip" },
      invalid(undefined, hasEnvelopes(surface) ? "within a message" : "valid gzip"),
    ],
  ])("refuses a body that is %s", async (_what, body, headers, meaning) => {
    expectMeaning(surface, (await send(surface, body, headers)).error, meaning);
  });

  it("tells of thousands of faults in a few words", async () => {
    const row = field("faults", { messages: Array.from({ length: 4000 }, () => ({})) }, "messages[0].role");
    const { error } = await send(surface, bodyOf(surface, row) ?? question);
    expectMeaning(surface, error, row.meaning);
    expect(error?.message.length).toBeLessThanOrEqual(600);
  });

  /** What is answered to a request that is no call. */
  async function answer(method: string, path: string, type: string): Promise<{ status: number; headers: Headers; body: string }> {
    const call = new WireCall(gateway.url, { version, method, path, headers: { "content-type": type } }).end();
    const { status, headers, body } = await within(20_000, "the reply", call.read());
    return { status, headers, body: body.toString() };
  }

  it.each(["GET", "PUT", "DELETE"])("answers %s with the method to use", async (method) => {
    const { status, headers, body } = await answer(method, pathOf(surface), contentType);
    expect([status, headers.get("allow"), headers.get("x-should-retry")]).toEqual([405, "POST", "false"]);
    if (protocol.startsWith("grpc"))
      expect(body).toBe(""); // gRPC reads no body then
    else expect(body).toContain("method_not_allowed");
  });

  it.each(["text/plain", "application/xml", "application/grpc+thrift", "application/jsonp"])(
    "answers %s with the types to use",
    async (type) => {
      const { status, headers, body } = await answer("POST", pathOf(surface), type);
      expect([status, headers.get("x-should-retry")]).toEqual([415, "false"]);
      if (!isRest) expect(headers.get("accept-post")?.split(", ")).toContain(contentType);
      if (isRest || !type.startsWith("application/grpc")) expect(body).toContain("unsupported_media_type");
    },
  );

  it("answers a slip of its path", async () => {
    const call = new WireCall(gateway.url, {
      version,
      path: `${pathOf(surface)}s`,
      headers: { "content-type": contentType },
    }).end(question);
    const { error } = understand(surface, await within(20_000, "the reply", call.read()));
    const says = isRest ? "there is nothing at this path" : `did you mean ${pathOf(surface).split("/").at(-1)}?`;
    expectMeaning(surface, error, { code: "not_found", message: says, rpcStatus: 12 });
  });

  it("answers what is strange but right, and says in few words what it dropped", async () => {
    const vendors = Array.from({ length: 40 }, (_, at) => `${at} ${"größe".repeat(200)}`);
    const row: Row = {
      what: "vendor options without end",
      rest: rest({ extensions: Object.fromEntries(vendors.map((vendor) => [vendor, {}])) }),
      json: json({ extensions_json: Object.fromEntries(vendors.map((vendor) => [vendor, "{}"])) }),
      meaning: { code: "internal" },
    };
    expect(await send(surface, bodyOf(surface, row) ?? question)).toEqual({ text: "hi", finished: true, error: undefined });
  });

  it("still answers what is right", async () => {
    expect(await send(surface, question)).toEqual({ text: "hi", finished: true, error: undefined });
  });
});

describe.each(surfaces.filter(hasEnvelopes))("$name", (surface) => {
  const question = questionFor(surface);

  it.each<[string, Buffer, Meaning]>([
    ["no message", Buffer.alloc(0), { ...invalid(undefined, "found no"), rpcStatus: 12 }],
    ["two messages", Buffer.concat([question, question]), { ...invalid(undefined, "more than one"), rpcStatus: 12 }],
    ["half a prefix", question.subarray(0, 3), invalid(undefined, "within a message")],
    ["half a message", question.subarray(0, -1), invalid(undefined, "within a message")],
    ["an end of its own", Buffer.concat([Buffer.of(2), question.subarray(1)]), invalid(undefined, "no end-of-stream")],
    ["a length of 4 GiB", Buffer.from([0, 255, 255, 255, 255, 1]), invalid(undefined, "within a message")],
    [
      "unnamed compression",
      Buffer.concat([Buffer.of(1), question.subarray(1)]),
      { ...invalid(undefined, "name no compression"), rpcStatus: 13 },
    ],
  ])("refuses a body with %s", async (_what, body, meaning) => {
    expectMeaning(surface, (await send(surface, body)).error, meaning);
  });
});

describe.each(surfaces.filter(({ contentType }) => !contentType.endsWith("json")))("$name", (surface) => {
  it.each<[string, number[]]>([
    ["half a number", [0x80]],
    ["a field longer than the message", [0x12, 50, 1]],
    ["a text that is not UTF-8", [0xaa, 0x01, 1, 0xff]],
    ["a text where a number belongs", [0x8a, 0x01, 1, 1]],
    ["no field", [0x02, 0]],
  ])("refuses a message with %s", async (_what, bytes) => {
    const { error } = await send(surface, framed(surface.contentType, Buffer.from(bytes)));
    expectMeaning(surface, error, invalid(undefined, "not a valid sluice.chat.v1.ChatCompletionRequest"));
  });
});

describe.each(surfaces.filter(({ protocol }) => protocol !== "rest"))("$name", (surface) => {
  it("refuses to do what the other method does", async () => {
    const other = surface.streamed ? "CreateChatCompletion" : "StreamChatCompletion";
    const contrary = { what: "stream", json: json({ stream: !surface.streamed }), meaning: invalid("stream", other) };
    const { error } = await send(surface, bodyOf(surface, contrary) ?? questionFor(surface));
    expectMeaning(surface, error, contrary.meaning);
  });
});

it("has asked no upstream, and logged nothing but calls", () => {
  expect(upstream.requests).toEqual([]);
  expect(log.others).toEqual([]);
});
