import { create } from "@bufbuild/protobuf";
import { GatewayEventSchema } from "#gen/sluice/chat/v1/gateway_event_pb";
import type { RequestContext } from "./context.ts";
import type { GuardSink } from "./guard-sink.ts";

/** Writes what a guard stage reports into the call's route; verdicts are told as they fall, too. */
export function routeSink(ctx: Pick<RequestContext, "route" | "notify">): GuardSink {
  const { route } = ctx;
  return {
    addVerdict(verdict) {
      route.verdicts.push(verdict);
      route.entities[verdict.entity] = (route.entities[verdict.entity] ?? 0) + 1;
      ctx.notify(create(GatewayEventSchema, { event: { case: "verdict", value: verdict } }));
    },
    addDroppedField(path) {
      if (!route.droppedFields.includes(path)) route.droppedFields.push(path);
    },
    held(characters) {
      route.heldCharacters = Math.max(route.heldCharacters, characters);
    },
    withheld(characters) {
      route.withheldCharacters += characters;
    },
  };
}
