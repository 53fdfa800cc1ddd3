import type { Recognizer } from "../recognizer.ts";
import { labelled } from "./label.ts";

const inContext = labelled("passport");

/** A passport number of a form that says nothing by itself: a label of a passport has to stand before. */
function passport(entity: string, pattern: string, scoreInContext: number): Recognizer {
  return { entity, inContext, patterns: [{ pattern: `(?<![\\w.-])(?:${pattern})(?![\\w-])`, score: 0.1, scoreInContext }] };
}

/**
 * Passport numbers behind a label, by the forms of the issuing countries (ICAO Doc 9303 leaves them to each; the Council of the EU's
 * PRADO shows them). A form that several countries have goes by the first one's name.
 */
export const passports: readonly Recognizer[] = [
  passport("US_PASSPORT", "\\d{9}|[A-Z]\\d{8}", 0.9),
  passport("IN_PASSPORT", "[A-Z]\\d{7}", 0.85),
  passport("IT_PASSPORT", "[A-Z]{2}\\d{7}", 0.85),
  passport("ES_PASSPORT", "[A-Z]{3}\\d{6}", 0.85),
  passport("DE_PASSPORT", "[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}", 0.8),
  passport("PASSPORT", "\\d{2}[A-Z]{2}\\d{5}|[A-Z]{2}\\d{6}|[A-Z]\\d{6}|\\d{8}", 0.75),
];
