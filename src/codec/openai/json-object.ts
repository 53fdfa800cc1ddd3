import type { JsonReader } from "./json-reader.ts";
import { JsonReader as Reader } from "./json-reader.ts";

/** A JSON value's two directions: from text, and to text. */
export interface JsonCodec<T> {
  read(reader: JsonReader): T;
  write(value: T): string;
}

/** One member of a JSON object and the place in a message that it belongs to. */
export interface JsonMember<M> {
  readonly key: string;
  /** Reads the member's value (never null) into the message. */
  read(reader: JsonReader, into: M): void;
  /** The member's value as JSON text; undefined: the object has no such member. */
  write(from: M): string | undefined;
}

/** A message with room for members that the contract does not model. */
interface Message {
  unknownFieldsJson?: string;
}

/** How a message looks as a JSON object. Serves both directions. */
export class JsonObject<M extends Message | object> implements JsonCodec<M> {
  readonly #empty: () => M;
  readonly #members: readonly JsonMember<M>[];
  readonly #byKey = new Map<string, JsonMember<M>>();

  /** `empty` makes the message without any member; `members` in the order in which they are written. */
  constructor(empty: () => M, members: readonly JsonMember<M>[]) {
    this.#empty = empty;
    this.#members = members;
    for (const member of members) this.#byKey.set(member.key, member);
  }

  read(reader: JsonReader): M {
    const message = this.#empty();
    let unknown = "";
    reader.object((key, keyStart) => {
      const member = this.#byKey.get(key);
      if (member === undefined) {
        reader.skip();
        unknown += unknown === "" ? reader.since(keyStart) : `,${reader.since(keyStart)}`;
      } else if (!reader.takeNull()) member.read(reader, message);
    });
    if (unknown !== "") (message as Message).unknownFieldsJson = `{${unknown}}`; // every message the contract lets grow has the field
    return message;
  }

  write(message: M): string {
    return `{${this.members(message)}}`;
  }

  /** The members as they stand between the braces; `extra` (with its own commas) comes last. */
  members(message: M, skip?: ReadonlySet<string>): string {
    let text = "";
    for (const member of this.#members) {
      if (skip?.has(member.key)) continue;
      const value = member.write(message);
      if (value !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(member.key)}:${value}`;
    }
    const unknown = (message as Message).unknownFieldsJson;
    return unknown === undefined ? text : this.#withUnknown(text, unknown);
  }

  /** Adds members the contract does not model. One under a modelled key is left out: it must not override what was checked. */
  #withUnknown(text: string, unknown: string): string {
    const reader = new Reader(unknown);
    let sum = text;
    reader.object((key, keyStart) => {
      reader.skip();
      if (!this.#byKey.has(key)) sum += `${sum === "" ? "" : ","}${reader.since(keyStart)}`;
    });
    reader.end();
    return sum;
  }
}

/** A member that is one property of the message. */
export function member<M, K extends keyof M & string>(
  key: string,
  property: K,
  codec: JsonCodec<NonNullable<M[K]>>,
): JsonMember<M> {
  return {
    key,
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
      const value = from[property];
      return typeof value === "object" && value !== null && Object.keys(value).length === 0 ? undefined : inner.write(from);
    },
  };
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

/** A string. */
export const text: JsonCodec<string> = { read: (reader) => reader.string(), write: (value) => JSON.stringify(value) };

/** A number. */
export const number: JsonCodec<number> = {
  read: (reader) => reader.number(),
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
    const reader = new Reader(value);
    reader.skip();
    reader.end();
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
    const reader = new Reader(value);
    reader.object(() => reader.skip());
    reader.end();
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
    write: (items) => `[${items.map((value) => item.write(value)).join(",")}]`,
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
