const newest = 3;

/**
 * The generation of a model by its name, e.g. 2.5 of `gemini-2.5-flash`. A name that does not tell counts as 3, the first with today's
 * rules: aliases such as `gemini-flash-latest` move on.
 */
export function generationOf(model: string): number {
  const digits = /gemini-(\d{1,3}(?:\.\d{1,3})?)(?![\d.])/.exec(model)?.[1];
  return digits === undefined ? newest : Number(digits);
}

/**
 * Whether calls of the current turn need the signature they came with, thinking is asked for in levels, and results of functions may hold
 * media: Gemini 3 and later (https://ai.google.dev/gemini-api/docs/gemini-3).
 */
export const isGemini3 = (model: string): boolean => generationOf(model) >= 3;

/** Whether the model takes JSON Schema as it is: Gemini 2.5 and later (https://ai.google.dev/gemini-api/docs/structured-output). */
export const takesJsonSchema = (model: string): boolean => generationOf(model) >= 2.5;
