import { GatewayError } from "../chat/error.ts";
import { type Operation, promptOperations } from "../chat/operation.ts";
import type { CallContext } from "./call-context.ts";
import { ChunkStage } from "./chunk-stage.ts";
import { GuardStage } from "./guard-stage.ts";
import type { Middleware } from "./middleware.ts";
import { type MonitoringOptions, MonitorStage } from "./monitor-stage.ts";
import type { OutputStage } from "./output-stage.ts";
import { requestGuardStep } from "./request-guard-step.ts";
import { routeSink } from "./route-sink.ts";

/** Makes one output stage for a call; undefined: this call needs none. */
export type StageFactory = (ctx: CallContext) => OutputStage | undefined;

/** Consecutive middleware that run in one loop, down to and including the next level-3 one. */
export interface Segment {
  /** Those with a hook before or after the model, in list order. */
  readonly entered: readonly Middleware[];
  /** The stages of the way out, in the order the reply meets them: innermost first. */
  readonly stages: readonly StageFactory[];
  /** The level-3 middleware the segment ends with; undefined in the last one. */
  readonly around: Middleware | undefined;
  /** Whether somebody here reads `ctx.response`. */
  readonly folds: boolean;
}

/** A pipeline compiled for one operation: flat arrays, decided once. */
export interface Plan {
  readonly admit: readonly Middleware[];
  readonly segments: readonly Segment[];
  /** Those with `onSettled`, innermost first. */
  readonly settled: readonly Middleware[];
  /** Those with `guardText`. */
  readonly guards: readonly Middleware[];
  /** Characters of a reply that are folded at the most (UTF-16 code units). */
  readonly maxFoldedBytes: number;
  /** The weakest guarantee of the output guardrails; empty without any. */
  readonly guarantee: string;
}

/** What every plan of a pipeline has in common. */
export interface CompileOptions extends MonitoringOptions {
  readonly maxFoldedBytes: number;
}

/** Sorts a list of middleware into a plan for one operation. */
export function compile(list: readonly Middleware[], operation: Operation, options: CompileOptions): Plan {
  const served = list.filter((middleware) => (middleware.operations ?? ["chat"]).includes(operation));
  const settled = served.filter((middleware) => middleware.onSettled !== undefined).reverse();
  const groups: Middleware[][] = [[]];
  for (const middleware of served) {
    groups.at(-1)?.push(middleware);
    if (middleware.aroundLlm !== undefined) groups.push([]);
  }
  const segments = groups.map((group, index): Segment => {
    const readers = index === 0 ? [...group, ...settled] : group;
    return {
      entered: enteredOf(group),
      stages: stagesOf(group, options),
      around: index < groups.length - 1 ? group.at(-1) : undefined,
      folds: readers.some(readsResponse),
    };
  });
  return {
    admit: served.filter((middleware) => middleware.admit !== undefined),
    segments,
    settled,
    guards: served.filter((middleware) => middleware.guardText !== undefined),
    maxFoldedBytes: options.maxFoldedBytes,
    guarantee: weakestGuarantee(served),
  };
}

function readsResponse(middleware: Middleware): boolean {
  if (middleware.afterLlm === undefined && middleware.onSettled === undefined) return false;
  return middleware.reads === undefined || middleware.reads === "response" || middleware.reads === "text";
}

/** Those with a hook before or after the model; a maximal run of `guardRequest` middleware with nothing between is one. */
function enteredOf(group: readonly Middleware[]): Middleware[] {
  const entered: Middleware[] = [];
  let run: Middleware[] = [];
  const closeRun = () => {
    if (run.length > 0) entered.push(requestGuardStep(run));
    run = [];
  };
  for (const middleware of group) {
    if (middleware.guardRequest !== undefined) {
      if (run[0]?.onError !== middleware.onError) closeRun();
      run.push(middleware);
    }
    if (middleware.beforeLlm === undefined && middleware.afterLlm === undefined) continue;
    closeRun();
    entered.push(middleware);
  }
  closeRun();
  return entered;
}

/** The output stages of a segment, innermost first. A maximal run of adjacent `guardText` middleware is one stage. */
function stagesOf(group: readonly Middleware[], options: MonitoringOptions): StageFactory[] {
  const stages: StageFactory[] = [];
  let guards: Middleware[] = [];
  const closeRun = () => {
    if (guards.length > 0) stages.push(guardStageOf(guards.reverse()));
    guards = [];
  };
  for (const middleware of [...group].reverse()) {
    if (middleware.guardText !== undefined) guards.push(middleware);
    if (middleware.processChunks !== undefined || middleware.onResponseUpdate !== undefined) {
      closeRun();
      if (middleware.processChunks !== undefined) stages.push(chunkStageOf(middleware));
      if (middleware.onResponseUpdate !== undefined) stages.push((ctx) => new MonitorStage(ctx, middleware, options));
    }
  }
  closeRun();
  return stages;
}

function chunkStageOf(middleware: Middleware): StageFactory {
  return (ctx) => {
    const processor = middleware.processChunks?.(ctx);
    return processor === undefined ? undefined : new ChunkStage(ctx, middleware, processor);
  };
}

function guardStageOf(run: readonly Middleware[]): StageFactory {
  const fallbackText = run.findLast((middleware) => middleware.fallbackText !== undefined)?.fallbackText; // the outermost one's
  const onTruncation = run.every((middleware) => middleware.onTruncation === "release") ? "release" : "drop";
  const options = { fallbackText, onTruncation } as const;
  return (ctx) => {
    const guards = run.flatMap((middleware) => {
      const guard = middleware.guardText?.(ctx);
      return guard === undefined ? [] : [{ name: middleware.name, guard }];
    });
    return guards.length === 0 ? undefined : new GuardStage(guards, routeSink(ctx), { ...options, choices: ctx.request.n ?? 1 });
  };
}

/** What a middleware promises about a reply's text; undefined when it does not judge it. */
export function guaranteeOf(middleware: Middleware): "exact" | "windowed" | "advisory" | undefined {
  if (middleware.guardText !== undefined) return "exact";
  if (middleware.onResponseUpdate !== undefined) return middleware.hold === true ? "windowed" : "advisory";
  return undefined;
}

function weakestGuarantee(list: readonly Middleware[]): string {
  const all = list.map(guaranteeOf);
  return (["advisory", "windowed", "exact"] as const).find((guarantee) => all.includes(guarantee)) ?? "";
}

/** Refuses what cannot work, with the reason. */
export function checkMiddleware(middleware: Middleware): void {
  const refuse = (reason: string): never => {
    throw new GatewayError("internal", `middleware ${middleware.name}: ${reason}`);
  };
  if (middleware.name === "") refuse("a middleware needs a name");
  const { operations: served = ["chat"], guardRequest } = middleware;
  const refuseOn = (hooks: readonly (keyof Middleware)[], others: readonly Operation[], where: string) => {
    const given = hooks.filter((hook) => middleware[hook]);
    if (given.length > 0 && others.length > 0) refuse(`${given.join(", ")} work on ${where} only, not on ${others.join(", ")}`);
  };
  const others = served.filter((operation) => operation !== "chat");
  refuseOn(["onResponseUpdate", "processChunks", "aroundLlm"], others, "chat");
  const unguarded = served.filter((operation) => !promptOperations.includes(operation));
  // Replies of other operations have no text: there the guard of requests is what a guard does.
  if (guardRequest === undefined) refuseOn(["guardText"], others, "chat");
  else refuseOn(["guardText", "guardRequest"], unguarded, promptOperations.join(", "));
  if (middleware.hold === true && middleware.onResponseUpdate === undefined) refuse("hold needs onResponseUpdate");
  if (middleware.onError === "skip" && (middleware.guardText !== undefined || middleware.hold === true)) {
    refuse("a guardrail that holds text cannot be skipped on error: what it has not passed would leave");
  }
}
