import type { DescEnum, DescExtension, DescField, DescFile, DescMessage } from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";
import { FieldDescriptorProto_Label } from "@bufbuild/protobuf/wkt";

/**
 * Prints a proto2 file's descriptor as .proto text: messages, enums, fields, oneofs and extensions, without their options
 * (a compiler that only imports the file does not need them).
 */
export function printProto(file: DescFile): string {
  const lines = [`syntax = "${file.edition === 998 ? "proto2" : "proto3"}";`, `package ${file.proto.package};`];
  for (const dependency of file.dependencies) lines.push(`import "${dependency.proto.name}";`);
  for (const option of ["goPackage", "javaPackage"] as const) {
    const value = file.proto.options?.[option];
    if (value) lines.push(`option ${option.replace("P", "_p")} = "${value}";`);
  }
  if (file.proto.options?.javaMultipleFiles) lines.push("option java_multiple_files = true;");
  for (const message of file.messages) printMessage(message, lines, "");
  for (const enumeration of file.enums) printEnum(enumeration, lines, "");
  for (const extension of file.extensions) {
    lines.push(`extend .${extension.extendee.typeName} {`, printField(extension, "  "), "}");
  }
  return `${lines.join("\n")}\n`;
}

function printMessage(message: DescMessage, lines: string[], indent: string): void {
  const inner = `${indent}  `;
  lines.push(`${indent}message ${message.name} {`);
  for (const enumeration of message.nestedEnums) printEnum(enumeration, lines, inner);
  for (const nested of message.nestedMessages) if (!nested.proto.options?.mapEntry) printMessage(nested, lines, inner);
  for (const member of message.members) {
    if (member.kind === "oneof") {
      lines.push(`${inner}oneof ${member.name} {`);
      for (const field of member.fields) lines.push(printField(field, `${inner}  `, true));
      lines.push(`${inner}}`);
    } else lines.push(printField(member, inner));
  }
  for (const range of message.proto.extensionRange) {
    lines.push(`${inner}extensions ${range.start} to ${range.end >= 536870912 ? "max" : range.end - 1};`);
  }
  lines.push(`${indent}}`);
}

function printEnum(enumeration: DescEnum, lines: string[], indent: string): void {
  lines.push(`${indent}enum ${enumeration.name} {`);
  if (enumeration.proto.options?.allowAlias) lines.push(`${indent}  option allow_alias = true;`);
  for (const value of enumeration.values) lines.push(`${indent}  ${value.name} = ${value.number};`);
  lines.push(`${indent}}`);
}

const labels = {
  [FieldDescriptorProto_Label.OPTIONAL]: "optional ",
  [FieldDescriptorProto_Label.REQUIRED]: "required ",
  [FieldDescriptorProto_Label.REPEATED]: "repeated ",
};

function printField(field: DescField | DescExtension, indent: string, inOneof = false): string {
  const label = inOneof || field.fieldKind === "map" ? "" : labels[field.proto.label];
  return `${indent}${label}${typeName(field)} ${field.name} = ${field.number};`;
}

function typeName(field: DescField | DescExtension): string {
  if (field.fieldKind === "map") {
    const value = field.mapKind === "scalar" ? scalarName(field.scalar) : `.${(field.message ?? field.enum).typeName}`;
    return `map<${scalarName(field.mapKey)}, ${value}>`;
  }
  if (field.message) return `.${field.message.typeName}`;
  if (field.enum) return `.${field.enum.typeName}`;
  return scalarName(field.scalar);
}

function scalarName(scalar: ScalarType): string {
  return ScalarType[scalar].toLowerCase();
}
