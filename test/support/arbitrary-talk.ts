import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import {
  type ChatCompletionResponse,
  ChatCompletionResponseSchema,
  FinishReason,
} from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";

const words = [
  "heron",
  "her",
  "he",
  "Project Heron",
  "project ",
  "lorem ipsum",
  "lorem ",
  "a",
  "straße ",
  "🙂🐦",
  "\n",
  '{"',
  '"}',
  "\\",
  "[1]",
  "```json\n",
  "<DENY_LIST_1>",
  "ada@example.com ",
  "sh1t ",
];
const fewWords = fc.array(fc.constantFrom(...words), { maxLength: 6 }).map((all) => all.join(""));

function messageOf(text: fc.Arbitrary<string>) {
  const toolCall = fc.oneof(
    fc.record({ type: fc.constant("function"), function: fc.record({ name: fc.constant("look"), arguments: text }) }),
    fc.record({ type: fc.constant("custom"), custom: fc.record({ name: fc.constant("say"), input: text }) }),
  );
  const annotation = text.map((title) => ({
    type: "url_citation",
    urlCitation: { startIndex: 1, endIndex: 2, url: "https://a.example/", title },
  }));
  return fc.record(
    {
      role: fc.constant(Role.ASSISTANT),
      reasoning: text,
      content: text,
      refusal: text,
      toolCalls: fc.array(toolCall, { maxLength: 2 }).map((calls) => calls.map((call, at) => ({ ...call, id: `call_${at}` }))),
      annotations: fc.array(annotation, { maxLength: 1 }),
      unknownFieldsJson: fc.constant('{"vendor_note":[1,{"a":null}]}'),
    },
    { requiredKeys: ["role", "toolCalls", "annotations"], noNullPrototype: true },
  );
}

const finishReason = fc.constantFrom(FinishReason.STOP, FinishReason.STOP, FinishReason.LENGTH, FinishReason.TOOL_CALLS);
const usage = fc.record({ promptTokens: fc.nat(999), completionTokens: fc.nat(999), totalTokens: fc.nat(999) });

/** A whole reply such as a model gives, one to three choices that say such texts. */
export function arbitraryTalkOf(text: fc.Arbitrary<string>): fc.Arbitrary<ChatCompletionResponse> {
  const choice = fc.record({ message: messageOf(text), finishReason });
  return fc
    .record(
      {
        id: fc.constant("chatcmpl-1"),
        created: fc.nat(2 ** 31),
        model: fc.constant("theirs"),
        systemFingerprint: fc.constant("fp_1"),
        choices: fc.array(choice, { minLength: 1, maxLength: 3 }),
        usage,
      },
      { requiredKeys: ["id", "created", "model", "choices"], noNullPrototype: true },
    )
    .map(({ choices, ...rest }) =>
      create(ChatCompletionResponseSchema, { ...rest, choices: choices.map((each, index) => ({ ...each, index })) }),
    );
}

/** Such a reply made of few words, so that what guards look for is met whole, in part, in a row and in every text. */
export const arbitraryTalk: fc.Arbitrary<ChatCompletionResponse> = arbitraryTalkOf(fewWords);
