import { create, fromBinary } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { RouteInfoSchema } from "#gen/sluice/chat/v1/route_info_pb";
import { CallTrailers } from "./call-trailers.ts";

it.each([
  [3, 3],
  [5000, 32],
])("of %i verdicts, %i fit into the trailers", (count, kept) => {
  const verdict = { middleware: "pii", entity: "EMAIL_ADDRESS", action: "redact", channel: "request.messages[100].content" };
  const route = create(RouteInfoSchema, {
    callId: "c",
    verdicts: Array(count).fill(verdict),
    entities: { EMAIL_ADDRESS: count },
  });
  const text = new CallTrailers().at(undefined, route)["sluice-route-bin"] ?? "";
  const sent = fromBinary(RouteInfoSchema, Buffer.from(text, "base64"));
  expect(sent).toMatchObject({ callId: "c", entities: { EMAIL_ADDRESS: count } });
  expect(sent.verdicts).toHaveLength(kept);
  expect(text.length).toBeLessThan(8192);
  expect(route.verdicts).toHaveLength(count);
});
