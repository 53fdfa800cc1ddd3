import type { Candidate } from "../recognizer.ts";

type Check = (candidate: Candidate) => boolean | undefined;

/** A check that is proof: what passes it is certain. For checksums that chance seldom meets. */
export function proves(valid: (text: string) => boolean): Check {
  return ({ text }) => valid(text);
}

/** A check that has to be passed and proves nothing, since many a number passes it by chance. */
export function requires(valid: (text: string) => boolean): Check {
  return ({ text }) => (valid(text) ? undefined : false);
}
