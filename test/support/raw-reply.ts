import type { ClientHttp2Session, IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import { text } from "node:stream/consumers";
import type { RawConnection } from "./raw-connection.ts";

/** A reply as it was on the wire. */
export interface RawReply {
  /** 0: there was none. */
  readonly status: number;
  /** Header and trailer fields in their order, names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** A character a byte; of HTTP/1.1 with its chunks. */
  readonly body: string;
}

/** Reads the one reply of a connection of HTTP/1.1 that ends after it. */
export async function http1Reply(connection: RawConnection): Promise<RawReply> {
  await connection.ended;
  connection.leave();
  const { text } = connection;
  const end = text.indexOf("\r\n\r\n");
  const [line = "", ...fields] = text.slice(0, Math.max(end, 0)).split("\r\n");
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1] ?? 0),
    fields: fields.map((field) => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
    body: text.slice(end + 4),
  };
}

/** Sends a request over HTTP/2, its fields unchecked, and reads its reply. */
export async function http2Reply(session: ClientHttp2Session, request: OutgoingHttpHeaders, body = ""): Promise<RawReply> {
  const stream = session.request(request, { endStream: body === "" });
  const fields: (readonly [string, string])[] = [];
  let status = 0;
  const note = (headers: IncomingHttpHeaders) => {
    for (const [name, value] of Object.entries(headers)) if (!name.startsWith(":")) fields.push([name, String(value)]);
  };
  stream.on("response", (headers) => {
    status = Number(headers[":status"]);
    note(headers);
  });
  stream.on("trailers", note);
  const closed = new Promise((resolve) => stream.on("error", () => undefined).once("close", resolve));
  if (body !== "") stream.end(Buffer.from(body, "latin1"));
  const read = text(stream.setEncoding("latin1")).catch(() => "");
  await closed;
  return { status, fields, body: await read };
}
