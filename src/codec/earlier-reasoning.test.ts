import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ChatMessageSchema, Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { earlierReasoning } from "./earlier-reasoning.ts";

type Blocks = MessageInitShape<typeof ChatMessageSchema>["reasoningBlocks"];

const textsOf = (reasoning: string | undefined, reasoningBlocks: Blocks) => {
  const role = Role.ASSISTANT;
  const message = create(ChatMessageSchema, {
    role,
    ...(reasoning === undefined ? {} : { reasoning }),
    reasoningBlocks: reasoningBlocks ?? [],
  });
  return earlierReasoning(message, "gemini")?.map(({ text }) => text);
};

describe("earlierReasoning", () => {
  it.each<[string, string | undefined, Blocks, string[] | undefined]>([
    ["no blocks and no text", undefined, [], []],
    ["text by its blocks", "Hm. So.", [{ length: 4 }, { length: 3, signature: "s", vendor: "gemini" }], ["Hm. ", "So."]],
    ["lengths in UTF-16 units", "a👀b", [{ length: 3 }, { length: 1 }], ["a👀", "b"]],
    ["hidden blocks", undefined, [{ length: 0, redactedData: "x" }], [""]],
    ["a text that has grown", "Hm.", [{ length: 2 }], undefined],
    ["a text that has shrunk", "H", [{ length: 2 }], undefined],
    ["text without blocks", "Hm", [], undefined],
    ["another vendor's", "Hm", [{ length: 2, signature: "s", vendor: "anthropic" }], undefined],
    ["another's among them", "Hm", [{ length: 2 }, { length: 0, redactedData: "x", vendor: "anthropic" }], undefined],
  ])("gives %s", (_, reasoning, blocks, texts) => {
    expect(textsOf(reasoning, blocks)).toEqual(texts);
  });
});
