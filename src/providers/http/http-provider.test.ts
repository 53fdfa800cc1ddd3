import { expect, it } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { GatewayError } from "../../chat/error.ts";
import { Secret } from "../../chat/secret.ts";
import type { UpstreamSettings } from "../../transport/upstream-settings.ts";
import { httpProvider } from "./http-provider.ts";

const unused = () => {
  throw new GatewayError("internal", "nothing is asked here");
};

function provider(upstream: UpstreamSettings, baseUrl = "https://api.acme.test/v1") {
  return httpProvider({
    name: "acme",
    baseUrl,
    headers: { "acme-version": "1" },
    authenticate: () => ({}),
    api: { request: unused, isStream: unused, stream: unused, whole: unused, refusal: unused },
    models: [],
    deps: { clock: new FakeClock(), upstream },
  });
}

it("does not take a header that it sends itself", async () => {
  await provider({ headers: { "acme-tenant": new Secret("t") } }).close();
  expect(() => provider({ headers: { "acme-version": new Secret("2") } })).toThrow(
    "headers.acme-version: this type of provider sends its own",
  );
});

it("does not ask where no upstream may be, however a vendor's file came by the URL", () => {
  expect(() => provider({}, "http://[fd00:ec2::254]/v1")).toThrow("its URL leads to a cloud's metadata service");
});
