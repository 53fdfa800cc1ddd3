import {
  createFileRegistry,
  type DescMessage,
  type DescMethodBiDiStreaming,
  type DescMethodClientStreaming,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type FileRegistry,
  fromBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

/** The descriptors of methods, by kind. */
interface Methods {
  readonly unary: DescMethodUnary;
  readonly server_streaming: DescMethodServerStreaming;
  readonly client_streaming: DescMethodClientStreaming;
  readonly bidi_streaming: DescMethodBiDiStreaming;
}

/** A contract that is known only when the tests run. */
export class Contract {
  readonly registry: FileRegistry;

  /** `descriptors`: a google.protobuf.FileDescriptorSet. */
  constructor(descriptors: Uint8Array) {
    this.registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors));
  }

  /** @throws Error when there is no such message. */
  message(typeName: string): DescMessage {
    const found = this.registry.getMessage(typeName);
    if (found === undefined) throw new Error(`there is no message ${typeName}`);
    return found;
  }

  /** @throws Error when there is no such method of that kind. */
  method<Kind extends keyof Methods>(service: string, name: string, kind: Kind): Methods[Kind] {
    const found = this.registry.getService(service)?.methods.find((method) => method.name === name);
    if (found?.methodKind !== kind) throw new Error(`there is no ${kind} method ${service}/${name}`);
    return found as unknown as Methods[Kind]; // as the line above has seen
  }
}
