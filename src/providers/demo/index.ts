import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { closestName } from "../../chat/closest-name.ts";
import { GatewayError } from "../../chat/error.ts";
import { Fold } from "../../chat/fold.ts";
import type { Immutable } from "../../chat/immutable.ts";
import type { Clock } from "../../chat/ports/clock.ts";
import { type ChatStream, eventOf } from "../../chat/stream.ts";
import { streamOf } from "../../chat/stream-of.ts";
import { unfold } from "../../chat/unfold.ts";
import type { OfferedModel, Provider, UpstreamCall } from "../provider.ts";
import { DemoStream, type Pace } from "./demo-stream.ts";
import { embed } from "./embedding.ts";
import { replySteps } from "./reply.ts";
import { hashOf } from "./seeded.ts";
import { limitTo, type Speech, stopAt } from "./speech.ts";
import { countTokens } from "./tokens.ts";
import { cut, echo, json, pii, prose, reasoning, textOf, tool, type Voice } from "./voices.ts";

interface DemoModel {
  readonly voice: Voice;
  readonly pace: Pace;
}

const atOnce: Pace = { firstTokenMs: 0, tokenMs: 0 };
const fiftyPerSecond: Pace = { firstTokenMs: 0, tokenMs: 20 };

const models: ReadonlyMap<string, DemoModel> = new Map([
  ["echo", { voice: echo, pace: atOnce }],
  ["text", { voice: prose, pace: fiftyPerSecond }],
  ["burst", { voice: prose, pace: atOnce }],
  ["tool", { voice: tool, pace: atOnce }],
  ["json", { voice: json, pace: atOnce }],
  ["pii", { voice: pii, pace: atOnce }],
  [
    "error-429",
    {
      voice: fails(
        () => new GatewayError("upstream_rate_limited", "the demo upstream is rate limited, as asked", { retryAfterMs: 1000 }),
      ),
      pace: atOnce,
    },
  ],
  [
    "error-500",
    {
      voice: fails(() => new GatewayError("upstream_error", "the demo upstream answered with status 500, as asked")),
      pace: atOnce,
    },
  ],
  ["cut", { voice: cut, pace: atOnce }],
  ["slow", { voice: prose, pace: { firstTokenMs: 5000, tokenMs: 20 } }],
  ["reasoning", { voice: reasoning, pace: atOnce }],
  ["embedding", { voice: fails(() => notFor("embedding", "makes embeddings only")), pace: atOnce }],
]);

const offered: readonly OfferedModel[] = [...models.keys()].map((id) => ({ id, created: 0 }));

/**
 * The embedded demo provider: models that need no network, answer the same to the same request and `seed`, and cost nothing.
 * Usage counts the demo's own tokens (words and marks), in the prompt as in the reply. `name` is its name in the configuration.
 */
export function createDemoProvider(name: string, { clock }: { readonly clock: Clock }): Provider {
  return {
    name,
    models: () => offered,
    close: () => Promise.resolve(),
    async embed(call) {
      if (call.model === "embedding") return embed(call);
      throw models.has(call.model) ? notFor(call.model, "makes no embeddings") : unknownModel(call.model);
    },
    async countTokens({ model, request }) {
      if (!models.has(model)) throw unknownModel(model);
      return { tokens: promptTokens(request), method: "demo" };
    },
    async chat(call) {
      try {
        const stream = answer(call, clock);
        return call.streamed ? stream : await whole(stream);
      } catch (error) {
        const failure = GatewayError.from(error);
        call.lease.close(failure);
        throw failure;
      }
    },
  };
}

function answer(call: UpstreamCall, clock: Clock): ChatStream {
  const model = models.get(call.model);
  if (model === undefined) throw unknownModel(call.model);
  const request = call.request();
  const id = `chatcmpl-demo-${replyId(call.callId, request)}`;
  call.notes.upstreamModel = call.model;
  call.notes.upstreamRequestId = id;
  const head = { id, model: call.requestedModel, created: Math.floor(Date.now() / 1000), promptTokens: promptTokens(request) };
  const speeches = Array.from({ length: request.n ?? 1 }, (_, choice) => speech(model.voice, request, choice));
  return new DemoStream(replySteps(head, speeches), { pace: model.pace, clock, lease: call.lease });
}

/** What one choice says, within the request's limits. */
function speech(voice: Voice, request: Immutable<ChatCompletionRequest>, choice: number): Speech {
  const maxTokens = request.maxCompletionTokens ?? request.maxTokens;
  if (maxTokens === 0)
    throw new GatewayError("invalid_request", "the token limit must be at least 1", { param: "max_completion_tokens" });
  if (request.stop.length > 4) throw new GatewayError("invalid_request", "at most 4 stop sequences are taken", { param: "stop" });
  const spoken = voice({ request, maxTokens, seed: hashOf(`${request.seed ?? 0}:${choice}`) });
  const limited = maxTokens === undefined ? spoken : limitTo(spoken, maxTokens);
  return request.stop.length === 0 ? limited : stopAt(limited, request.stop);
}

/** An unstreamed reply: generated to its end at the model's pace, then one event. */
async function whole(stream: ChatStream): Promise<ChatStream> {
  const fold = new Fold();
  for await (const batch of stream) for (const event of batch) fold.add(event.chunk());
  return streamOf([unfold(fold.response()).map(eventOf)]);
}

/** The same for the same seeded request; the call's own without a seed. */
function replyId(callId: string, request: Immutable<ChatCompletionRequest>): string {
  const key = request.seed === undefined ? callId : `${request.seed}:${request.model}:${request.messages.map(textOf).join("\n")}`;
  return hashOf(key).toString(16).padStart(8, "0") + hashOf(`${key}.`).toString(16).padStart(8, "0");
}

function promptTokens(request: Immutable<ChatCompletionRequest>): number {
  return request.messages.reduce((sum, message) => sum + countTokens(textOf(message)), 0);
}

function notFor(name: string, what: string): GatewayError {
  return new GatewayError("invalid_request", `the demo model ${name} ${what}`, { param: "model" });
}

function unknownModel(name: string): GatewayError {
  const meant = closestName(name, models.keys());
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  return new GatewayError("model_not_found", `there is no demo model ${name.slice(0, 100)}${hint}`, { param: "model" });
}

function fails(error: () => GatewayError): Voice {
  return () => {
    throw error();
  };
}
