const durations: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const binarySizes: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
const sizes: Readonly<Record<string, number>> = { ...binarySizes, KB: 1000, MB: 1000 ** 2, GB: 1000 ** 3 };

/** `250ms`, `30s`, `5m`, `1h` in milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  return parse(text, durations);
}

/** `512B`, `64KiB`, `4MiB`, `1GiB` (and KB, MB, GB) in bytes; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  return parse(text, sizes);
}

/** Milliseconds as {@link parseDuration} reads them, in the largest unit that is exact. */
export function formatDuration(milliseconds: number): string {
  return milliseconds === 0 ? "0s" : format(milliseconds, durations);
}

/** Bytes as {@link parseSize} reads them, in the largest unit that is exact. */
export function formatSize(bytes: number): string {
  return format(bytes, binarySizes);
}

function format(value: number, units: Readonly<Record<string, number>>): string {
  const [unit = "", factor = 1] = Object.entries(units).findLast(([, each]) => value % each === 0) ?? [];
  return `${value / factor}${unit}`;
}

function parse(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text.trim()) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  return number === undefined || factor === undefined ? undefined : Math.round(Number(number) * factor);
}
