import { denyList } from "../../src/middleware/deny-list.ts";
import { pii } from "../../src/middleware/pii.ts";
import { regex } from "../../src/middleware/regex.ts";
import { secrets } from "../../src/middleware/secrets.ts";
import type { RequestContext } from "../../src/pipeline/context.ts";
import type { NamedGuard } from "../../src/pipeline/guarded-text.ts";
import type { Middleware } from "../../src/pipeline/middleware.ts";

const entries = ["Project Heron", "heron", "Falcon"];
const ticket = { pattern: "TICKET-\\d{4,8}\\b", entity: "TICKET", caseInsensitive: true };
const everyEntity = ["URL", "DATE_TIME"];

/** Pipelines of the guards that Sluice ships, several at once, by what they do. */
export const shippedGuards: Readonly<Record<"redact" | "mask" | "block" | "mixed", readonly Middleware[]>> = {
  redact: [
    pii(),
    pii({ entities: everyEntity }),
    secrets(),
    denyList({ action: "redact", entries }),
    regex({ action: "redact", patterns: [ticket] }),
  ],
  mask: [
    pii({ action: "mask" }),
    secrets({ action: "mask" }),
    denyList({ action: "mask", entries, wholeWords: false }),
    regex({ action: "mask", patterns: [ticket] }),
  ],
  block: [
    pii({ action: "block", entities: ["CREDIT_CARD", "IBAN_CODE", "US_SSN"] }),
    secrets({ action: "block" }),
    denyList({ entries }),
  ],
  mixed: [
    pii({
      entities: ["EMAIL_ADDRESS", "PHONE_NUMBER", { CREDIT_CARD: { action: "block" } }, { IP_ADDRESS: { action: "mask" } }],
    }),
    pii({ action: "monitor", entities: [...everyEntity, "EMAIL_ADDRESS"] }),
    secrets({ highEntropy: true }),
    denyList({ action: "annotate", entries, fold: false }),
    regex({ action: "mask", keepLast: 2, patterns: [ticket, { pattern: "[a-z]+@", entity: "LOCAL_PART", maxSpan: 20 }] }),
  ],
};

/** The guards of one call's reply. */
export function guardsOf(pipeline: readonly Middleware[]): NamedGuard[] {
  return pipeline.flatMap(({ name, guardText }, index) => {
    const guard = guardText?.({} as RequestContext); // guards that make no tokens ask nothing of the call
    return guard === undefined ? [] : [{ name: `${index} ${name}`, guard }];
  });
}
