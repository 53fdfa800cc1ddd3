// Runs recorded replies of vendors through their codecs: `npm run test:fixtures -- DIR`, where DIR has a folder a vendor with
// `*.chunks.txt` (one event's JSON a line) and `*.json` (one whole reply). Prints a line a file; exits 1 when something got lost.
import { Buffer } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChatCompletionResponse } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Fold } from "../src/chat/fold.ts";
import { anthropicCodec } from "../src/codec/anthropic/index.ts";
import { bedrockCodec } from "../src/codec/bedrock/index.ts";
import type { ChatCodec } from "../src/codec/chat-codec.ts";
import { geminiCodec } from "../src/codec/gemini/index.ts";
import { encodeChunk, encodeResponse } from "../src/codec/openai/encode-reply.ts";
import { openAiCodec } from "../src/codec/openai/openai-codec.ts";
import { utf8Of } from "../src/codec/openai/utf8-of.ts";
import { SseFrames } from "../src/transport/sse-frames.ts";
import { jsonOr, type PlainReading, readings } from "./fixtures/plain-reading.ts";

/** How the recordings of a folder are read: by which codec, and plainly. */
interface Recorded {
  readonly codec: ChatCodec;
  readonly read: (payloads: readonly unknown[]) => PlainReading;
  /** Whether a line is an object of one member, the event's type, with the payload (Bedrock). Default: it is the payload. */
  readonly typed?: boolean;
  /** Files that are no replies of this API, and what they are. */
  readonly foreign?: Readonly<Record<string, string>>;
}

const openAi = (vendor: string): Recorded => ({ codec: openAiCodec({ vendor, streamUsage: true }), read: readings.openAi });
const cohereV2 = "Cohere's own API, version 2; the gateway speaks to its compatibility API";

/** The folders by name: a line each. */
const folders: Readonly<Record<string, Recorded>> = {
  openai: openAi("openai"),
  deepseek: openAi("deepseek"),
  groq: openAi("groq"),
  mistral: openAi("mistral"),
  moonshotai: openAi("moonshot"),
  "openai-compatible": openAi("openai-compatible"),
  perplexity: openAi("perplexity"),
  xai: openAi("xai"),
  anthropic: { codec: anthropicCodec, read: readings.anthropic },
  google: { codec: geminiCodec, read: readings.google },
  "amazon-bedrock": { codec: bedrockCodec, read: readings.bedrock, typed: true },
  cohere: { ...openAi("cohere"), foreign: { "cohere-": cohereV2 } },
};

const options = { model: "asked", created: 1, provider: "recorded" };

function foldOf({ codec, typed = false }: Recorded, lines: readonly string[], pieceLength: () => number): ChatCompletionResponse {
  const bytes = Buffer.from(lines.map((line) => `data: ${line}\n\n`).join(""));
  const next = (line: string) => {
    const [type, payload] = typed ? (Object.entries(JSON.parse(line))[0] ?? []) : [];
    return type === undefined ? decoder.next(line) : decoder.next(JSON.stringify(payload), type);
  };
  const fold = new Fold();
  const decoder = codec.decodeStream(options);
  const frames = new SseFrames((text, start, end) => {
    const chunk = next(utf8Of(text, start, end));
    if (chunk !== undefined) fold.add(chunk);
  });
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + pieceLength());
    frames.push(bytes.subarray(at, end));
    at = end;
  }
  if (!decoder.complete) throw new Error("the stream is not complete");
  return fold.response();
}

/** What a decoded reply lacks of what it plainly says; nothing where all is there. */
function lost(said: PlainReading, reply: ChatCompletionResponse): string[] {
  const [choice] = reply.choices;
  const message = choice?.message;
  const problems: string[] = [];
  const compare = (what: string, expected: unknown, got: unknown) => {
    if (JSON.stringify(expected) !== JSON.stringify(got)) problems.push(`${what}: ${show(expected)} became ${show(got)}`);
  };
  compare("text", said.text, message?.content ?? "");
  compare("reasoning", said.reasoning, message?.reasoning ?? "");
  const calls = message?.toolCalls.map((call) => ({
    name: call.function?.name,
    arguments: jsonOr(call.function?.arguments ?? ""),
  }));
  compare("tool calls", said.calls, calls ?? []);
  const usage = Object.values(JSON.parse(encodeResponse(reply, { sluice: false })).usage ?? {}).flatMap(leaves);
  const missing = Object.entries(said.usage).filter(([, value]) => !usage.includes(value));
  if (missing.length > 0) problems.push(`usage: ${missing.map(([path, value]) => `${path}=${value}`).join(", ")}`);
  return problems;
}

const leaves = (value: unknown): unknown[] =>
  typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [value];
const show = (value: unknown): string => JSON.stringify(value)?.slice(0, 120) ?? "nothing";

/** What of a reply's JSON is not in the JSON that its decoded form gives, by path, beside what has another form there. */
function changed(before: unknown, after: unknown, path = ""): string[] {
  if (/^\/(?:model|object)$|\/(?:content|reasoning|reasoning_content)$/.test(path)) return []; // compared as text
  if (before === null || (Array.isArray(before) && before.length === 0)) return [];
  if (typeof before !== "object") return before === after ? [] : [`${path} ${show(before)} became ${show(after)}`];
  return Object.entries(before).flatMap(([key, value]) =>
    changed(value, typeof after === "object" && after !== null ? Reflect.get(after, key) : undefined, `${path}/${key}`),
  );
}

function changedChunk({ codec }: Recorded, line: string): string[] {
  const chunk = codec.decodeStream(options).next(line);
  if (chunk === undefined) return [];
  return changed(JSON.parse(line), JSON.parse(encodeChunk(chunk, { sluice: false, usage: true })));
}

function check(recorded: Recorded, name: string, content: string): readonly string[] {
  if (name.endsWith(".json")) {
    const { response } = recorded.codec.decodeResponse(content, options);
    const json: unknown = JSON.parse(content);
    const isOpenAi = recorded.read === readings.openAi;
    const encoded: unknown = isOpenAi ? JSON.parse(encodeResponse(response, { sluice: false })) : json;
    return [...lost(recorded.read([json]), response), ...changed(json, encoded)];
  }
  const lines = content.split("\n").filter((line) => line.trim() !== "");
  const said = recorded.read(lines.map(jsonOr));
  const whole = foldOf(recorded, lines, () => Number.POSITIVE_INFINITY);
  const problems = [
    ...lost(said, whole),
    ...(recorded.read === readings.openAi ? lines.flatMap((line) => changedChunk(recorded, line)) : []),
  ];
  for (let i = 0; i < 20; i++) {
    const cut = foldOf(recorded, lines, () => 1 + Math.floor(Math.random() * 40));
    if (JSON.stringify(cut) !== JSON.stringify(whole)) problems.push("other reads give another reply");
  }
  return problems;
}

const directory = process.argv[2];
if (directory === undefined) throw new Error("usage: npm run test:fixtures -- DIR");
const counts = { good: 0, foreign: 0, lost: 0 };
for (const [folder, recorded] of Object.entries(folders)) {
  for (const name of readdirSync(join(directory, folder)).sort()) {
    const foreign = Object.entries(recorded.foreign ?? {}).find(([beginning]) => name.startsWith(beginning))?.[1];
    let problems: readonly string[];
    try {
      problems = check(recorded, name, readFileSync(join(directory, folder, name), "utf8"));
    } catch (error) {
      problems = [error instanceof Error ? error.message : String(error)];
    }
    const outcome = problems.length === 0 ? "good" : foreign === undefined ? "lost" : "foreign";
    counts[outcome]++;
    console.log(`${outcome.padEnd(8)}${folder}/${name}${outcome === "good" ? "" : `: ${foreign ?? problems.join("; ")}`}`);
  }
}
console.log(`${counts.good} good, ${counts.foreign} of another API, ${counts.lost} lost`);
if (counts.lost > 0) process.exitCode = 1;
