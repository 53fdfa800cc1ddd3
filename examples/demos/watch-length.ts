import { GatewayError, type Middleware } from "sluice";

/** Level 1: logs how long the reply has become, every few chunks, and halts it when it is longer than `most` characters. */
export default ({ most }: { readonly most: number }): Middleware => ({
  name: "watchLength",
  onResponseUpdate(ctx, reply) {
    const characters = reply.windows.reduce((sum, { length }) => sum + length, 0);
    ctx.log.info({ characters }, "watched");
    if (characters > most)
      ctx.haltWithError(new GatewayError("guardrail_blocked", `the reply is longer than ${most} characters`));
    return undefined;
  },
});
