import { GatewayError } from "../chat/error.ts";
import { isPromise, type MaybePromise } from "../chat/maybe-promise.ts";
import { type Operation, operations } from "../chat/operation.ts";
import { type CallObserver, unobserved } from "../chat/ports/call-observer.ts";
import type { Admitted, Calls } from "../chat/ports/calls.ts";
import type { Clock } from "../chat/ports/clock.ts";
import type { Log } from "../chat/ports/log.ts";
import { noPrices, type Prices } from "../chat/ports/prices.ts";
import type { RequestHead } from "../chat/request-head.ts";
import { Call, type CallHandlers } from "./call.ts";
import { type CompileOptions, compile, type Plan } from "./compile.ts";
import { describePipeline, pipelineWarnings } from "./describe.ts";
import type { Middleware } from "./middleware.ts";
import { middlewareFailure } from "./middleware-failure.ts";

/** What a pipeline is bound to before it can run calls. */
export interface Bindings extends CallHandlers {
  readonly log: Log;
  readonly clock: Clock;
  /** Is told of every call. Default nobody is. */
  readonly observer?: CallObserver | undefined;
  /** What models cost. Default nobody knows. */
  readonly prices?: Prices | undefined;
}

/** A built pipeline: a list of middleware compiled for every operation. Immutable; many may run at once. */
export class Pipeline {
  readonly #list: readonly Middleware[];
  readonly #options: CompileOptions;
  readonly #plans: ReadonlyMap<Operation, Plan>;

  constructor(list: readonly Middleware[], options: CompileOptions) {
    this.#list = list;
    this.#options = options;
    this.#plans = new Map(operations.map((operation) => [operation, compile(list, operation, options)]));
  }

  /** The pipeline in words, a line per stage: level, guarantee, operations, what it holds. */
  describe(): string {
    return describePipeline(this.#list, this.#options);
  }

  /** What is allowed but probably not meant, a sentence each. */
  get warnings(): readonly string[] {
    return pipelineWarnings(this.#list);
  }

  /** The pipeline as protocols call it. */
  bind(bindings: Bindings): Calls {
    return { admit: (head) => this.#admit(head, bindings) };
  }

  #admit(head: RequestHead, bindings: Bindings): MaybePromise<Admitted> {
    const plan = this.#plans.get(head.operation);
    if (plan === undefined) throw new GatewayError("not_found", `there is no operation ${head.operation}`);
    const { log, clock, observer = unobserved, prices = noPrices } = bindings;
    const call = new Call(plan, bindings, { head, log, clock, prices }, observer.began(head));
    return this.#runAdmit(plan, 0, head, call, log);
  }

  #runAdmit(plan: Plan, from: number, head: RequestHead, call: Call, log: Log): MaybePromise<Admitted> {
    for (let i = from; i < plan.admit.length; i++) {
      const middleware = plan.admit[i] as Middleware; // i is within bounds
      try {
        const pending = middleware.admit?.(head);
        if (isPromise(pending)) {
          return pending.then(
            () => this.#runAdmit(plan, i + 1, head, call, log),
            (error: unknown) => {
              refuse(middleware, error, call, log);
              return this.#runAdmit(plan, i + 1, head, call, log);
            },
          );
        }
      } catch (error) {
        refuse(middleware, error, call, log);
      }
    }
    return call;
  }
}

/** Ends a call that an `admit` hook refused. Returns only when the hook is to be skipped. */
function refuse(middleware: Middleware, error: unknown, call: Call, log: Log): void {
  const failure = middlewareFailure(middleware, "admit", error, log);
  if (failure === undefined) return;
  call.close(failure);
  throw failure;
}
