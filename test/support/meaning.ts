import { expect } from "vitest";
import { type ErrorCode, errorTable } from "../../src/chat/error.ts";
import type { SeenError, Surface } from "./surfaces.ts";

/** What an error is to say, whatever it comes by. */
export interface Meaning {
  readonly code: ErrorCode;
  readonly message?: string | RegExp;
  readonly param?: string | undefined;
  /** The status over RPC, where a protocol's specification names another than the code's row. */
  readonly rpcStatus?: number;
  /** Milliseconds; default what the code's row says. */
  readonly retryAfterMs?: number;
}

/**
 * Checks that a client was told an error as the table of errors shows it on its protocol. `inBand`: inside a reply that had begun,
 * where OpenAI's stream has no place for more than the error itself.
 */
export function expectMeaning(surface: Surface, error: SeenError | undefined, meaning: Meaning, inBand = false): void {
  const { code, message, param, retryAfterMs } = meaning;
  const row = errorTable[code];
  expect(error).toMatchObject({ code });
  if (typeof message === "string") expect(error?.message).toContain(message);
  else if (message !== undefined) expect(error?.message).toMatch(message);
  if ("param" in meaning) expect(error?.param).toBe(param);
  if (surface.protocol === "rest") expect(error?.type).toBe(row.type);
  if (inBand && surface.protocol === "rest") return;
  const status = surface.protocol === "rest" ? row.status : (meaning.rpcStatus ?? row.grpc);
  expect(error).toMatchObject({ status, retry: row.retry !== "no" });
  const waitMs = retryAfterMs ?? (row.retry === "after" ? 1000 : undefined);
  if (surface.protocol === "rest") {
    expect(error?.retryAfterMs).toBe(waitMs === undefined ? undefined : Math.max(1000, Math.ceil(waitMs / 1000) * 1000));
  } else if (row.retry !== "no") expect(error?.retryAfterMs).toBe(waitMs ?? 0);
}
