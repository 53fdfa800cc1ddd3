import { isPromise } from "../chat/maybe-promise.ts";
import type { RequestContext } from "../pipeline/context.ts";
import type { Middleware } from "../pipeline/middleware.ts";

/** Middleware that behave as before and are watched, and what was wrong with the order in which they were called. */
export interface WatchedOrder {
  readonly middleware: readonly Middleware[];
  /** Breaks of the onion's order so far, a sentence each. */
  breaks(): readonly string[];
}

/**
 * Watches the hooks of middleware during one call: per context, `afterLlm` must run once, for exactly the entered, in reverse order,
 * and no hook of the way out may run after it; the outermost is let out when everybody is, whatever attempt they are in.
 */
export function watchOrder(list: readonly Middleware[]): WatchedOrder {
  const found: string[] = [];
  const entered = new Map<RequestContext, string[]>();
  const left = new Map<RequestContext, string[]>();
  const names = list.map((middleware, index) => `${index}:${middleware.name}`);

  const missing = () => [...entered].flatMap(([ctx, who]) => who.filter((name) => !left.get(ctx)?.includes(name)));

  const middleware = list.map((original, index): Middleware => {
    const name = names[index] ?? original.name;
    const late = (ctx: RequestContext, hook: string) => {
      if (left.get(ctx)?.includes(name)) found.push(`${hook} of ${name} ran after its afterLlm`);
    };
    const watched: Middleware = Object.create(original);
    watched.beforeLlm = (ctx) => {
      entered.set(ctx, [...(entered.get(ctx) ?? []), name]);
      return original.beforeLlm?.(ctx);
    };
    watched.afterLlm = (ctx) => {
      const before = left.get(ctx) ?? [];
      if (before.includes(name)) found.push(`afterLlm of ${name} ran twice`);
      if (!entered.get(ctx)?.includes(name)) found.push(`afterLlm of ${name} ran without its beforeLlm`);
      if (name === entered.values().next().value?.[0]) {
        for (const inside of missing()) if (inside !== name) found.push(`afterLlm of ${name} ran before that of ${inside}`);
      }
      const last = before.at(-1);
      if (last !== undefined && names.indexOf(last) < names.indexOf(name))
        found.push(`afterLlm of ${name} ran after that of ${last}, which is outside it`);
      left.set(ctx, [...before, name]);
      return original.afterLlm?.(ctx);
    };
    const { onResponseUpdate, processChunks } = original;
    if (onResponseUpdate !== undefined) {
      watched.onResponseUpdate = (ctx, reply) => {
        late(ctx, "onResponseUpdate");
        return onResponseUpdate.call(original, ctx, reply);
      };
    }
    if (processChunks !== undefined) {
      watched.processChunks = (ctx) => {
        const processor = processChunks.call(original, ctx);
        return {
          chunk(chunk) {
            late(ctx, "processChunks");
            const result = processor.chunk(chunk);
            return isPromise(result) ? result.then((value) => value) : result;
          },
          flush: () => processor.flush?.(),
        };
      };
    }
    return watched;
  });

  return {
    middleware,
    breaks: () => [...found, ...missing().map((name) => `afterLlm of ${name} never ran`)],
  };
}
