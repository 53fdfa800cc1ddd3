import { GatewayError } from "../../src/chat/error.ts";
import { type ChannelKey, channels, type GuardStep } from "../../src/chat/guard.ts";
import type { RequestContext } from "../../src/pipeline/context.ts";
import type { Middleware } from "../../src/pipeline/middleware.ts";

/**
 * Breaks a call at the step that its user names: `fault 3`: a guard throws when it is asked for the third time; `halt 3`: the call
 * ends at the third chunk, as one does whose budget is used up.
 */
export default (): Middleware => ({
  name: "breaker",
  guardText(ctx) {
    const step = stepOf(ctx, "fault");
    if (step === undefined) return undefined;
    const lengths = new Map<ChannelKey, number>();
    let asked = 0;
    const answer = (key: ChannelKey, more: number): GuardStep => {
      if (++asked === step) throw new Error("a guard's fault");
      const safeTo = (lengths.get(key) ?? 0) + more;
      lengths.set(key, safeTo);
      return { spans: [], safeTo };
    };
    return { channels, feed: (key, text) => answer(key, text.length), finish: (key) => answer(key, 0) };
  },
  processChunks(ctx) {
    const step = stepOf(ctx, "halt");
    let chunks = 0;
    return {
      chunk() {
        if (++chunks === step) throw new GatewayError("budget_exceeded", "the budget is used up");
        return undefined;
      },
    };
  },
});

function stepOf(ctx: RequestContext, how: string): number | undefined {
  const [word, step] = (ctx.request.messages[0]?.content ?? "").split(" ");
  return word === how ? Number(step) : undefined;
}
