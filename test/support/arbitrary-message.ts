import {
  create,
  type DescField,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  ScalarType,
} from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";

type Fields = Record<string, unknown>;

/** What a message must be like beyond its descriptor. */
export interface MessageRules {
  /** Values of a field, by its Protobuf name or by `Message.field`; null: always absent. */
  readonly fields: Readonly<Record<string, fc.Arbitrary<unknown> | null>>;
  /** Changes a message's fields (local names) so that they go together, by the message's name. */
  readonly together: Readonly<Record<string, (fields: Fields) => void>>;
}

/** Any message of a type, every field of its descriptor set or absent, by the rules. */
export function arbitraryMessage<Desc extends DescMessage>(schema: Desc, rules: MessageRules): fc.Arbitrary<MessageShape<Desc>> {
  return fieldsOf(schema, rules).map((fields) => create(schema, fields as MessageInitShape<Desc>)); // made from the same descriptor
}

function fieldsOf(schema: DescMessage, rules: MessageRules): fc.Arbitrary<Fields> {
  const members: Record<string, fc.Arbitrary<unknown>> = {};
  const requiredKeys: string[] = [];
  for (const member of schema.members) {
    if (member.kind === "oneof") {
      const cases = member.fields.map((field) => valuesOf(field, rules)?.map((value) => ({ case: field.localName, value })));
      members[member.localName] = fc.oneof(...cases.filter((arbitrary) => arbitrary !== undefined));
      requiredKeys.push(member.localName);
      continue;
    }
    const value = valuesOf(member, rules);
    if (value === undefined) continue;
    members[member.localName] = value;
    if (member.presence !== FeatureSet_FieldPresence.EXPLICIT) requiredKeys.push(member.localName);
  }
  const together = rules.together[schema.name] ?? (() => {});
  return fc.record(members, { requiredKeys, noNullPrototype: true }).map((fields) => {
    const copy: Fields = { ...fields };
    together(copy);
    return copy;
  });
}

function valuesOf(field: DescField, rules: MessageRules): fc.Arbitrary<unknown> | undefined {
  const rule = rules.fields[`${field.parent.name}.${field.name}`] ?? rules.fields[field.name];
  if (rule !== undefined) return rule ?? undefined;
  switch (field.fieldKind) {
    case "scalar":
      return scalar(field.scalar);
    case "enum":
      return fc.constantFrom(...field.enum.values.map((value) => value.number));
    case "message":
      return fieldsOf(field.message, rules);
    case "list":
      return fc.array(
        field.listKind === "message"
          ? fieldsOf(field.message, rules)
          : scalar(field.listKind === "scalar" ? field.scalar : ScalarType.INT32),
        { maxLength: 2 },
      );
    case "map":
      return fc.dictionary(
        key,
        field.mapKind === "message"
          ? fieldsOf(field.message, rules)
          : scalar(field.mapKind === "scalar" ? field.scalar : ScalarType.INT32),
        { maxKeys: 2, noNullPrototype: true },
      );
  }
}

const key = fc.oneof(fc.string({ maxLength: 6 }), fc.nat().map(String)).filter((name) => name !== "__proto__");

function scalar(type: ScalarType): fc.Arbitrary<unknown> {
  switch (type) {
    case ScalarType.STRING:
      return fc.string({ unit: "binary", maxLength: 12 });
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.DOUBLE:
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0); // no -0
    case ScalarType.UINT32:
      return fc.nat({ max: 0xffffffff });
    case ScalarType.INT32:
      return fc.integer();
    case ScalarType.INT64:
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case ScalarType.BYTES:
      return fc.uint8Array({ minLength: 1, maxLength: 4 });
    default:
      throw new Error(`no values for scalar type ${type}`);
  }
}
