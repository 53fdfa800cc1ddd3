import { GatewayError, type Middleware } from "sluice";

/**
 * Level 1: watches the reply as it comes and ends the call when a phrase appears in it. It sees windows over the text, so a phrase
 * that is split over chunks is found too, as long as it fits into half a window. With `hold` nothing leaves before it was seen.
 */
export default ({ phrase = "lorem ipsum" }: { readonly phrase?: string } = {}): Middleware => ({
  name: "watchdog",
  hold: true,
  onResponseUpdate(ctx, reply) {
    if (reply.windows.some(({ text }) => text.includes(phrase))) {
      ctx.haltWithError(new GatewayError("guardrail_blocked", "the reply has a phrase that may not leave"));
    }
    return undefined;
  },
});
