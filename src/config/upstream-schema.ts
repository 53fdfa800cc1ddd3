import { isIP } from "node:net";
import { z } from "zod";
import { addedHeaders, forwardedHeader } from "./header-fields.ts";
import { positiveDuration } from "./unit-fields.ts";

const addressRange = z.string().refine((text) => {
  const [address = "", length, ...more] = text.split("/");
  const most = { 4: 32, 6: 128 }[isIP(address)];
  return (
    most !== undefined && more.length === 0 && (length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= most))
  );
}, "must be an address or a range such as 169.254.10.0/24");

const connection = z.strictObject({
  maxRequests: z
    .number()
    .int()
    .min(1)
    .default(10_000)
    .describe("Requests that run at one time. Over HTTP/1.1 each has a connection of its own."),
  maxWaiting: z
    .number()
    .int()
    .min(0)
    .default(1000)
    .describe("Requests that wait for one of those to end. One more is refused: `overloaded`."),
  connectTimeout: positiveDuration
    .prefault("10s")
    .describe("How long it may take to be connected: name, proxy and TLS together."),
  idleTimeout: positiveDuration
    .prefault("30s")
    .describe("How long a connection is kept without a request; shorter where the upstream says so."),
  maxAge: positiveDuration
    .prefault("10m")
    .describe("How long a connection takes new requests. The next one asks for the upstream's address again."),
  http2: z.boolean().default(false).describe("Whether HTTP/2 is used where the upstream speaks it. Read what it costs first."),
});

const file = z.string().min(1);

const tls = z
  .strictObject({
    ca: file.optional().describe("File of the authorities that its certificate may be from, in place of the usual ones. PEM."),
    cert: file.optional().describe("File of the certificate that is shown to it. PEM."),
    key: file.optional().describe("File of that certificate's private key. PEM."),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), "has one of cert and key without the other");

/** What every provider that is asked over HTTP may say of its upstream: spread into its schema. */
export const upstreamFields = {
  headers: addedHeaders.default({}).describe("Headers that are sent with every request. Their values are secret."),
  forwardHeaders: z.array(forwardedHeader).default([]).describe("Headers of clients that are sent upstream too."),
  connection: connection.prefault({}),
  tls: tls.optional(),
  allowAddresses: z
    .array(addressRange)
    .default([])
    .describe(
      "Addresses and ranges where it may be although no upstream is usually there: link-local, metadata services and the like.",
    ),
};
