import { isIP } from "node:net";
import { z } from "zod";
import { addedHeaders, forwardedHeader } from "./header-fields.ts";

const addressRange = z.string().refine((text) => {
  const [address = "", length, ...more] = text.split("/");
  const most = { 4: 32, 6: 128 }[isIP(address)];
  return (
    most !== undefined && more.length === 0 && (length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= most))
  );
}, "must be an address or a range such as 169.254.10.0/24");

/** What every provider that is asked over HTTP may say of its upstream: spread into its schema. */
export const upstreamFields = {
  headers: addedHeaders.default({}).describe("Headers that are sent with every request. Their values are secret."),
  forwardHeaders: z.array(forwardedHeader).default([]).describe("Headers of clients that are sent upstream too."),
  allowAddresses: z
    .array(addressRange)
    .default([])
    .describe(
      "Addresses and ranges where it may be although no upstream is usually there: link-local, metadata services and the like.",
    ),
};
