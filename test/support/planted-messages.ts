import { create, type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";

/** A message with a text in one of its fields and nothing anywhere else. */
export interface Planted<T> {
  /** The field, in the contract's words. */
  readonly path: string;
  readonly message: T;
}

/** What stands where: the text in free text, JSON with it in `_json` fields and Structs, its UTF-8 in bytes. */
export interface Plant {
  readonly text: string;
  /** Fields of the outermost message that are left out. */
  readonly except?: ReadonlySet<string>;
}

/** One message for each string, each bytes field and each Struct that a message can hold, however deep. */
export function plantEverywhere<T extends Message>(desc: DescMessage, plant: Plant): Planted<T>[] {
  const found = inMessage(desc, plant.text, (message) => message, "");
  return found.filter(({ path }) => plant.except?.has(path.split(".")[0] ?? "") !== true) as Planted<T>[]; // of the outermost
}

type Wrap = (message: Message) => Message;

function inMessage(desc: DescMessage, text: string, wrap: Wrap, path: string): Planted<Message>[] {
  return desc.fields.flatMap((field) => inField(desc, field, text, wrap, path === "" ? field.name : `${path}.${field.name}`));
}

function inField(desc: DescMessage, field: DescField, text: string, wrap: Wrap, path: string): Planted<Message>[] {
  const made = (value: unknown): Message =>
    wrap(
      field.oneof === undefined
        ? create(desc, { [field.localName]: value })
        : create(desc, { [field.oneof.localName]: { case: field.localName, value } }),
    );
  const inList = field.fieldKind === "list";
  const one = inList ? (value: unknown) => made([value]) : made;
  if (field.message?.typeName === "google.protobuf.Struct") {
    return [
      { path, message: one({ a: [{ b: text }] }) },
      { path: `${path}.key`, message: one({ [text]: true }) },
    ];
  }
  if (field.fieldKind === "map") {
    const value = field.scalar === ScalarType.STRING ? "v" : 1;
    const keyed = { path: `${path}.key`, message: made({ [text]: path.endsWith("_json") ? "{}" : value }) };
    return field.scalar === ScalarType.STRING ? [keyed, { path, message: made({ k: textIn(path, text) }) }] : [keyed];
  }
  if (field.message !== undefined) return inMessage(field.message, text, one, path);
  if (field.scalar === ScalarType.STRING) return [{ path, message: one(textIn(path, text)) }];
  return field.scalar === ScalarType.BYTES ? [{ path, message: one(Buffer.from(text)) }] : [];
}

function textIn(path: string, text: string): string {
  return path.endsWith("_json") ? JSON.stringify({ x: text }) : `before ${text} after`;
}

/** Whether a text stands in any string, key or bytes of a value. */
export function holds(value: unknown, text: string): boolean {
  if (typeof value === "string") return value.includes(text);
  if (value instanceof Uint8Array) return Buffer.from(value).includes(text);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, member]) => key.includes(text) || holds(member, text));
}
