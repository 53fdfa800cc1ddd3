import { FakeAnthropic } from "./fakes/anthropic.ts";
import { FakeBedrock, fakeApiKey, fakeIdentity, reasoned } from "./fakes/bedrock.ts";
import { chunk, FakeGemini } from "./fakes/gemini.ts";
import { FakeOpenAi, type OpenAiAnswer } from "./fakes/openai.ts";

/** A tool call that a model makes. */
export interface ScriptedCall {
  readonly id: string;
  readonly name: string;
  readonly args: object;
}

/** What a model says in a turn. */
export interface ScriptedTurn {
  readonly reasoning?: string;
  readonly text?: string;
  readonly calls?: readonly ScriptedCall[];
}

/** A vendor's strict fake, told what to say in one form for all. */
export interface ConversationVendor {
  /** Its provider in a configuration. */
  readonly provider: object;
  readonly model: string;
  /** Says these turns next. */
  says(turns: readonly ScriptedTurn[]): void;
  /** The bodies that it took, in order. */
  taken(): readonly unknown[];
  close(): Promise<void>;
}

/** Every vendor with a format of its own, by the provider's type. */
export const conversationVendors: Readonly<Record<string, () => Promise<ConversationVendor>>> = {
  openai,
  anthropic,
  gemini,
  bedrock,
};

async function openai(): Promise<ConversationVendor> {
  const answers: OpenAiAnswer[] = [];
  const fake = await FakeOpenAi.start(() => answers.shift() ?? { message: { content: "Nothing was scripted." } });
  return {
    provider: { type: "openai", apiKey: FakeOpenAi.key, baseUrl: fake.baseUrl },
    model: "gpt-5.5",
    says: (turns) =>
      void answers.push(
        ...turns.map(({ text, calls }) => ({
          message: {
            ...(text === undefined ? {} : { content: text }),
            ...(calls === undefined
              ? {}
              : {
                  tool_calls: calls.map(({ id, name, args }) => ({
                    id,
                    type: "function" as const,
                    function: { name, arguments: JSON.stringify(args) },
                  })),
                }),
          },
        })),
      ),
    taken: () => fake.taken,
    close: () => fake.close(),
  };
}

async function anthropic(): Promise<ConversationVendor> {
  const fake = await FakeAnthropic.start("sk-ant-fake");
  return {
    provider: { type: "anthropic", apiKey: "sk-ant-fake", baseUrl: `${fake.origin}/v1` },
    model: "claude-sonnet-4-5",
    says: (turns) =>
      fake.next(
        ...turns.map(({ reasoning, text, calls = [] }) => ({
          content: [
            ...(reasoning === undefined ? [] : [{ type: "thinking", thinking: reasoning }]),
            ...(text === undefined ? [] : [{ type: "text", text }]),
            ...calls.map(({ id, name, args }) => ({ type: "tool_use", id, name, input: args })),
          ],
        })),
      ),
    taken: () => fake.requests,
    close: () => fake.close(),
  };
}

async function gemini(): Promise<ConversationVendor> {
  const fake = await FakeGemini.start();
  return {
    provider: { type: "gemini", apiKey: FakeGemini.key, baseUrl: `${fake.origin}/v1beta` },
    model: "gemini-3-flash-preview",
    says: (turns) =>
      fake.next(
        ...turns.map(({ reasoning, text, calls = [] }, turn) => [
          chunk(
            [
              ...(reasoning === undefined ? [] : [{ text: reasoning, thought: true }]),
              ...(text === undefined ? [] : [{ text }]),
              ...calls.map(({ name, args }, at) => ({
                functionCall: { name, args },
                ...(at === 0 ? { thoughtSignature: Buffer.from(`turn ${turn}`).toString("base64") } : {}),
              })),
            ],
            { finishReason: "STOP" },
            { responseId: `reply${turn}` },
          ),
        ]),
      ),
    taken: () => fake.taken.map(({ body }) => body),
    close: () => fake.close(),
  };
}

async function bedrock(): Promise<ConversationVendor> {
  const fake = await FakeBedrock.start();
  return {
    provider: { type: "bedrock", region: fakeIdentity.region, apiKey: fakeApiKey, baseUrl: fake.origin },
    model: "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    says: (turns) =>
      fake.next(
        ...turns.map(({ reasoning, text, calls = [] }) => ({
          content: [
            ...(reasoning === undefined ? [] : [reasoned(reasoning)]),
            ...(text === undefined ? [] : [{ text }]),
            ...calls.map(({ id, name, args }) => ({ toolUse: { toolUseId: id, name, input: args } })),
          ],
        })),
      ),
    taken: () => fake.requests.map(({ body }) => body),
    close: () => fake.close(),
  };
}
