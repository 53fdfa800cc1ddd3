import type { Schema } from "./schema-merge.ts";

/** A number within a JSON Schema's bounds, near 1 when they allow; another one for another `variant` while there are. */
export function numberInstance(schema: Schema, integer: boolean, variant: number): number {
  const low = bound(schema.minimum, schema.exclusiveMinimum, Math.max, Number.NEGATIVE_INFINITY);
  const high = bound(schema.maximum, schema.exclusiveMaximum, Math.min, Number.POSITIVE_INFINITY);
  const step = stepOf(schema.multipleOf, integer);
  if (step === undefined) return between(low.at, high.at, variant);
  let least = Math.ceil(low.at / step);
  if (low.exclusive && least * step <= low.at) least++;
  let most = Math.floor(high.at / step);
  if (high.exclusive && most * step >= high.at) most--;
  const base = Math.min(Math.max(1, least), most);
  const count = base + variant <= most ? base + variant : base - variant;
  return Number((count * step).toPrecision(15)) + 0; // + 0: never -0
}

interface Bound {
  readonly at: number;
  readonly exclusive: boolean;
}

/** The tighter of the two keywords. An `exclusive…: true` (draft 4) makes the other one exclusive. */
function bound(inclusive: unknown, exclusive: unknown, tighter: (a: number, b: number) => number, none: number): Bound {
  const at = typeof inclusive === "number" ? inclusive : none;
  if (exclusive === true) return { at, exclusive: true };
  if (typeof exclusive !== "number") return { at, exclusive: false };
  return tighter(at, exclusive) === exclusive ? { at: exclusive, exclusive: true } : { at, exclusive: false };
}

/** The distance between two allowed numbers; undefined when there is none. */
function stepOf(multipleOf: unknown, integer: boolean): number | undefined {
  const step = typeof multipleOf === "number" && multipleOf > 0 ? multipleOf : undefined;
  if (!integer) return step;
  if (step === undefined) return 1;
  for (let times = 1; times <= 1000; times++) if (Number.isInteger(step * times)) return step * times;
  return 1;
}

function between(low: number, high: number, variant: number): number {
  const wanted = 1 + variant;
  if (wanted > low && wanted < high) return wanted;
  if (low === high) return low;
  if (high === Number.POSITIVE_INFINITY) return low + wanted;
  if (low === Number.NEGATIVE_INFINITY) return high - wanted;
  return low + (high - low) / (variant + 2);
}
