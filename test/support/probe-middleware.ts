import { create } from "@bufbuild/protobuf";
import { GatewayEventSchema } from "#gen/sluice/chat/v1/gateway_event_pb";
import { GatewayError } from "../../src/chat/error.ts";
import type { RequestContext } from "../../src/pipeline/context.ts";
import type { Middleware } from "../../src/pipeline/middleware.ts";

/** What a probe does besides logging. */
interface ProbeOptions {
  readonly name: string;
  /** Where it throws. Default nowhere. */
  readonly throws?: "beforeLlm" | "afterLlm";
}

/** What a probe logs of each of its hooks. */
export interface Probed {
  readonly call: string;
  readonly probe: string;
  readonly hook: "beforeLlm" | "afterLlm" | "onSettled";
  /** What the call, or the attempt, has failed with. */
  readonly error: string | undefined;
  /** The first choice's content, as far as the call has said it. */
  readonly content: string;
  /** Whether everything that the call holds has been let go. */
  readonly released: boolean;
}

/** A middleware that logs what happens to it, and tells the client, in `afterLlm`, that it was let out. */
export default ({ name, throws }: ProbeOptions): Middleware => {
  const note = (hook: Probed["hook"], ctx: RequestContext): undefined => {
    const content = ctx.response?.choices[0]?.message?.content ?? "";
    const line: Probed = { call: ctx.callId, probe: name, hook, error: ctx.error?.code, content, released: ctx.lease.closed };
    ctx.log.info(line, "probe");
    if (throws === hook) throw new GatewayError("permission_denied", `${name} says no`);
  };
  return {
    name,
    beforeLlm: (ctx) => note("beforeLlm", ctx),
    afterLlm(ctx) {
      ctx.notify(create(GatewayEventSchema, { event: { case: "notice", value: { middleware: name, code: "let_out" } } }));
      return note("afterLlm", ctx);
    },
    onSettled: (ctx) => note("onSettled", ctx),
  };
};
