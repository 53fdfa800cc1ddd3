import { Code } from "@connectrpc/connect";
import { compressedFlag } from "@connectrpc/connect/protocol";
import { endStreamFlag } from "@connectrpc/connect/protocol-connect";
import { GatewayError } from "../../chat/error.ts";
import { RpcFault } from "./rpc-fault.ts";

/** The size of what stands before a message: flags, and its length as a big-endian 32-bit number. */
export const prefixBytes = 5;

/** Messages with their prefixes, in one buffer. All have the same flags. */
export function envelope(messages: readonly Uint8Array[], flags = 0): Buffer {
  let size = 0;
  for (const message of messages) size += prefixBytes + message.length;
  const buffer = Buffer.allocUnsafe(size);
  let at = 0;
  for (const message of messages) {
    buffer[at] = flags;
    buffer.writeUInt32BE(message.length, at + 1);
    buffer.set(message, at + prefixBytes);
    at += prefixBytes + message.length;
  }
  return buffer;
}

/**
 * Takes the one request message out of a body.
 * @throws GatewayError for none or several, a cut one, or flags that make no sense.
 */
export function openEnvelope(body: Buffer): { readonly compressed: boolean; readonly message: Buffer } {
  if (body.length === 0) throw RpcFault.cardinality("no");
  const end = body.length < prefixBytes ? Number.POSITIVE_INFINITY : prefixBytes + body.readUInt32BE(1);
  if (body.length < end) throw new GatewayError("invalid_request", "the request ends within a message");
  const flags = body[0] ?? 0;
  if ((flags & endStreamFlag) !== 0) throw new GatewayError("invalid_request", "a request has no end-of-stream message");
  if (body.length > end) throw RpcFault.cardinality("more than one");
  return { compressed: (flags & compressedFlag) !== 0, message: body.subarray(prefixBytes) };
}

/** A message flagged as compressed in a request that names no compression. */
export function unnamedCompression(): RpcFault {
  return new RpcFault(Code.Internal, "invalid_request", "the request message is compressed, but its headers name no compression");
}
