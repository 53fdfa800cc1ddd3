import { z } from "zod";
import { formatAddress, parseListenAddress, parseTcpAddress, type TcpAddress, type UnixAddress } from "./address.ts";
import { duration, type Notation, parsed, positiveDuration, size } from "./unit-fields.ts";

const addressProblem = "must be an address such as 127.0.0.1:8080, [::1]:8080 or unix:/run/sluice.sock?mode=0660&group=app";

/** An address of its own port only; undefined: off. */
function tcpOrOff(example: string) {
  const orOff: Notation<{ readonly at: TcpAddress | undefined }> = {
    parse(text) {
      const at = parseTcpAddress(text);
      return at === undefined && text !== "off" ? undefined : { at };
    },
    format: ({ at }) => (at === undefined ? "off" : formatAddress(at)),
  };
  return z.codec(parsed(orOff, `must be off or an address such as ${example}`), z.custom<TcpAddress | undefined>(), {
    decode: ({ at }) => at,
    encode: (at) => ({ at }),
  });
}

const tls = z.strictObject({
  cert: z.string().min(1).describe("File of the certificate, with the intermediate ones after it. PEM."),
  key: z.string().min(1).describe("File of its private key. PEM."),
  clientCa: z
    .string()
    .min(1)
    .optional()
    .describe("File of the authorities whose clients are let in. With it every client must show a certificate (mTLS)."),
});

const tcpListener = z.strictObject({
  address: z.string().describe("Where it listens."),
  tls: tls.optional().describe("With it the port speaks TLS only."),
  reusePort: z
    .boolean()
    .optional()
    .describe("Whether other processes may listen on it too, for several on one machine. Linux and the BSDs."),
});

type Listener = UnixAddress | (TcpAddress & Omit<z.output<typeof tcpListener>, "address">);

const listener = z.codec(
  z.union([z.string(), tcpListener], { error: (issue) => (issue.input === undefined ? undefined : addressProblem) }),
  z.custom<Listener>(),
  {
    decode(entry, ctx) {
      const { address, ...options } = typeof entry === "string" ? { address: entry } : entry;
      const at = parseListenAddress(address);
      const isBare = Object.keys(options).length === 0;
      if (at !== undefined && (isBare || "host" in at)) return { ...at, ...options };
      const message = at === undefined ? addressProblem : "a Unix socket has no tls and no reusePort";
      ctx.issues.push({ code: "custom", message, input: entry });
      return z.NEVER;
    },
    encode(at) {
      const address = formatAddress(at);
      if (!("host" in at)) return address;
      const { host: _, port: __, ...options } = at;
      return Object.keys(options).length === 0 ? address : { address, ...options };
    },
  },
);

const origin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    "must be an origin such as https://app.example, without a path",
  );

const count = z.number().int().min(1);

/** The listeners, and what clients may take. */
export const serverSchema = z.strictObject({
  listen: z
    .array(listener)
    .min(1)
    .prefault(["127.0.0.1:8080"])
    .describe("The main listeners: addresses, or maps of an `address` with `tls` or `reusePort`."),
  admin: tcpOrOff("127.0.0.1:8081").prefault("127.0.0.1:8081").describe("Address of the admin listener, or off."),
  metrics: tcpOrOff("0.0.0.0:9464").prefault("off").describe("Address of the metrics listener, or off."),
  maxRequestBytes: size("1KiB", "1GiB").prefault("32MiB").describe("The largest request body, inflated."),
  maxInFlightBytes: size("1KiB", "64GiB")
    .prefault("512MiB")
    .describe("Bodies of all requests together, an eighth of it for those up to 64 KiB. One more is `overloaded`."),
  maxHeaderBytes: size("1KiB", "1MiB").prefault("32KiB").describe("The largest head of a request."),
  maxConnections: count.default(10_000).describe("Connections of all main listeners. One more is told 503 and closed."),
  maxStreamsPerConnection: count.default(1000).describe("HTTP/2: requests of a connection at one time."),
  maxRequestsPerConnection: count
    .default(100_000)
    .describe("Requests after which a connection is closed in good order, so that clients spread over replicas again."),
  allowedHosts: z
    .array(z.string().min(1))
    .default([])
    .describe("Host names that loopback listeners answer to besides localhost and loopback addresses."),
  cors: z.strictObject({ origins: z.array(origin).prefault([]).describe("Origins whose pages may call.") }).prefault({}),
  timeouts: z
    .strictObject({
      headers: positiveDuration.prefault("10s").describe("How long the head of a request may take to arrive."),
      body: positiveDuration.prefault("60s").describe("How long the body of a request may take to arrive, after its head."),
      idle: positiveDuration.prefault("75s").describe("How long a connection may stay without a request."),
      write: positiveDuration.prefault("30s").describe("How long a client may take none of what is sent to it."),
      silent: positiveDuration.prefault("10s").describe("How long a new connection may say nothing."),
    })
    .prefault({}),
  keepAlive: positiveDuration
    .prefault("15s")
    .describe("How long a waiting client hears nothing before it is sent a sign of life."),
  drainDelay: duration
    .prefault("5s")
    .describe("How long calls are still taken after SIGTERM, until everybody knows that the gateway is not ready."),
  drainTimeout: duration.prefault("30s").describe("How long running calls may take to finish at the end."),
  overload: z
    .strictObject({
      eventLoopLag: positiveDuration
        .prefault("20ms")
        .describe("How late the event loop may be. New calls beyond what keeps it in time are refused as `overloaded`."),
      heap: z
        .number()
        .min(0.1)
        .max(1)
        .default(0.85)
        .describe(
          "How much of the heap's old generation may be in use, as a part of its limit. Every new call is refused beyond it.",
        ),
    })
    .prefault({}),
});
