import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { RouteInfoSchema } from "#gen/sluice/chat/v1/route_info_pb";
import { GuardMetrics } from "./guard-metrics.ts";
import { Instruments } from "./instruments.ts";

it("tells findings apart by what the configuration names, and not by what somebody's own guard makes up", () => {
  const instruments = new Instruments();
  const metrics = new GuardMetrics(instruments);
  const record = (entity: string, channel = "content") =>
    metrics.record(
      create(RouteInfoSchema, { verdicts: [{ middleware: "pii", entity, action: "mask", channel }], withheldCharacters: 3 }),
    );
  record("URL");
  record("URL", "request.messages[7].content");
  for (let i = 0; i < 300; i++) record(`E_${i}`);
  record("URL");
  const all = new Map([...instruments.all()].map((instrument) => [instrument.name, [...instrument.read()]]));
  const found = all.get("sluice_guard_findings_total") ?? [];
  expect(found).toHaveLength(202); // URL both ways, 199 others, and the rest
  expect(found[0]).toEqual([{ middleware: "pii", entity: "URL", action: "mask", direction: "output" }, 2]);
  expect(found[1]).toEqual([{ middleware: "pii", entity: "URL", action: "mask", direction: "input" }, 1]);
  expect(found.at(-1)).toEqual([{ middleware: "pii", entity: "other", action: "mask", direction: "output" }, 101]);
  expect(all.get("sluice_guard_withheld_characters_total")).toEqual([[{}, 909]]);
});
