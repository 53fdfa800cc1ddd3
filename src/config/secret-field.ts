import { z } from "zod";
import { Secret } from "../chat/secret.ts";

/** A text that is secret from the moment it is read: printed or encoded it is `***`. */
export const secretField = secretOf(z.string().min(1));

/** The same of a text that must fit a schema. */
export function secretOf(text: z.ZodString) {
  return z.codec(text, z.instanceof(Secret), {
    decode: (value) => new Secret(value),
    encode: (secret) => secret.toString(), // which does not tell
  });
}
