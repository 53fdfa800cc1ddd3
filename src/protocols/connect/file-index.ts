import { createRegistry, type DescExtension, type DescFile, type Registry, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** Finds .proto files and everything they import, as server reflection asks for them. */
export class FileIndex {
  readonly #byName = new Map<string, DescFile>();
  readonly #registry: Registry;
  readonly #members = new Map<string, DescFile>();

  constructor(roots: readonly DescFile[]) {
    for (const file of roots) this.#addFile(file);
    const files = [...this.#byName.values()];
    this.#registry = createRegistry(...files);
    for (const type of this.#registry) {
      this.#members.set(type.typeName, type.file);
      const members = type.kind === "service" ? type.methods : type.kind === "message" ? [...type.fields, ...type.oneofs] : [];
      for (const { name } of members) this.#members.set(`${type.typeName}.${name}`, type.file);
      if (type.kind !== "enum") continue;
      const scope = type.typeName.slice(0, -type.name.length); // values are siblings of their enum
      for (const { name } of type.values) this.#members.set(scope + name, type.file);
    }
  }

  /** A file by its path. */
  byName(name: string): DescFile | undefined {
    return this.#byName.get(name);
  }

  /** The file that declares a fully qualified name: a type, service, method, field, extension or enum value. */
  bySymbol(symbol: string): DescFile | undefined {
    return this.#members.get(symbol.replace(/^\./, ""));
  }

  /** The file that declares the extension of a message with a number. */
  byExtension(message: string, number: number): DescFile | undefined {
    return this.#extensionsOf(message)?.find((extension) => extension.number === number)?.file;
  }

  /** The numbers of a message's extensions; undefined: there is no such message. */
  extensionNumbers(message: string): readonly number[] | undefined {
    return this.#extensionsOf(message)?.map(({ number }) => number);
  }

  #extensionsOf(message: string): DescExtension[] | undefined {
    if (this.#registry.getMessage(message) === undefined) return undefined;
    return [...this.#registry].filter(
      (type) => type.kind === "extension" && type.extendee.typeName === message,
    ) as DescExtension[];
  }

  #addFile(file: DescFile): void {
    if (this.#byName.has(file.proto.name)) return;
    this.#byName.set(file.proto.name, file);
    for (const dependency of file.dependencies) this.#addFile(dependency);
  }
}

/** A file and all it imports, each once and as a FileDescriptorProto, the file itself first. */
export function descriptorsOf(file: DescFile): Uint8Array[] {
  const files = new Set<DescFile>();
  const add = (each: DescFile) => {
    if (files.has(each)) return;
    files.add(each);
    each.dependencies.forEach(add);
  };
  add(file);
  return [...files].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
}
