import type { Recognizer } from "../../recognizer.ts";
import { isReference, labelled } from "../label.ts";
import type { Label } from "../label-words.ts";

/** A number that a state gives to a person or a business. */
export interface NationalIdForm {
  /** Presidio's name where it has one. */
  readonly entity: string;
  readonly labels: readonly Label[];
  readonly pattern: string;
  /** Whether the letters and digits hold together: check digits, dates. They come in upper case, without what stands between them. */
  readonly valid?: (compact: string) => boolean;
  /** Confidence without a label. Default 0.1: the form and its check are met by chance. */
  readonly alone?: number;
}

/** The recognizer of a form; letters and digits next to it, and a decimal point or a hyphen with more behind it, make it another number. */
export function nationalId({ entity, labels, pattern, valid, alone = 0.1 }: NationalIdForm): Recognizer {
  return {
    entity,
    inContext: labelled(...labels),
    patterns: [
      {
        pattern: `(?<![\\w.+-])(?:${pattern})(?=$|[^\\w.-]|[.-](?:$|\\W))`,
        score: alone,
        scoreInContext: 0.9,
        check: ({ text, before }) => {
          if (isReference(before)) return false;
          return valid === undefined || valid(text.replace(/[^0-9A-Za-z]/g, "").toUpperCase()) ? undefined : false;
        },
      },
    ],
  };
}
