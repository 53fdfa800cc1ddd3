import { create } from "@bufbuild/protobuf";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  type ChatCompletionResponse,
  ChatCompletionResponseSchema,
  FinishReason,
} from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { chunksOf, everyPiece } from "../../src/testing/chunking.ts";
import { type ChatAnswer, chatClients } from "../support/chat-client.ts";
import { FakeUpstream, Gate, type Step, turn } from "../support/fake-upstream.ts";
import { readMetrics } from "../support/metrics-text.ts";
import { sse } from "../support/recorded-replies.ts";
import { RecordingLog } from "../support/recording-log.ts";
import { type RunningGateway, startGateway } from "../support/running-gateway.ts";
import { bodyOf, eventsOf } from "../support/upstream-reply.ts";

let upstream: FakeUpstream;
let gateway: RunningGateway;
let log: RecordingLog;
beforeAll(async () => {
  upstream = await FakeUpstream.start();
});
afterAll(() => upstream.close());
afterEach(async () => {
  upstream.clear();
  upstream.requests.splice(0);
  await gateway.close();
});

async function start(...use: readonly object[]): Promise<void> {
  log = new RecordingLog();
  const providers = { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } } as const;
  const server = { metrics: "127.0.0.1:0" };
  gateway = await startGateway({ server, providers, pipeline: { use: [...use] as Record<string, unknown>[] } }, log);
}

const replyOf = (...contents: string[]) =>
  create(ChatCompletionResponseSchema, {
    id: "c1",
    model: "m",
    choices: contents.map((content, index) => ({
      index,
      message: { role: Role.ASSISTANT, content },
      finishReason: FinishReason.STOP,
    })),
  });

/** Asks over both protocols, streamed and not. */
async function ask(reply: ChatCompletionResponse, content = "hi", streams = [false, true]): Promise<readonly ChatAnswer[]> {
  const answers: ChatAnswer[] = [];
  for (const make of chatClients) {
    const client = make(gateway.url);
    for (const streamed of streams) {
      const events = chunksOf(reply, everyPiece(3)).flatMap((chunk): Step[] => [eventsOf([chunk], () => 0.9), turn]);
      upstream.always({ steps: streamed ? [...events, sse("[DONE]")] : [bodyOf(reply)] });
      answers.push(await client.ask({ model: "up/m", streamed, content, n: reply.choices.length }));
    }
    client.close();
  }
  return answers;
}

const asked = () =>
  upstream.requests.map(({ body }) => (JSON.parse(String(body)) as { messages: { content: string }[] }).messages[0]?.content);
const said = ({ response }: ChatAnswer) => response.choices.map(({ message }) => message?.content);

const mail = "Write to ada@example.com, please.";

describe("pii, over REST and gRPC, streamed and not", () => {
  it.each<readonly [string, object, string, string]>([
    ["redacts", { action: "redact" }, "Write to [EMAIL_ADDRESS], please.", "Write to [EMAIL_ADDRESS], please."],
    ["masks", { action: "mask", keepLast: 3 }, "Write to ***@*******.com, please.", "Write to ***@*******.com, please."],
    ["only watches", { action: "monitor" }, mail, mail],
    ["redacts requests", { action: "redact", direction: "input" }, "Write to [EMAIL_ADDRESS], please.", mail],
    ["redacts replies", { action: "redact", direction: "output" }, mail, "Write to [EMAIL_ADDRESS], please."],
  ])("%s", async (_, options, sent, answered) => {
    await start({ pii: options });
    const answers = await ask(replyOf(mail), mail);
    expect(answers.map(said)).toEqual(Array(4).fill([answered]));
    expect(answers.map(({ code }) => code)).toEqual(Array(4).fill(undefined));
    expect(asked()).toEqual(Array(4).fill(sent));
  });

  it("shows the model tokens and the caller what they stand for, also when they come in pieces", async () => {
    await start({ pii: { action: "tokenize" } });
    const reply = replyOf("I wrote to <EMAIL_ADDRESS_2> (<EMAIL_ADDRESS_1>), not <EMAIL_ADDRESS_3>.");
    const answers = await ask(reply, "From ada@example.com and bob@example.com, not <EMAIL_ADDRESS_1>: ada@example.com");
    expect(asked()).toEqual(
      Array(4).fill("From <EMAIL_ADDRESS_2> and <EMAIL_ADDRESS_3>, not <EMAIL_ADDRESS_1>: <EMAIL_ADDRESS_2>"),
    );
    expect(answers.map(said)).toEqual(Array(4).fill(["I wrote to ada@example.com (<EMAIL_ADDRESS_1>), not bob@example.com."]));
  });

  it("puts texts back into the arguments of tool calls, in their escapes", async () => {
    await start({ denyList: { action: "tokenize", entries: ['Heron "H"'] } });
    const call = { id: "1", type: "function", function: { name: "f", arguments: String.raw`{"q":"\u003cDENY_LIST_1>"}` } };
    const choice = { message: { role: Role.ASSISTANT, toolCalls: [call] }, finishReason: FinishReason.TOOL_CALLS };
    const answers = await ask(create(ChatCompletionResponseSchema, { choices: [choice] }), 'Ask Heron "H".');
    const got = answers.map(({ response }) => response.choices[0]?.message?.toolCalls[0]?.function?.arguments);
    expect(got).toEqual(Array(4).fill(String.raw`{"q":"Heron \"H\""}`));
    expect(asked()).toEqual(Array(4).fill("Ask <DENY_LIST_1>."));
  });

  it("blocks requests before the model is asked", async () => {
    await start({ pii: { action: "block" } });
    expect((await ask(replyOf("hi"), mail)).map(({ code }) => code)).toEqual(Array(4).fill("guardrail_blocked"));
    expect(upstream.requests).toEqual([]);
  });

  it("answers a blocked request with its fallback text", async () => {
    await start({ pii: { action: "block", fallbackText: "Not with an address." } });
    const answers = await ask(replyOf("hi", "hi"), mail);
    expect(answers.map(said)).toEqual(Array(4).fill(["Not with an address.", "Not with an address."]));
    expect(upstream.requests).toEqual([]);
  });

  it("blocks one choice of three, and the others end well", async () => {
    await start({ pii: { action: "block", direction: "output" } });
    const answers = await ask(replyOf("one", mail, "three"));
    expect(answers.map(said)).toEqual(Array(4).fill(["one", "Write to ", "three"]));
    const { STOP, CONTENT_FILTER } = FinishReason;
    expect(answers.map(({ response }) => response.choices.map(({ finishReason }) => finishReason))).toEqual(
      Array(4).fill([STOP, CONTENT_FILTER, STOP]),
    );
  });

  it("says a fallback text for the choice of which nothing may leave", async () => {
    await start({ pii: { action: "block", direction: "output", fallbackText: "[withheld]" } });
    expect((await ask(replyOf("one", "ada@example.com"))).map(said)).toEqual(Array(4).fill(["one", "[withheld]"]));
  });
});

describe("a blocked argument of one of two calls that come interleaved", () => {
  const delta = (content: string | undefined, ...calls: readonly (readonly [number, string])[]) =>
    sse({
      choices: [
        {
          index: 0,
          delta: {
            ...(content === undefined ? {} : { content }),
            ...(calls.length === 0
              ? {}
              : {
                  tool_calls: calls.map(([index, text]) => ({
                    index,
                    ...(text.startsWith("{") ? { id: `call_${index}`, type: "function" } : {}),
                    function: { ...(text.startsWith("{") ? { name: `f${index}` } : {}), arguments: text },
                  })),
                }),
          },
        },
      ],
    });

  const before: readonly Step[] = [
    delta("Looking. "),
    turn,
    delta(undefined, [0, '{"to":"ada'], [1, '{"q":"weather']),
    turn,
    delta(undefined, [1, ' in Rome"}'], [0, String.raw`\u00`]),
    turn,
    delta(undefined, [0, "40example"]),
  ];
  const after: readonly Step[] = [
    delta(undefined, [0, '.com"}']),
    turn,
    sse({ choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] }),
    sse("[DONE]"),
  ];

  it("never leaves, and the text around it does, over REST and gRPC", async () => {
    await start({ pii: { action: "block", direction: "output" } });
    upstream.always({ steps: [...before, turn, ...after] });
    for (const make of chatClients) {
      const client = make(gateway.url);
      const { response, code } = await client.ask({ model: "up/m", streamed: true });
      client.close();
      const [choice] = response.choices;
      const ending = [choice?.message?.content, choice?.finishReason, code];
      expect(ending).toEqual(["Looking. ", FinishReason.CONTENT_FILTER, undefined]);
      const calls = choice?.message?.toolCalls.map(({ function: called }) => called?.arguments);
      expect(calls).toEqual(['{"to":"', '{"q":"weather in Rome"}']);
    }
  });

  it("waits alone", async () => {
    await start({ pii: { action: "block", direction: "output" } });
    const gate = new Gate();
    upstream.always({ steps: [...before, gate, ...after] });
    const body = JSON.stringify({ model: "up/m", messages: [{ role: "user", content: "hi" }], stream: true });
    const headers = { "content-type": "application/json" };
    const { body: events } = await fetch(`${gateway.url}/v1/chat/completions`, { method: "POST", headers, body });
    let seen = "";
    for await (const part of events ?? []) {
      seen += Buffer.from(part).toString();
      if (seen.includes("in Rome")) gate.open();
    }
    expect(seen).toContain("Looking. ");
    expect(seen).toContain("content_filter");
    expect(seen).not.toMatch(/ada|example/);
  });
});

describe("what is told of findings", () => {
  it("are offsets and names in the route, the log and the metrics, never a text", async () => {
    await start({ pii: { action: "redact" } }, { secrets: { action: "monitor" } });
    const [, , , streamed] = await ask(replyOf(`${mail} And call +1 202-555-0143 today.`), mail);
    const route = streamed?.chunks.at(-1)?.route;
    expect(route).toMatchObject({ entities: { EMAIL_ADDRESS: 2, PHONE_NUMBER: 1 }, withheldCharacters: 30, guarantee: "exact" });
    expect(route?.verdicts.map(({ channel, start, end }) => [channel, start, end])).toEqual([
      ["request.messages[0].content", 9, 24],
      ["content", 9, 24],
      ["content", 43, 58],
    ]);
    expect(route?.heldCharacters).toBeGreaterThan(0);
    const lines = log.lines.filter(({ message }) => message === "guardrails");
    expect(lines).toHaveLength(4);
    expect(lines[0]?.fields).toMatchObject({
      entities: { EMAIL_ADDRESS: 2, PHONE_NUMBER: 1 },
      findings: [{ middleware: "pii", entity: "EMAIL_ADDRESS", action: "redact", start: 9, end: 24 }, {}, {}],
    });
    expect(JSON.stringify(log.lines)).not.toMatch(/ada|555/);
    const metrics = readMetrics(await (await fetch(`http://${gateway.pages[0]}/metrics`)).text());
    const found = [...(metrics.get("sluice_guard_findings_total")?.values ?? [])].map(([series, count]) => `${series} ${count}`);
    expect(found.sort()).toEqual([
      expect.stringMatching(/action="redact".*direction="input".*entity="EMAIL_ADDRESS".* 4$/),
      expect.stringMatching(/action="redact".*direction="output".*entity="EMAIL_ADDRESS".* 4$/),
      expect.stringMatching(/action="redact".*direction="output".*entity="PHONE_NUMBER".* 4$/),
    ]);
    expect([...(metrics.get("sluice_guard_withheld_characters_total")?.values.values() ?? [])]).toEqual([120]);
  });
});

describe("bytes pass untouched", () => {
  const body = JSON.stringify(
    { model: "up/m", messages: [{ role: "user", content: mail, vendor_note: [1] }], stream: true, seed: 7, odd: { a: null } },
    null,
    1,
  );
  const events = [
    '{"id":"c", "choices":[{"index":0,"delta":{"content":"a@b.com"}}]}',
    '{"id":"c",  "choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}',
  ];

  async function pass(): Promise<string> {
    upstream.always({ steps: [...events.map((event) => `data: ${event}\n\n`), "data: [DONE]\n\n"] });
    const headers = { "content-type": "application/json" };
    return (await fetch(`${gateway.url}/v1/chat/completions`, { method: "POST", headers, body })).text();
  }

  it("of replies, when guards look at requests only", async () => {
    await start({ pii: { direction: "input" } });
    const reply = await pass();
    for (const event of events) expect(reply).toContain(event);
    expect(asked()).toEqual(["Write to [EMAIL_ADDRESS], please."]);
  });

  it("of requests, when guards look at replies only", async () => {
    await start({ pii: { direction: "output" } });
    expect(await pass()).toContain("[EMAIL_ADDRESS]");
    expect(String(upstream.requests[0]?.body)).toContain(body.slice(body.indexOf('"messages"'), body.indexOf('"stream"')));
  });

  it("but requests that a guard has looked at are written anew, with everything in them", async () => {
    await start({ pii: { direction: "input", action: "monitor" } });
    await pass();
    const sent = String(upstream.requests[0]?.body);
    expect(sent).toContain('{"model":"m","messages":[{"role":"user",');
    expect(JSON.parse(sent)).toEqual({ ...JSON.parse(body), model: "m", stream_options: { include_usage: true } });
  });

  it("of replies, when nothing of the request became a token", async () => {
    await start({ pii: { action: "tokenize", entities: ["IBAN_CODE"] } });
    const reply = await pass();
    for (const event of events) expect(reply).toContain(event);
  });
});
