import type { TLSSocket } from "node:tls";

/** By connection: they do not change while it is open. */
const known = new WeakMap<object, readonly string[]>();

/**
 * The subject alternative names of a client's certificate, as Node writes them (`DNS:client.example`); undefined when it has shown none
 * that was verified.
 */
export function certificateNamesOf(socket: TLSSocket): readonly string[] | undefined {
  if (!socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  let names = known.get(certificate);
  if (names === undefined) {
    names = split(certificate.subjectAltName ?? "");
    known.set(certificate, names);
  }
  return names;
}

/** Splits `DNS:a, URI:"b, c"`: Node quotes, as JSON, what holds a comma or a quote. */
function split(text: string): readonly string[] {
  return [...text.matchAll(/([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g)].map(([, type = "", value = ""]) =>
    value.startsWith('"') ? `${type}:${String(JSON.parse(value))}` : `${type}:${value}`,
  );
}
