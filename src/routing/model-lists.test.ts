import { describe, expect, it } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { RecordingLog } from "../../test/support/recording-log.ts";
import { GatewayError } from "../chat/error.ts";
import type { Lease } from "../chat/lease.ts";
import type { OfferedModel, Provider } from "../providers/provider.ts";
import { ModelLists } from "./model-lists.ts";

/** A vendor whose answers a test gives. */
class Vendor implements Provider {
  readonly name = "vendor";
  readonly asked: { readonly lease: Lease; readonly answer: PromiseWithResolvers<readonly OfferedModel[]> }[] = [];

  models(): readonly OfferedModel[] {
    return [{ id: "configured", created: 0 }];
  }

  listModels(lease: Lease): Promise<readonly OfferedModel[]> {
    const answer = Promise.withResolvers<readonly OfferedModel[]>();
    this.asked.push({ lease, answer });
    return answer.promise;
  }

  chat(): never {
    throw new Error("not asked here");
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function setUp() {
  const clock = new FakeClock();
  const log = new RecordingLog();
  const vendor = new Vendor();
  const lists = new ModelLists([vendor], { clock, log, maxAgeMs: 300_000 });
  return { clock, log, vendor, lists, ids: () => lists.of(vendor).map(({ id }) => id) };
}

const models = (...ids: string[]) => ids.map((id) => ({ id, created: 1 }));

describe("ModelLists", () => {
  it("asks nobody before somebody wants to know, and has what was configured", () => {
    const { vendor, ids } = setUp();
    expect(ids()).toEqual(["configured"]);
    expect(vendor.asked).toHaveLength(0);
  });

  it("asks once for all who wait, and again when the list is old", async () => {
    const { clock, vendor, lists, ids } = setUp();
    const waiting = [lists.refresh(), lists.refresh()];
    expect(vendor.asked).toHaveLength(1);
    vendor.asked[0]?.answer.resolve(models("a", "configured"));
    await Promise.all(waiting);
    expect(ids()).toEqual(["configured", "a"]);
    expect(vendor.asked[0]?.lease.closed).toBe(true);
    expect(clock.pending).toBe(0);
    await clock.advance(299_999);
    await lists.refresh();
    expect(vendor.asked).toHaveLength(1);
    await clock.advance(1);
    const again = lists.refresh();
    vendor.asked[1]?.answer.resolve(models("b"));
    await again;
    expect(ids()).toEqual(["configured", "b"]);
  });

  it("keeps the list it had while the vendor fails, and leaves it alone for half a minute", async () => {
    const { clock, log, vendor, lists, ids } = setUp();
    const first = lists.refresh();
    vendor.asked[0]?.answer.resolve(models("a"));
    await first;
    await clock.advance(300_000);
    const failing = lists.refresh();
    vendor.asked[1]?.answer.reject(new GatewayError("upstream_error", "the upstream failed"));
    await failing;
    expect(ids()).toEqual(["configured", "a"]);
    expect(log.lines.at(-1)).toMatchObject({ fields: { provider: "vendor", code: "upstream_error" } });
    await clock.advance(29_999);
    await lists.refresh();
    expect(vendor.asked).toHaveLength(2);
    await clock.advance(1);
    void lists.refresh();
    expect(vendor.asked).toHaveLength(3);
  });

  it("waits two seconds, and lets the request go then", async () => {
    const { clock, vendor, lists, ids } = setUp();
    const slow = lists.refresh();
    await clock.advance(2000);
    await slow;
    expect(ids()).toEqual(["configured"]);
    expect(vendor.asked[0]?.lease.error).toMatchObject({ code: "upstream_timeout" });
  });
});
