import { denyList } from "../../src/middleware/deny-list.ts";
import { pii } from "../../src/middleware/pii.ts";
import { secrets } from "../../src/middleware/secrets.ts";
import type { Middleware } from "../../src/pipeline/middleware.ts";

const colours = ["Amber", "Cobalt", "Crimson", "Indigo", "Olive", "Scarlet", "Silver", "Umber", "Violet", "Walnut"];
const things = ["Anchor", "Beacon", "Compass", "Falcon", "Harbour", "Kestrel", "Lantern", "Meadow", "Orchard", "Summit"];

/** Names of projects such as a company forbids, all different. */
export function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const [colour, thing] = [colours[i % 10] ?? "", things[Math.floor(i / 10) % 10] ?? ""];
    return `${colour} ${thing}${i < 100 ? "" : ` ${Math.floor(i / 100)}`}`;
  });
}

/** What an operator who is careful puts on a stream. */
export const carefulGuards: readonly Middleware[] = [
  pii({ direction: "output" }),
  secrets({ direction: "output" }),
  denyList({ direction: "output", action: "redact", entries: names(5000) }),
];
