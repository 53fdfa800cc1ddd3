import type { Environment } from "./expand.ts";

/** A field that the environment sets. */
export interface EnvOverride {
  readonly variable: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

const short: Readonly<Record<string, (value: string) => Omit<EnvOverride, "variable">>> = {
  SLUICE_LISTEN: (value) => ({ path: ["server", "listen"], value: value.split(",").map((item) => item.trim()) }),
  SLUICE_ADMIN: (value) => ({ path: ["server", "admin"], value }),
  SLUICE_LOG_LEVEL: (value) => ({ path: ["log", "level"], value }),
};

/**
 * The fields that the environment sets: the short names, and `SLUICE_` with the path in upper snake case joined by `__`, e.g.
 * `SLUICE_SERVER__DRAIN_TIMEOUT`. Any other name that begins with `SLUICE_` is somebody else's (Kubernetes makes some).
 */
export function envOverrides(env: Environment): EnvOverride[] {
  const overrides: EnvOverride[] = [];
  for (const [variable, value] of Object.entries(env)) {
    if (value === undefined || !variable.startsWith("SLUICE_")) continue;
    const known = Object.hasOwn(short, variable) ? short[variable] : undefined;
    if (known !== undefined) overrides.push({ variable, ...known(value) });
    else if (/^SLUICE_[A-Z0-9]+(?:_[A-Z0-9]+)*__[A-Z0-9_]+$/.test(variable)) {
      overrides.push({ variable, path: variable.slice(7).split("__").map(camelCase), value });
    }
  }
  return overrides;
}

function camelCase(upperSnake: string): string {
  return upperSnake.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
