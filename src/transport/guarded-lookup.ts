import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import type { AddressRules } from "./address-rules.ts";

/** A host may not be asked, because of where it is. */
export class RefusedAddress extends Error {}

/**
 * Resolves names for a socket that is about to be connected, without the addresses that the rules refuse: what was checked is what is
 * connected to, whatever a name resolves to at another time. Fails with a {@link RefusedAddress} when no address is left.
 */
export function guardedLookup(rules: AddressRules, resolve: LookupFunction = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, "");
      const addresses = typeof found === "string" ? [] : found; // never text, as all are asked for
      const allowed = addresses.filter(({ address }) => rules(address) === undefined);
      const [first] = allowed;
      if (first === undefined) callback(new RefusedAddress(`${hostname} leads to where no upstream may be`), "");
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}
