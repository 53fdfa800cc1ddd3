import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type ChatCompletionChunk, ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { finalEvent, piece, wireEvent } from "../../../test/support/scripted-calls.ts";
import { eventOf, type StreamEvent } from "../../chat/stream.ts";
import { SseEvents, type StreamWishes } from "./sse-events.ts";

function payloads(events: readonly StreamEvent[], wishes: Partial<StreamWishes> = {}): Record<string, unknown>[] {
  const text = new SseEvents({ model: "asked/ü", usage: false, info: false, ...wishes }).render(events);
  const lines = Buffer.from(text, "latin1").toString("utf8").split("\n\n");
  expect(lines.pop()).toBe("");
  return lines.map((line) => {
    expect(line.startsWith("data: ")).toBe(true);
    return JSON.parse(line.slice(6));
  });
}

const chunk = (fields: MessageInitShape<typeof ChatCompletionChunkSchema>) => eventOf(create(ChatCompletionChunkSchema, fields));
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const told = {
  $typeName: "sluice.chat.v1.Usage",
  promptTokens: 3,
  completionTokens: 2,
  totalTokens: 5,
  estimated: false,
} as const;
const choices = '"choices":[{"index":0,"delta":{"content":"Grüße 👋"},"finish_reason":null}]';

describe("an upstream's own bytes", () => {
  it("pass with the model by the name the client used", () => {
    expect(payloads([wireEvent("chunk", `{"id":"u","model":"real","x":[1.0],${choices}}`)])).toEqual([
      { id: "u", model: "asked/ü", x: [1], choices: [{ index: 0, delta: { content: "Grüße 👋" }, finish_reason: null }] },
    ]);
  });

  it.each<[what: string, json: string, wishesUsage: boolean, usages: unknown[]]>([
    ["a null usage, unasked", `{${choices},"usage":null}`, false, [undefined]],
    ["a null usage, asked", `{${choices},"usage":null}`, true, [null]],
    ["a usage beside choices, unasked", `{${choices},"usage":{"total_tokens":9}}`, false, [undefined]],
    ["a usage beside choices, asked", `{${choices},"usage":{"total_tokens":9}}`, true, [undefined]],
    ["a usage alone, unasked", `{"choices":[],"usage":{"total_tokens":9}}`, false, []],
    ["a usage alone, asked", `{"choices":[],"usage":{"total_tokens":9}}`, true, []],
    ["no choices and no usage", `{"choices":[],"prompt_filter_results":[]}`, false, [undefined]],
  ])("have %s", (_what, json, wishesUsage, usages) => {
    const found = payloads([wireEvent("chunk", json)], { usage: wishesUsage });
    expect(found.map((each) => each.usage)).toEqual(usages);
    for (const each of found) expect("usage" in each).toBe(usages[0] !== undefined);
  });
});

describe("a decoded chunk", () => {
  it.each<[what: string, event: StreamEvent, wishes: Partial<StreamWishes>, usages: unknown[]]>([
    ["text, unasked", piece("x"), {}, [undefined]],
    ["text, asked", piece("x"), { usage: true }, [null]],
    ["a usage alone", chunk({ usage: told }), { usage: true }, []],
    ["nothing", chunk({}), { usage: true }, []],
    ["what the contract does not model", chunk({ unknownFieldsJson: '{"x":1}' }), {}, [undefined]],
    ["the end, unasked", finalEvent(), {}, []],
    ["the end, asked", finalEvent(), { usage: true }, [usage]],
    ["the end, with info", finalEvent(), { info: true }, [undefined]],
    ["the end, asked and with info", finalEvent(), { usage: true, info: true }, [usage]],
  ])("with %s tells usage once", (_what, event, wishes, usages) => {
    expect(payloads([event], wishes).map((each) => each.usage)).toEqual(usages);
  });

  it("with a usage beside choices leaves that to the end", () => {
    const event = chunk({ choices: [...piece("x").chunk().choices] as ChatCompletionChunk["choices"], usage: told });
    expect(payloads([event, finalEvent()], { usage: true }).map((each) => each.usage)).toEqual([undefined, usage]);
  });

  it("carries the route at the end only when that is asked for", () => {
    expect(payloads([piece("x"), finalEvent()], { usage: true }).some((each) => "sluice" in each)).toBe(false);
    const [text, end] = payloads([piece("x"), finalEvent()], { info: true });
    expect(text).not.toHaveProperty("sluice");
    expect(end).toMatchObject({ choices: [], sluice: { provider: "vendor", model: "vendor-model", attempts: 1 } });
  });

  it("keeps every character", () => {
    const text = 'Grüße 👋 \u2028 "\\\n\u0000';
    expect(payloads([piece(text)])).toMatchObject([{ choices: [{ delta: { content: text } }] }]);
  });
});

it("frames a batch in one text", () => {
  const events = new SseEvents({ model: "m", usage: false, info: false });
  expect(events.render([piece("a"), finalEvent(), piece("b")]).match(/data: /g)).toHaveLength(2);
  expect(events.render([finalEvent()])).toBe("");
});
