import { describe, expect, it } from "vitest";
import { GatewayError } from "./error.ts";
import { Lease } from "./lease.ts";

describe("Lease", () => {
  it("releases once, in reverse order, children first", () => {
    const order: string[] = [];
    const lease = new Lease();
    lease.onClose(() => order.push("first"));
    lease.onClose(() => order.push("second"));
    lease.child().onClose(() => order.push("child"));
    lease.close();
    lease.close(new GatewayError("cancelled", "gone"));
    expect(order).toEqual(["child", "second", "first"]);
    expect(lease.error).toBeUndefined();
  });

  it("releases at once what is added after the end", () => {
    const lease = new Lease();
    const error = new GatewayError("cancelled", "gone");
    lease.close(error);
    const seen: unknown[] = [];
    lease.onClose((reason) => seen.push(reason));
    lease.child().onClose((reason) => seen.push(reason));
    expect(seen).toEqual([error, error]);
  });

  it("aborts its signal and its children's with the error, and only then", () => {
    const good = new Lease();
    const { signal } = good;
    good.close();
    expect(signal.aborted).toBe(false);

    const bad = new Lease();
    const child = bad.child();
    const before = child.signal;
    const error = new GatewayError("deadline_exceeded", "too late");
    bad.close(error);
    expect(before.aborted).toBe(true);
    expect(before.reason).toBe(error);
    expect(bad.signal.reason).toBe(error);
  });

  it("outlives its children", () => {
    const lease = new Lease();
    const child = lease.child();
    child.close(new GatewayError("upstream_error", "bad"));
    expect(lease.closed).toBe(false);
    expect(child.closed).toBe(true);
  });
});
