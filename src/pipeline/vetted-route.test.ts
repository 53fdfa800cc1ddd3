import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { RouteInfoSchema } from "#gen/sluice/chat/v1/route_info_pb";
import type { GuardAction } from "../chat/guard.ts";
import { literalGuard } from "../guard/literal-guard.ts";
import type { RequestContext } from "./context.ts";
import type { Middleware } from "./middleware.ts";
import { VettedRoute } from "./vetted-route.ts";

const guard = (action: GuardAction): Middleware => ({ name: "guard", guardText: literalGuard({ literals: ["heron"], action }) });
const failing: Middleware = {
  name: "failing",
  guardText() {
    throw new Error("no");
  },
};

function vetted(model: string, ...guards: readonly Middleware[]) {
  const route = create(RouteInfoSchema, { provider: "up", model, upstreamRequestId: "id-1" });
  const ctx: Partial<RequestContext> = { route, notify: () => undefined };
  return { route, vetted: new VettedRoute(ctx as RequestContext, guards) }; // all that it looks at
}

describe("a vetted route", () => {
  it.each<[string, string, readonly Middleware[], string, readonly string[]]>([
    ["as it is without guards", "heron-1", [], "heron-1", []],
    ["as it is with nothing found", "model-1", [guard("block")], "model-1", []],
    ["as it is with something to be watched only", "heron-1", [guard("monitor")], "heron-1", []],
    ["as it is when the call needs no guard", "heron-1", [{ name: "none" }], "heron-1", []],
    ["without a model to be blocked", "heron-1", [guard("block")], "", ["route.model"]],
    ["without a model to be redacted", "a heron", [{ name: "none" }, guard("redact")], "", ["route.model"]],
  ])("is %s", (_, model, guards, shown, droppedFields) => {
    expect(vetted(model, ...guards).vetted.get()).toMatchObject({ model: shown, upstreamRequestId: "id-1", droppedFields });
  });

  it("is without what a guard fails on", () => {
    expect(vetted("model-1", failing).vetted.get()).toMatchObject({ provider: "up", model: "", upstreamRequestId: "" });
  });

  it("is looked at again when an upstream says more, and each finding is told once", () => {
    const { route, vetted: late } = vetted("model-1", guard("block"));
    expect(late.get().model).toBe("model-1");
    route.model = "heron-1";
    route.upstreamRequestId = "heron";
    late.get();
    expect(late.get()).toMatchObject({ model: "", upstreamRequestId: "" });
    expect(route.droppedFields).toEqual(["route.model", "route.upstream_request_id"]);
    expect(route.verdicts.map(({ channel, start, end }) => [channel, start, end])).toEqual([
      ["route.model", 0, 5],
      ["route.upstream_request_id", 0, 5],
    ]);
  });
});
