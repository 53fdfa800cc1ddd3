import type { JsonValue } from "@bufbuild/protobuf";
import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { type ChatMessage, Role } from "#gen/sluice/chat/v1/chat_message_pb";
import type { Tool } from "#gen/sluice/chat/v1/tool_pb";
import { GatewayError } from "../../chat/error.ts";
import type { Immutable } from "../../chat/immutable.ts";
import { proseOf } from "./prose.ts";
import { schemaInstance } from "./schema-instance.ts";
import { hashOf } from "./seeded.ts";
import { type Speech, say } from "./speech.ts";
import { countTokens } from "./tokens.ts";
import { chooseTool, toolName } from "./tool-choice.ts";

/** What a demo model is asked for in one choice. */
export interface Ask {
  readonly request: Immutable<ChatCompletionRequest>;
  /** The same for the same request seed and choice. */
  readonly seed: number;
  /** The token limit of the request. */
  readonly maxTokens: number | undefined;
}

/**
 * What a demo model says. Refuses before it returns; the speech may fail on the way.
 * @throws GatewayError
 */
export type Voice = (ask: Ask) => Speech;

/** The last user message back. */
export const echo: Voice = ({ request }) => speak(textOf(request.messages.findLast((message) => message.role === Role.USER)));

/** Prose: as many tokens as the request allows, else the sentences that fill some sixty. */
export function* prose({ seed, maxTokens }: Ask): Speech {
  let tokens = 0;
  for (const sentence of proseOf(seed)) {
    yield* say(sentence);
    tokens += countTokens(sentence);
    if (maxTokens === undefined && tokens >= 60) break;
  }
  return FinishReason.STOP;
}

/** A call of the first tool that may be called; prose once there is a tool's result. */
export const tool: Voice = (ask) => {
  const { messages } = ask.request;
  const chosen = chooseTool(ask.request);
  if (messages.some((message) => message.role === Role.TOOL || message.role === Role.FUNCTION)) {
    return speak("The tool has answered, and this is what a model would make of it.");
  }
  return chosen === undefined ? speak("There is no tool to call, so this is plain text.") : callOf(chosen, ask.seed);
};

/** An instance of the JSON Schema in `response_format`; some object when there is none. */
export const json: Voice = ({ request }) => {
  const schema = request.responseFormat?.jsonSchema;
  if (request.responseFormat?.type !== "json_schema" || schema === undefined) return speak('{"answer":"demo"}');
  const parsed = schema.schemaJson === undefined ? (schema.schema ?? true) : parseSchema(schema.schemaJson, "response_format");
  return speak(JSON.stringify(schemaInstance(parsed)));
};

/** Made-up personal data: reserved names and numbers (RFC 2606, 555-01xx), test cards, a sample IBAN. */
export const pii: Voice = () =>
  speak(
    "Ada Example lives at 12 Harbour Lane, Springfield. Write to ada.example@example.com or call +1 202-555-0143. " +
      "She pays by card 4111 1111 1111 1111 or 5555-5555-5555-4444, expiring 12/30, or from the account DE89 3704 0044 0532 0130 00. " +
      "Her social security number is 078-05-1120, she was born on 1985-12-10, and she last signed in from 192.0.2.44.",
  );

/** Some text, and then the upstream dies. */
export function* cut({ seed }: Ask): Speech {
  const [sentence, next] = proseOf(seed).take(2);
  yield* say(`${sentence}${next}`);
  throw new GatewayError("upstream_interrupted", "the demo upstream died in mid-reply, as asked");
}

/** Reasoning (none with the effort `none`), then the answer. */
export function* reasoning({ request, seed }: Ask): Speech {
  if (request.reasoningEffort !== "none") {
    yield* say("The question is short. First look at what is asked, then at what is known, then answer.", "reasoning");
  }
  const [sentence] = proseOf(seed).take(1);
  yield* say(sentence ?? "");
  return FinishReason.STOP;
}

/** The text of a message, its text parts joined. */
export function textOf(message: Immutable<ChatMessage> | undefined): string {
  if (message === undefined) return "";
  return (
    message.content ??
    message.parts.map(({ part }) => (part.case === "text" || part.case === "refusal" ? part.value : "")).join("")
  );
}

function* speak(text: string): Speech {
  yield* say(text);
  return FinishReason.STOP;
}

function callOf(chosen: Immutable<Tool>, seed: number): Speech {
  const type = chosen.custom === undefined ? "function" : "custom";
  const head = { kind: "call", type, id: `call_demo_${hashOf(`${seed}`).toString(16)}`, name: toolName(chosen) } as const;
  const text = type === "custom" ? "demo" : JSON.stringify(argumentsFor(chosen));
  return (function* () {
    yield head;
    yield* say(text, type === "custom" ? "input" : "arguments");
    return FinishReason.TOOL_CALLS;
  })();
}

function argumentsFor(chosen: Immutable<Tool>): JsonValue {
  const { parametersJson, parameters } = chosen.function ?? {};
  if (parametersJson !== undefined) return schemaInstance(parseSchema(parametersJson, "tools"));
  return parameters === undefined ? {} : schemaInstance(parameters);
}

function parseSchema(text: string, param: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GatewayError("invalid_request", `a JSON Schema in ${param} is not JSON`, { param, cause });
  }
}
