import { expect } from "vitest";
import { GatewayError } from "../../src/chat/error.ts";

/** Runs a step that may give anything, or throw an error that is meant for callers: nothing else, and none that says we are at fault. */
export function ours<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).not.toMatchObject({ code: "internal" });
    return undefined;
  }
}
