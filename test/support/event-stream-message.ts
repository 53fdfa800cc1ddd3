import { crc32 } from "node:zlib";

/**
 * A message of an AWS event stream (https://smithy.io/2.0/aws/amazon-eventstream.html) with right checksums.
 * @param headers texts by name; a number instead: so many bytes of what follows are called headers, whatever they are.
 */
export function eventStreamMessage(headers: Readonly<Record<string, string>> | number, payload: string | Buffer): Buffer {
  const encoded =
    typeof headers === "number"
      ? Buffer.alloc(0)
      : Buffer.concat(Object.entries(headers).map(([name, text]) => header(name, text)));
  const body = Buffer.concat([encoded, Buffer.from(payload as string)]); // Buffer.from takes both
  const message = Buffer.alloc(12 + body.length + 4);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(typeof headers === "number" ? headers : encoded.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  body.copy(message, 12);
  message.writeUInt32BE(crc32(message.subarray(0, 12 + body.length)), 12 + body.length);
  return message;
}

function header(name: string, text: string): Buffer {
  const value = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return Buffer.concat([Buffer.from([Buffer.byteLength(name)]), Buffer.from(name), Buffer.from([7]), length, value]);
}
