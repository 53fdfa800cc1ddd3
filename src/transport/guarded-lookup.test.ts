import type { LookupAddress, LookupOptions } from "node:dns";
import type { LookupFunction } from "node:net";
import { expect, it } from "vitest";
import { addressRules } from "./address-rules.ts";
import { guardedLookup, RefusedAddress } from "./guarded-lookup.ts";

const v4 = (address: string): LookupAddress => ({ address, family: 4 });

/** A resolver that gives these addresses, to who wants all of them as to who wants one. */
function resolving(...addresses: LookupAddress[]): LookupFunction {
  return (_, { all }, callback) => {
    if (all === true) callback(null, addresses);
    else callback(null, addresses[0]?.address ?? "", addresses[0]?.family);
  };
}

function looked(resolve: LookupFunction | undefined, options: LookupOptions, name = "name.test"): Promise<unknown> {
  return new Promise((done) => {
    guardedLookup(addressRules(), resolve)(name, options, (error, address, family) => done(error ?? [address, family]));
  });
}

it("gives the addresses that may be asked", async () => {
  const resolve = resolving(v4("169.254.169.254"), v4("10.0.0.1"), { address: "fe80::1", family: 6 }, v4("10.0.0.2"));
  expect(await looked(resolve, { all: true })).toEqual([[v4("10.0.0.1"), v4("10.0.0.2")], undefined]);
  expect(await looked(resolve, {})).toEqual(["10.0.0.1", 4]);
});

it("fails when there is none", async () => {
  for (const options of [{}, { all: true }]) {
    expect(await looked(resolving(v4("169.254.169.254")), options)).toBeInstanceOf(RefusedAddress);
  }
});

it("asks the system, whose errors pass", async () => {
  expect(await looked(undefined, { family: 4 }, "localhost")).toEqual(["127.0.0.1", 4]);
  expect(await looked(undefined, {}, "host.invalid")).toMatchObject({ syscall: "getaddrinfo" });
});
