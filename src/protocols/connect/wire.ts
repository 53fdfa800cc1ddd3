import * as connect from "@connectrpc/connect/protocol-connect";
import * as grpc from "@connectrpc/connect/protocol-grpc";
import type { Protocol } from "../../chat/request-head.ts";

/** How one call is written on the wire, by its content type. */
export interface Wire {
  readonly protocol: Exclude<Protocol, "rest">;
  /** Whether every message has a five-byte prefix: all but Connect's unary calls. */
  readonly enveloped: boolean;
  /** Names of the headers with the client's time limit, with the compression of messages, and with the compressions it takes. */
  readonly timeoutHeader: string;
  readonly encodingHeader: string;
  readonly acceptEncodingHeader: string;
  /** The content type of request and response. */
  readonly contentType: string;
  /** Binary Protobuf; else proto-JSON. */
  readonly binary: boolean;
}

const grpcHeaders = {
  enveloped: true,
  timeoutHeader: grpc.headerTimeout.toLowerCase(),
  encodingHeader: grpc.headerEncoding.toLowerCase(),
  acceptEncodingHeader: grpc.headerAcceptEncoding.toLowerCase(),
};
const connectStreamHeaders = {
  enveloped: true,
  timeoutHeader: connect.headerTimeout.toLowerCase(),
  encodingHeader: connect.headerStreamEncoding.toLowerCase(),
  acceptEncodingHeader: connect.headerStreamAcceptEncoding.toLowerCase(),
};
const connectUnaryHeaders = {
  enveloped: false,
  timeoutHeader: connect.headerTimeout.toLowerCase(),
  encodingHeader: connect.headerUnaryEncoding.toLowerCase(),
  acceptEncodingHeader: connect.headerUnaryAcceptEncoding.toLowerCase(),
};

const wires = new Map<string, Wire>();
for (const [protocol, headers, ...contentTypes] of [
  ["grpc", grpcHeaders, "application/grpc", "application/grpc+proto", "application/grpc+json"],
  ["grpc-web", grpcHeaders, "application/grpc-web", "application/grpc-web+proto", "application/grpc-web+json"],
  ["connect", connectUnaryHeaders, "application/proto", "application/json"],
  ["connect", connectStreamHeaders, "application/connect+proto", "application/connect+json"],
] as const) {
  for (const contentType of contentTypes) {
    wires.set(contentType, { ...headers, protocol, contentType, binary: !contentType.endsWith("json") });
  }
}

/**
 * What a media type (lower case, without parameters) says about a call; undefined when no method of its kind is called that way.
 * Connect has one set of types for unary and another for streaming methods (https://connectrpc.com/docs/protocol).
 */
export function wireOf(mediaType: string, streaming: boolean): Wire | undefined {
  const wire = wires.get(mediaType);
  return wire?.protocol === "connect" && wire.enveloped !== streaming ? undefined : wire;
}

/** Whether a media type (lower case, without parameters) is one of the RPC protocols and of nothing else. */
export function isRpcType(mediaType: string): boolean {
  return mediaType !== "application/json" && wires.has(mediaType);
}

/** The media types of a kind of method. */
export function mediaTypes(streaming: boolean): readonly string[] {
  return [...wires.keys()].filter((type) => wireOf(type, streaming) !== undefined);
}
