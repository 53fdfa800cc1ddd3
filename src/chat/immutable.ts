import { type DescMessage, type JsonValue, type JsonWriteOptions, type MessageShape, toBinary, toJson } from "@bufbuild/protobuf";

/** A deeply read-only view of a message: what pipeline stages share. An edit makes a new object. */
export type Immutable<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer E)[]
    ? readonly Immutable<E>[]
    : T extends object
      ? { readonly [K in keyof T]: Immutable<T[K]> }
      : T;

/** The Protobuf encoding of a read-only message. The one place that gives it to protobuf-es under its mutable type. */
export function encode<Desc extends DescMessage>(schema: Desc, message: Immutable<MessageShape<Desc>>): Uint8Array {
  return toBinary(schema, message as MessageShape<Desc>);
}

/** The Protobuf JSON of a read-only message. */
export function encodeJson<Desc extends DescMessage>(
  schema: Desc,
  message: Immutable<MessageShape<Desc>>,
  options?: Partial<JsonWriteOptions>,
): JsonValue {
  return toJson(schema, message as MessageShape<Desc>, options);
}
