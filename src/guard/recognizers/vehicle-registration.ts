import type { Recognizer } from "../recognizer.ts";
import { labelled } from "./label.ts";

const inContext = labelled("plate");

/** A plate's form says nothing by itself: a label of one has to stand before. */
function plate(entity: string, pattern: string): Recognizer {
  return { entity, inContext, patterns: [{ pattern: `(?<![\\w.-])(?:${pattern})(?![\\w-])`, score: 0.1, scoreInContext: 0.9 }] };
}

/** Vehicle registrations behind a label, by the rules of the issuing authorities (DVLA, FZV § 9, MoRTH, FRSC, EGM). */
export const vehicleRegistrations: readonly Recognizer[] = [
  plate("UK_VEHICLE_REGISTRATION", "[A-Z]{2}\\d{2} ?[A-Z]{3}|[A-Z]\\d{1,3} ?[A-Z]{3}|[A-Z]{3} ?\\d{1,3}[A-Z]"),
  plate("DE_KFZ", "[A-ZÄÖÜ]{1,3}[ -][A-Z]{1,2} ?\\d{1,4}[EH]?"),
  plate("IN_VEHICLE_REGISTRATION", "[A-Z]{2}[ -]?\\d{1,2}[ -]?[A-Z]{1,3}[ -]?\\d{4}"),
  plate("NG_VEHICLE_REGISTRATION", "[A-Z]{3}-?\\d{3}[A-Z]{2}"),
  plate("TR_LICENSE_PLATE", "\\d{2} ?[A-Z]{1,3} ?\\d{2,4}"),
];
