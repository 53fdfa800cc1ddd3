import { fieldBlock, flags, frame, requestHead, resetStream, types, windowUpdate } from "./http2-frames.ts";

/** What clients send to have streams reset at speed. */
export interface ResetFlood {
  readonly name: string;
  /** The codes of GOAWAY with which the connection may be ended (RFC 9113, section 7). */
  readonly goaway: readonly number[];
  /** The bytes of one stream. */
  stream(id: number): Buffer;
}

const [noError, protocolError, internalError, flowControlError, streamClosed, cancel, enhanceYourCalm] = [0, 1, 2, 3, 5, 8, 11];
/** Too much: Sluice's own word for it, and nghttp2's. Both count, and either may notice first. */
const tooMuch = [enhanceYourCalm, internalError];

const path = "/v1/chat/completions";
const body = Buffer.from('{"model":"demo/slow","messages":[{"role":"user","content":"hi"}]}');
const json = ["content-type", "application/json"] as const;
const data = (id: number, flag: number) => frame(types.data, flag, id, body);
const head = (id: number) => requestHead(id, path, [json]);
const whole = (id: number) => Buffer.concat([head(id), data(id, flags.endStream)]);

/** Streams that the client itself resets (CVE-2023-44487). */
export const clientResets: readonly ResetFlood[] = [
  { name: "after the head", goaway: tooMuch, stream: (id) => Buffer.concat([head(id), resetStream(id, cancel)]) },
  { name: "after the request", goaway: tooMuch, stream: (id) => Buffer.concat([whole(id), resetStream(id, cancel)]) },
  { name: "as if nothing was wrong", goaway: tooMuch, stream: (id) => Buffer.concat([whole(id), resetStream(id, noError)]) },
];

/** Streams that the client makes the server reset, by breaking the protocol on them (CVE-2025-8671). */
export const serverResets: readonly ResetFlood[] = [
  { name: "by credit of nothing", goaway: [protocolError], stream: (id) => Buffer.concat([whole(id), windowUpdate(id, 0)]) },
  {
    name: "by too much credit",
    goaway: [flowControlError],
    stream: (id) => Buffer.concat([whole(id), windowUpdate(id, 2 ** 31 - 1)]),
  },
  {
    name: "by data after the end",
    goaway: [streamClosed],
    stream: (id) => Buffer.concat([whole(id), data(id, flags.none)]),
  },
  {
    name: "by a head after the end",
    goaway: [streamClosed],
    stream: (id) => Buffer.concat([whole(id), frame(types.headers, flags.endHeaders, id, fieldBlock([["x", "y"]]))]),
  },
  {
    name: "by a body longer than it says",
    goaway: [internalError],
    stream: (id) => Buffer.concat([requestHead(id, path, [json, ["content-length", "1"]]), data(id, flags.endStream)]),
  },
  {
    name: "by heads that are no request",
    goaway: tooMuch,
    stream: (id) => frame(types.headers, flags.endHeaders | flags.endStream, id, fieldBlock([[":method", "POST"]])),
  },
];

/** A flood on one connection that is open: so many streams, so many in each write. */
export function* floodOf({ stream }: ResetFlood, streams: number, perWrite: number): Generator<Buffer> {
  for (let at = 0; at < streams; at += perWrite) {
    yield Buffer.concat(Array.from({ length: perWrite }, (_, index) => stream(2 * (at + index) + 1)));
  }
}
