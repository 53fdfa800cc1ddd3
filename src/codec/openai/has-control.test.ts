import { describe, expect, it } from "vitest";
import { hasControl } from "./has-control.ts";

describe("hasControl", () => {
  it.each([0, 1, 2, 3])(
    "finds a control character anywhere in a range, and none beside it, at offset %d of its memory",
    (offset) => {
      const bytes = new Uint8Array(new ArrayBuffer(128), offset, 90).fill(0x20);
      for (const [start, end] of [
        [0, 90],
        [3, 87],
        [6, 50],
        [10, 12],
        [5, 5],
      ] as const) {
        for (let at = 0; at < bytes.length; at++) {
          bytes[at] = 0x1f;
          expect([start, end, at, hasControl(bytes, start, end)]).toEqual([start, end, at, at >= start && at < end]);
          bytes[at] = 0x20;
        }
      }
    },
  );

  it("knows every byte", () => {
    for (let byte = 0; byte < 256; byte++) {
      expect([byte, hasControl(new Uint8Array(64).fill(byte), 0, 64)]).toEqual([byte, byte < 32]);
    }
  });
});
