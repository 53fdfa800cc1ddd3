/** A tool call's id as the vendor takes it: letters, digits, `_` and `-`. Other vendors' ids may have more. */
export function toolUseId(id: string): string {
  return id === "" ? "_" : id.replace(/[^\w-]/g, "_");
}

/** The id of a call in OpenAI's deprecated form, which has none: by the place of its message. */
export const functionCallId = (at: number): string => `call_${at}`;
