import { JsonProblem, JsonReader } from "./json-reader.ts";

/** A JSON value's two directions: from text, and to text. */
export interface JsonCodec<T> {
  read(reader: JsonReader): T;
  write(value: T): string;
}

/** One member of a JSON object and the place in a message that it belongs to. */
export interface JsonMember<M> {
  readonly key: string;
  /** The contract's name of the field, where it is not the key. */
  readonly field?: string;
  /** Reads the member's value (never null) into the message. */
  read(reader: JsonReader, into: M): void;
  /** Whether the message has room for the value; default yes. What has none is kept with the unknown members. */
  fits?(reader: JsonReader, into: M): boolean;
  /** The member's value as JSON text; undefined: the object has no such member. */
  write(from: M): string | undefined;
}

/** A message with room for members that the contract does not model. */
interface Growing {
  unknownFieldsJson?: string;
}

/**
 * What happens to members that the contract does not model: kept in the message's `unknown_fields_json`; refused, where the message
 * has no such field; or dropped. What a client sends is never dropped: its bytes may go on as they are, and a guard must have seen all.
 */
type UnknownMembers = "keep" | "refuse" | "drop";

interface Head<M> {
  readonly member: JsonMember<M>;
  /** The key as it stands before a value, with the colon. */
  readonly first: string;
  /** The same after another member. */
  readonly next: string;
}

/** How a message looks as a JSON object. Serves both directions. */
export class JsonObject<M extends object> implements JsonCodec<M> {
  readonly #empty: () => M;
  readonly #heads: readonly Head<M>[];
  readonly #byKey = new Map<string, JsonMember<M>>();
  readonly #unknown: UnknownMembers;

  /** `empty` makes the message without any member; `members` in the order in which they are written. */
  constructor(empty: () => M, members: readonly JsonMember<M>[], unknown: UnknownMembers = "keep") {
    this.#empty = empty;
    this.#unknown = unknown;
    this.#heads = members.map((member) => {
      const first = `${JSON.stringify(member.key)}:`;
      return { member, first, next: `,${first}` };
    });
    for (const member of members) this.#byKey.set(member.key, member);
  }

  /** The keys that are modelled. */
  get keys(): Iterable<string> {
    return this.#byKey.keys();
  }

  read(reader: JsonReader): M {
    const message = this.#empty();
    let unknown = "";
    reader.object((key, keyStart) => {
      const member = this.#byKey.get(key);
      if (member !== undefined) {
        if (reader.takeNull()) return;
        if (member.fits === undefined || member.fits(reader, message)) {
          member.read(reader, message);
          return;
        }
      }
      if (this.#unknown === "refuse") reader.fail("is not a known field");
      reader.skip();
      if (this.#unknown === "keep") unknown += unknown === "" ? reader.since(keyStart) : `,${reader.since(keyStart)}`;
    });
    if (unknown !== "") (message as Growing).unknownFieldsJson = `{${unknown}}`; // only messages that have the field keep
    return message;
  }

  write(message: M): string {
    return `{${this.members(message)}}`;
  }

  /** The members as they stand between the braces, those the contract does not model last. */
  members(message: M, skip?: ReadonlySet<string>): string {
    let text = "";
    let at = "";
    try {
      for (const { member, first, next } of this.#heads) {
        if (skip?.has(member.key)) continue;
        at = member.field ?? member.key;
        const value = member.write(message);
        if (value !== undefined) text += (text === "" ? first : next) + value;
      }
    } catch (error) {
      throw JsonProblem.under(at, error);
    }
    const unknown = this.#unknown === "keep" ? (message as Growing).unknownFieldsJson : undefined; // as in read
    return unknown === undefined ? text : this.#withUnknown(message, text, unknown);
  }

  /** Adds members the contract does not model. One under a modelled key is left out: it must not override what was checked. */
  #withUnknown(message: M, text: string, unknown: string): string {
    let sum = text;
    const seen = new Set<string>();
    try {
      checked(unknown, (reader) =>
        reader.object((key, keyStart) => {
          if (seen.has(key)) reader.fail("this key comes twice");
          seen.add(key);
          reader.skip();
          const member = this.#byKey.get(key);
          const free = member === undefined || (member.fits !== undefined && member.write(message) === undefined);
          if (free) sum += `${sum === "" ? "" : ","}${reader.since(keyStart)}`;
        }),
      );
    } catch (error) {
      throw JsonProblem.under("unknown_fields_json", error);
    }
    return sum;
  }
}

/** Walks through JSON text that a client gave in one field; a problem is the field's. */
function checked(text: string, walk: (reader: JsonReader) => void): void {
  try {
    const reader = new JsonReader(text);
    walk(reader);
    reader.end();
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw new JsonProblem("", error.path === "" ? error.message : `${error.path}: ${error.message}`);
  }
}

/** A member that is one property of the message. */
export function member<M, K extends keyof M & string>(
  key: string,
  property: K,
  codec: JsonCodec<NonNullable<M[K]>>,
  field = key,
): JsonMember<M> {
  return {
    key,
    field,
    read(reader, into) {
      into[property] = codec.read(reader);
    },
    write(from) {
      const value = from[property];
      if (value === undefined || value === null) return undefined;
      return codec.write(value);
    },
  };
}

/** A member that is left out when its list or map is empty. */
export function unlessEmpty<M, K extends keyof M & string>(
  key: string,
  property: K,
  codec: JsonCodec<NonNullable<M[K]>>,
): JsonMember<M> {
  const inner = member<M, K>(key, property, codec);
  return {
    ...inner,
    write(from) {
      return isEmpty(from[property]) ? undefined : inner.write(from);
    },
  };
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** A member that is written as null when the message has no value for it. */
export function orNull<M>(inner: JsonMember<M>): JsonMember<M> {
  return { ...inner, write: (from) => inner.write(from) ?? "null" };
}

/** A member with a fixed value, which is not kept. */
export function constant<M>(key: string, value: string): JsonMember<M> {
  const json = JSON.stringify(value);
  return { key, read: (reader) => reader.skip(), write: () => json };
}

/** A member that is neither kept nor written. */
export function ignored<M>(key: string): JsonMember<M> {
  return { key, read: (reader) => reader.skip(), write: () => undefined };
}

/** A string. */
export const text: JsonCodec<string> = { read: (reader) => reader.string(), write: (value) => JSON.stringify(value) };

/** A number that a double can hold. */
export const number: JsonCodec<number> = {
  read(reader) {
    const value = reader.number();
    if (!Number.isFinite(value)) reader.fail("must be a finite number");
    return value;
  },
  write: (value) => (Number.isFinite(value) ? String(value) : "null"),
};

/** A count: a whole number from 0 to 2^32 - 1. */
export const count: JsonCodec<number> = {
  read(reader) {
    const value = reader.number();
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) reader.fail("must be a whole number from 0 to 4294967295");
    return value;
  },
  write: String,
};

/** A count in a reply: what is no count becomes the nearest one. */
export const looseCount: JsonCodec<number> = {
  read(reader) {
    const value = Math.trunc(reader.number());
    return Math.min(Math.max(value, 0), 0xffffffff) || 0;
  },
  write: String,
};

/** True or false. */
export const flag: JsonCodec<boolean> = { read: (reader) => reader.boolean(), write: String };

/** Any value, kept as its exact text. Written only if it is JSON. */
export const exact: JsonCodec<string> = {
  read: (reader) => reader.raw(),
  write(value) {
    checked(value, (reader) => reader.skip());
    return value;
  },
};

/** An object, kept as its exact text. Written only if it is a JSON object. */
export const exactObject: JsonCodec<string> = {
  read(reader) {
    if (reader.kind() !== "object") reader.fail("must be an object");
    return reader.raw();
  },
  write(value) {
    checked(value, (reader) => reader.object(() => reader.skip()));
    return value;
  },
};

/** An array of one kind. */
export function list<T>(item: JsonCodec<T>): JsonCodec<T[]> {
  return {
    read(reader) {
      const items: T[] = [];
      reader.array(() => items.push(item.read(reader)));
      return items;
    },
    write(items) {
      let text = "";
      let at = 0;
      try {
        for (const value of items) text += (at++ === 0 ? "" : ",") + item.write(value);
      } catch (error) {
        throw JsonProblem.under(at - 1, error);
      }
      return `[${text}]`;
    },
  };
}

/** An object whose keys are data. */
export function map<T>(value: JsonCodec<T>): JsonCodec<{ [key: string]: T }> {
  return {
    read(reader) {
      const entries: [string, T][] = [];
      reader.object((key) => {
        if (key === "__proto__") reader.fail("this key is not allowed");
        entries.push([key, value.read(reader)]);
      });
      return Object.fromEntries(entries);
    },
    write: (entries) =>
      `{${Object.entries(entries)
        .map(([key, item]) => `${JSON.stringify(key)}:${value.write(item)}`)
        .join(",")}}`,
  };
}
