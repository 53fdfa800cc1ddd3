import { create } from "@bufbuild/protobuf";
import { z } from "zod";
import { type Choice, ChoiceSchema, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { GatewayEventSchema } from "#gen/sluice/chat/v1/gateway_event_pb";
import { GatewayError } from "../chat/error.ts";
import type { Immutable } from "../chat/immutable.ts";
import type { RequestContext } from "../pipeline/context.ts";
import type { Middleware } from "../pipeline/middleware.ts";

const everyCheck = ["empty", "truncated", "json"] as const;

/** Options of {@link responseValidator}. */
export const responseValidatorOptions = z.strictObject({
  action: z.enum(["annotate", "fail"]).default("annotate").describe("Tell the client in a notice, or fail the call."),
  checks: z
    .array(z.enum(everyCheck))
    .default([...everyCheck])
    .describe("What is looked for. Default everything."),
});

/** What is wrong with a reply: a word for programs and a sentence for people. */
interface Defect {
  readonly code: string;
  readonly message: string;
}

/**
 * Looks at the end of a reply for choices that are empty, that were cut at the token limit, or that are not the JSON which the
 * request asked for. `annotate` adds a notice per defective choice; `fail` ends the call with `upstream_error` (another try may
 * give a better reply): a streamed reply has left by then and ends with the error.
 * @example builder.use(responseValidator({ action: "fail", checks: ["empty"] }))
 */
export function responseValidator(options: z.input<typeof responseValidatorOptions> = {}): Middleware {
  const { action, checks } = responseValidatorOptions.parse(options);
  const looksFor = new Set(checks);

  function defectOf(choice: Immutable<Choice>, ctx: RequestContext): Defect | undefined {
    if (choice.finishReason === FinishReason.CONTENT_FILTER) return undefined; // withheld on purpose
    if (looksFor.has("empty") && isEmpty(choice)) return empty;
    if (looksFor.has("truncated") && choice.finishReason === FinishReason.LENGTH) return truncated;
    const text = choice.message?.content ?? "";
    return looksFor.has("json") && text !== "" && !ctx.responseTruncated && wantsJson(ctx) ? jsonDefectOf(text) : undefined;
  }

  return {
    name: "responseValidator",
    reads: "response",
    afterLlm(ctx) {
      if (ctx.error !== undefined || ctx.response === undefined) return undefined;
      const { choices } = ctx.response;
      for (const choice of choices.length > 0 ? choices : [nothing]) {
        const defect = defectOf(choice, ctx);
        if (defect === undefined) continue;
        if (action === "fail") throw new GatewayError("upstream_error", defect.message);
        ctx.notify(
          create(GatewayEventSchema, { event: { case: "notice", value: { middleware: "responseValidator", ...defect } } }),
        );
      }
      return undefined;
    },
  };
}

const nothing = create(ChoiceSchema);
const empty: Defect = { code: "empty", message: "the model's reply was empty" };
const truncated: Defect = { code: "truncated", message: "the model's reply was cut at the token limit" };
const unclosedFence: Defect = { code: "unclosed_code_fence", message: "the model's reply has a code fence that is not closed" };
const unbalanced: Defect = { code: "unbalanced_json", message: "the model's reply has JSON that is not closed" };
const invalid: Defect = { code: "invalid_json", message: "the model's reply is not JSON" };

function isEmpty({ message }: Immutable<Choice>): boolean {
  if (message === undefined) return true;
  const { audio, content, functionCall, refusal, toolCalls } = message;
  return (
    (content ?? "").trim() === "" &&
    (refusal ?? "") === "" &&
    toolCalls.length === 0 &&
    functionCall === undefined &&
    audio === undefined
  );
}

function wantsJson(ctx: RequestContext): boolean {
  const type = ctx.request.responseFormat?.type;
  return type === "json_object" || type === "json_schema";
}

/** Why a text is not JSON, the likeliest cause first; undefined when it is. */
function jsonDefectOf(text: string): Defect | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    if ((text.match(/^\s*```/gm) ?? []).length % 2 === 1) return unclosedFence;
    return isBalanced(text) ? invalid : unbalanced;
  }
}

/** Whether every bracket and every string is closed. */
function isBalanced(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') inString = !inString;
    else if (inString) i += character === "\\" ? 1 : 0;
    else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
  }
  return depth === 0 && !inString;
}
