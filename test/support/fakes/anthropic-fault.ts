/** A refusal of the Messages API (https://platform.claude.com/docs/en/api/errors). */
export class AnthropicFault extends Error {
  readonly status: number;
  readonly type: string;

  constructor(message: string, status = 400, type = "invalid_request_error") {
    super(message);
    this.status = status;
    this.type = type;
  }
}

/** A JSON object whose members are still to be looked at. */
export type Fields = Readonly<Record<string, unknown>>;

/** Refuses a request unless the condition holds. */
export function must(holds: boolean, message: string): asserts holds {
  if (!holds) throw new AnthropicFault(message);
}

/** A value as an object that has the required members and none but the allowed ones. */
export function objectAt(value: unknown, path: string, required: readonly string[], allowed: readonly string[] = []): Fields {
  must(isObject(value), `${path}: Input should be a valid dictionary`);
  for (const name of required) must(Object.hasOwn(value, name), `${path}.${name}: Field required`);
  for (const name of Object.keys(value)) {
    must(required.includes(name) || allowed.includes(name), `${path}.${name}: Extra inputs are not permitted`);
  }
  return value;
}

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** A value as a list. */
export function listAt(value: unknown, path: string): readonly unknown[] {
  must(Array.isArray(value), `${path}: Input should be a valid list`);
  return value;
}

/** A value as a string. */
export function stringAt(value: unknown, path: string): string {
  must(typeof value === "string", `${path}: Input should be a valid string`);
  return value;
}

/** A value as one of some words. */
export function wordAt(value: unknown, path: string, words: readonly string[]): string {
  must(
    typeof value === "string" && words.includes(value),
    `${path}: Input should be ${words.map((word) => `'${word}'`).join(" or ")}`,
  );
  return value;
}
