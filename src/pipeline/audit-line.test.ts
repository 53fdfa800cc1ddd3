import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { RouteInfoSchema } from "#gen/sluice/chat/v1/route_info_pb";
import { RecordingLog } from "../../test/support/recording-log.ts";
import { logFindings } from "./audit-line.ts";

const verdict = { middleware: "pii", entity: "URL", action: "redact", channel: "content", choice: 1, start: 2, end: 9 };

it.each([
  ["none", 0, undefined],
  ["one", 1, 1],
  ["more than a line names", 150, 100],
] as const)("logs a call's findings: %s", (_, count, named) => {
  const log = new RecordingLog();
  const route = create(RouteInfoSchema, {
    verdicts: Array(count).fill(verdict),
    entities: { URL: count },
    withheldCharacters: 7,
  });
  logFindings({ callId: "c", requestId: "r", model: "m", log, route });
  if (named === undefined) expect(log.lines).toEqual([]);
  else {
    const finding = { ...verdict, tool_call: 0 };
    const fields = { call_id: "c", request_id: "r", model: "m", entities: { URL: count }, withheld_characters: 7 };
    expect(log.lines).toEqual([
      { level: "info", message: "guardrails", fields: { ...fields, findings: Array(named).fill(finding) } },
    ]);
  }
});
