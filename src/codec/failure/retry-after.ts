const longestMs = 24 * 3600 * 1000;

/**
 * How long an upstream asks to wait, in milliseconds: `retry-after-ms`, or `retry-after` in seconds or as a date (RFC 9110, section
 * 10.2.3). Undefined when it does not say, or says nonsense; a day at the most.
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  now: number,
): number | undefined {
  const precise = Number(first(headers["retry-after-ms"]) || Number.NaN);
  if (Number.isFinite(precise) && precise >= 0) return Math.min(precise, longestMs);
  const value = first(headers["retry-after"]);
  if (value === undefined || value === "") return undefined;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestMs) : undefined;
}

function first(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value.trim() : value?.[0]?.trim();
}
