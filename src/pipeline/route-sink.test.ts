import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type GatewayEvent, GuardVerdictSchema } from "#gen/sluice/chat/v1/gateway_event_pb";
import { RouteInfoSchema } from "#gen/sluice/chat/v1/route_info_pb";
import { routeSink } from "./route-sink.ts";

describe("routeSink", () => {
  it("keeps verdicts in order, each dropped field once, the most that was held and the sum of what was withheld", () => {
    const route = create(RouteInfoSchema);
    const events: GatewayEvent[] = [];
    const ctx = { route, notify: (event: GatewayEvent) => void events.push(event) };
    const sinks = [routeSink(ctx), routeSink(ctx)]; // one per guard stage
    for (const sink of sinks) {
      sink.addVerdict(create(GuardVerdictSchema, { start: 1, end: 2 }));
      sink.addDroppedField("id");
      sink.held(7);
      sink.held(3);
      sink.withheld(5);
    }
    expect(route.verdicts.map(({ start, end }) => [start, end])).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(events.map(({ event }) => event.value)).toEqual(route.verdicts);
    expect(route).toMatchObject({ droppedFields: ["id"], heldCharacters: 7, withheldCharacters: 10 });
  });
});
