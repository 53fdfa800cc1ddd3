import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import type { GatewayError } from "../chat/error.ts";
import type { Immutable } from "../chat/immutable.ts";
import type { CallObserver, ObservedCall } from "../chat/ports/call-observer.ts";
import type { RequestHead } from "../chat/request-head.ts";
import { GuardMetrics } from "./guard-metrics.ts";
import { Histogram } from "./histogram.ts";
import type { Instruments } from "./instruments.ts";
import { ModelLabels } from "./model-labels.ts";
import { Series } from "./series.ts";

// Upper bounds, in seconds. A call may be an answer without a model or ten minutes of reasoning; a chunk may come with the next read.
const durationBounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600];
const firstBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60];
const betweenBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The model label of a call that asks for none, or ended before its request was there. */
const noModel = "none";

/** What is kept of all calls. */
class CallFigures {
  readonly inFlight = new Series(["protocol", "operation"], () => ({ value: 0 }));
  readonly calls = new Series(["protocol", "operation", "model", "outcome"], () => ({ value: 0 }));
  readonly durations = new Series(["operation", "model", "outcome"], () => new Histogram(durationBounds));
  readonly replies = new Series(["model"], () => new ReplyFigures());
  readonly models: ModelLabels;
  readonly guards: GuardMetrics;

  constructor(maxModels: number, guards: GuardMetrics) {
    this.models = new ModelLabels(maxModels);
    this.guards = guards;
  }
}

/** What is kept of the replies of one model. */
class ReplyFigures {
  readonly first = new Histogram(firstBounds);
  readonly between = new Histogram(betweenBounds);
  readonly tokens = { prompt: 0, completion: 0 };
}

/** Measures calls: how many there are, how they end, how long they take, their tokens. */
export class CallMetrics implements CallObserver {
  readonly #figures: CallFigures;

  /** `maxModels`: how many models get a label of their own, in the order they are asked for. */
  constructor(instruments: Instruments, { maxModels = 100 }: { readonly maxModels?: number } = {}) {
    const figures = new CallFigures(maxModels, new GuardMetrics(instruments));
    this.#figures = figures;
    const { calls, inFlight, durations, replies } = figures;
    instruments.counter("sluice_calls_total", "Calls that are over, by their outcome: ok or the error's code.", () =>
      calls.read(({ value }) => value),
    );
    instruments.gauge("sluice_calls_in_flight", "Calls that run now.", () => inFlight.read(({ value }) => value));
    instruments.histogram("sluice_call_duration_seconds", "From the head of a call to the end of its reply.", () =>
      durations.read((duration) => duration),
    );
    instruments.histogram(
      "sluice_time_to_first_token_seconds",
      "Streams: from the head of a call to the first part of its reply.",
      () => replies.read(({ first }) => first),
    );
    instruments.histogram(
      "sluice_time_between_chunks_seconds",
      "Streams: from a part of a reply to the next, a part being what one read from the upstream gave.",
      () => replies.read(({ between }) => between),
    );
    instruments.counter("sluice_tokens_total", "Tokens of prompts and completions, as the upstreams tell them.", () =>
      replies
        .read(({ tokens }) => tokens)
        .flatMap(([labels, tokens]) => Object.entries(tokens).map(([type, count]) => [{ ...labels, type }, count] as const)),
    );
  }

  /** Says which models are offered from now on: only those are told apart. */
  offer(models: Iterable<string>): void {
    this.#figures.models.offer(models);
  }

  began(head: RequestHead): ObservedCall {
    return new MeasuredCall(this.#figures, head);
  }
}

/** One call's way through the figures. */
class MeasuredCall implements ObservedCall {
  readonly #figures: CallFigures;
  readonly #head: RequestHead;
  readonly #inFlight: { value: number };
  #model = noModel;
  #reply: ReplyFigures | undefined;
  #streamed = false;
  #deliveredAt: number | undefined;

  constructor(figures: CallFigures, head: RequestHead) {
    this.#figures = figures;
    this.#head = head;
    this.#inFlight = figures.inFlight.at(head.protocol, head.operation);
    this.#inFlight.value += 1;
  }

  asked(model: string, streamed: boolean): void {
    this.#model = this.#figures.models.of(model);
    this.#reply = this.#figures.replies.at(this.#model);
    this.#streamed = streamed;
  }

  delivered(at: number): void {
    if (this.#reply === undefined || !this.#streamed) return;
    if (this.#deliveredAt === undefined) this.#reply.first.record((at - this.#head.startedAt) / 1000);
    else this.#reply.between.record((at - this.#deliveredAt) / 1000);
    this.#deliveredAt = at;
  }

  ended(usage: Immutable<Usage> | undefined, error: GatewayError | undefined, route: Immutable<RouteInfo> | undefined): void {
    if (route !== undefined) this.#figures.guards.record(route);
    const { protocol, operation, startedAt } = this.#head;
    const outcome = error?.code ?? "ok";
    this.#inFlight.value -= 1;
    this.#figures.calls.at(protocol, operation, this.#model, outcome).value += 1;
    this.#figures.durations.at(operation, this.#model, outcome).record((performance.now() - startedAt) / 1000);
    if (usage === undefined || this.#reply === undefined) return;
    this.#reply.tokens.prompt += usage.promptTokens;
    this.#reply.tokens.completion += usage.completionTokens;
  }
}
