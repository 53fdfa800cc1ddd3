/** What opens an HTTP/2 connection with prior knowledge (RFC 9113, section 3.4). */
const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** Frame types (RFC 9113, section 6). */
export const types = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Flags of frames; those of one type have a meaning of their own. */
export const flags = { none: 0, ack: 1, endStream: 1, endHeaders: 4 } as const;

/** A frame as it is on the wire. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** The bytes of a frame. */
export function frame(type: number, flagBits: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flagBits;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Opens a connection, with settings by their numbers. */
export function opening(settings: Readonly<Record<number, number>> = {}): Buffer {
  const pairs = Object.entries(settings).map(([id, value]) => Buffer.concat([uint16(Number(id)), uint32(value)]));
  return Buffer.concat([preface, frame(types.settings, flags.none, 0, Buffer.concat(pairs))]);
}

/** A block of header fields, none of them compressed (RFC 7541, section 6.2.2). */
export function fieldBlock(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));
}

/** The fields that every request has. */
export function requestFields(path: string, method = "GET"): [string, string][] {
  return [
    [":method", method],
    [":scheme", "http"],
    [":path", path],
    [":authority", "localhost"],
  ];
}

/** A request without a body. */
export function request(stream: number, path: string): Buffer {
  return frame(types.headers, flags.endHeaders | flags.endStream, stream, fieldBlock(requestFields(path)));
}

/** The head of a request whose body is still to come. */
export function requestHead(stream: number, path: string, fields: readonly (readonly [string, string])[] = []): Buffer {
  return frame(types.headers, flags.endHeaders, stream, fieldBlock([...requestFields(path, "POST"), ...fields]));
}

/** A stream's end by force, with an error code. */
export function resetStream(stream: number, code: number): Buffer {
  return frame(types.resetStream, flags.none, stream, uint32(code));
}

/** More credit for a stream, or for the connection when that is 0. */
export function windowUpdate(stream: number, increment: number): Buffer {
  return frame(types.windowUpdate, flags.none, stream, uint32(increment));
}

/** The frames in what a server has sent; a cut one at the end is left out. */
export function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + 9 <= bytes.length; ) {
    const end = at + 9 + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    frames.push({
      type: bytes.readUInt8(at + 3),
      flags: bytes.readUInt8(at + 4),
      stream: bytes.readUInt32BE(at + 5),
      payload: bytes.subarray(at + 9, end),
    });
    at = end;
  }
  return frames;
}

/** The error code that a server gave when it ended a connection; undefined: it did not say. */
export function goawayCode(bytes: Buffer): number | undefined {
  return framesOf(bytes)
    .findLast(({ type }) => type === types.goaway)
    ?.payload.readUInt32BE(4);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "latin1");
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const length = [127]; // a prefix of seven bits, then seven bits at a time (RFC 7541, section 5.1)
  let rest = bytes.length - 127;
  for (; rest >= 128; rest >>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([...length, rest]), bytes]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
