import { z } from "zod";

const id = z
  .string()
  .regex(/^[A-Za-z\d][\w.-]{0,63}$/, "is not a name of letters, digits, `.`, `-` and `_`, beginning with a letter or digit")
  .meta({ title: "id" });

const version = z
  .string()
  .regex(/^\d{1,9}(?:\.\d{1,9}){0,3}$/, "is not a version such as 1 or 2.10")
  .meta({ title: "version" });

const message = z.strictObject({
  role: z.enum(["system", "developer", "user", "assistant"]).describe("Who the message is from."),
  content: z.string().min(1).describe("Its text, in the Liquid language."),
});

const versions = z
  .record(version, z.strictObject({ messages: z.array(message).min(1) }))
  .refine((all) => Object.keys(all).length > 0, "must have a version");

/** Prompts that requests may name: by id and version. */
export const templateSchema = z.record(id, versions);
