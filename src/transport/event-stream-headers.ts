/** The value of a header: dates are a `Date`, byte arrays a `Buffer`, UUIDs text in their usual form. */
export type EventStreamHeader = boolean | number | bigint | Buffer | string | Date;

/** A message's headers by name. */
export type EventStreamHeaders = ReadonlyMap<string, EventStreamHeader>;

/** Sizes of the values of fixed length, by the number of their type. */
const fixedSizes: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 };

/**
 * Reads the headers of a message of an AWS event stream (https://smithy.io/2.0/aws/amazon-eventstream.html): from `start` to `end`, no
 * more and no less. Of a name that comes twice the last counts. Undefined: they are malformed.
 */
export function readEventStreamHeaders(bytes: Buffer, start: number, end: number): EventStreamHeaders | undefined {
  const headers = new Map<string, EventStreamHeader>();
  let at = start;
  while (at < end) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    if (nameEnd === at + 1 || nameEnd >= end) return undefined;
    const name = bytes.toString("utf8", at + 1, nameEnd);
    const type = bytes.readUInt8(nameEnd);
    let from = nameEnd + 1;
    let size = fixedSizes[type];
    if (size === undefined) {
      if ((type !== 6 && type !== 7) || from + 2 > end) return undefined;
      size = bytes.readUInt16BE(from);
      from += 2;
    }
    at = from + size;
    if (at > end) return undefined;
    const value = headerValue(bytes, type, from, at);
    if (value === undefined) return undefined;
    headers.set(name, value);
  }
  return headers;
}

function headerValue(bytes: Buffer, type: number, from: number, to: number): EventStreamHeader | undefined {
  switch (type) {
    case 0:
      return true;
    case 1:
      return false;
    case 2:
      return bytes.readInt8(from);
    case 3:
      return bytes.readInt16BE(from);
    case 4:
      return bytes.readInt32BE(from);
    case 5:
      return bytes.readBigInt64BE(from);
    case 6:
      return Buffer.from(bytes.subarray(from, to));
    case 7:
      return bytes.toString("utf8", from, to);
    case 8:
      return new Date(Number(bytes.readBigInt64BE(from)));
    case 9:
      return bytes.toString("hex", from, to).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    default:
      return undefined;
  }
}
