import { expect, it } from "vitest";
import { GatewayError } from "../chat/error.ts";
import { Lease } from "../chat/lease.ts";
import { RequestSlots } from "./request-slots.ts";

it("gives slots in order, and refuses who finds the queue full", async () => {
  const slots = new RequestSlots(2, 2, "vendor");
  const order: number[] = [];
  expect([slots.take(new Lease()), slots.take(new Lease())]).toEqual([undefined, undefined]);
  const waiting = [0, 1].map(async (at) => {
    await slots.take(new Lease());
    order.push(at);
  });
  expect(() => slots.take(new Lease())).toThrow(
    expect.objectContaining({ code: "overloaded", provider: "vendor", retryAfterMs: 1000 }),
  );
  slots.free();
  await waiting[0];
  expect(order).toEqual([0]);
  slots.free();
  await Promise.all(waiting);
  expect(order).toEqual([0, 1]);
  slots.free();
  slots.free();
  expect([slots.take(new Lease()), slots.take(new Lease())]).toEqual([undefined, undefined]);
});

it("forgets who leaves the queue", async () => {
  const slots = new RequestSlots(1, 1, "vendor");
  const gone = new GatewayError("cancelled", "the client is gone");
  const lease = new Lease();
  expect(slots.take(new Lease())).toBeUndefined();
  const waited = slots.take(lease);
  lease.close(gone);
  await expect(waited).rejects.toBe(gone);
  const next = slots.take(new Lease());
  slots.free();
  await next;
  slots.free();
  expect(slots.take(new Lease())).toBeUndefined();
});
