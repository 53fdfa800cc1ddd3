import { once } from "node:events";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { type CallOptions, type Client, type ClientReadableStream, Metadata, type MethodDefinition, status } from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer, type PackageDefinition, type ServiceDefinition } from "@grpc/proto-loader";
import { ServerReflection } from "#gen/grpc/reflection/v1/reflection_pb";

/** A message as proto-loader reads it: the contract's field names, enums as names, repeated fields always there. */
export type Reply = Readonly<Record<string, unknown>>;

type Method = MethodDefinition<object, object>;

/** Loads services, and all that they need, from what a server says by reflection: nothing else is known of the contract. */
export async function reflected(client: Client, ...services: readonly string[]): Promise<PackageDefinition> {
  const { file, typeName } = ServerReflection;
  const { ServerReflectionInfo: method } = load([toBinary(FileDescriptorProtoSchema, file.proto)])[typeName] as ServiceDefinition;
  if (method === undefined) throw new Error("the reflection service has no method");
  const questions = client.makeBidiStreamRequest(method.path, method.requestSerialize, method.responseDeserialize);
  const files: Uint8Array[] = [];
  for (const service of services) {
    questions.write({ file_containing_symbol: service });
    const [answer] = (await once(questions, "data")) as [{ file_descriptor_response: { file_descriptor_proto: Buffer[] } }];
    files.push(...answer.file_descriptor_response.file_descriptor_proto);
  }
  questions.end();
  return load(files);
}

function load(files: readonly Uint8Array[]): PackageDefinition {
  const byName = new Map(files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes)).map((file) => [file.name, file]));
  const set = create(FileDescriptorSetSchema, { file: [...byName.values()] });
  const options = { keepCase: true, enums: String, arrays: true };
  return loadFileDescriptorSetFromBuffer(Buffer.from(toBinary(FileDescriptorSetSchema, set)), options);
}

/** Begins a server-streaming call. */
export function stream(
  client: Client,
  { path, requestSerialize, responseDeserialize }: Method,
  request: object,
  { metadata = new Metadata(), ...options }: CallOptions & { readonly metadata?: Metadata } = {},
): ClientReadableStream<object> {
  return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata, options);
}

/**
 * Makes a call and reads its reply to the end.
 * @throws ServiceError
 */
export function call(client: Client, method: Method, request: object) {
  return new Promise<{ messages: Reply[]; header: Metadata; trailer: Metadata }>((resolve, reject) => {
    const messages: Reply[] = [];
    let header = new Metadata();
    const add = (message: object) => messages.push(message as Reply);
    const { path, requestSerialize, responseDeserialize } = method;
    const running = method.responseStream
      ? stream(client, method, request).on("data", add).on("error", reject)
      : client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, message) => {
          if (message === undefined) reject(error);
          else add(message);
        });
    running.on("metadata", (metadata) => {
      header = metadata;
    });
    running.on("status", ({ code, metadata }) => {
      if (code === status.OK) resolve({ messages, header, trailer: metadata });
    });
  });
}
