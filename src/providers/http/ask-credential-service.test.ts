import { once } from "node:events";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { cut, FakeUpstream, type Script, stall } from "../../../test/support/fake-upstream.ts";
import { within } from "../../../test/support/within.ts";
import { addressRules } from "../../transport/address-rules.ts";
import { askCredentialService, type CredentialQuestion, metadataAddresses } from "./ask-credential-service.ts";

const clock = new FakeClock();
let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await FakeUpstream.start();
});
afterEach(() => {
  upstream.clear();
  expect(clock.pending).toBe(0);
});
afterAll(() => upstream.close());

const ask = (question: Partial<CredentialQuestion> = {}) =>
  askCredentialService({ url: new URL("/a?b=secret", upstream.origin), ...question }, clock);

it("gives whatever is answered, and keeps no connection", async () => {
  upstream.next({ status: 403, steps: ["no"] });
  expect(await ask({ headers: { "x-a": "1" } })).toEqual({ status: 403, text: "no" });
  const { method, path, headers } = await upstream.request();
  expect([method, path, headers["x-a"], headers["content-type"]]).toEqual(["GET", "/a?b=secret", "1", undefined]);
  const closed = [...upstream.sockets].map((socket) => once(socket, "close"));
  await within(2000, "the connection's end", Promise.all(closed)); // the server itself would keep it for five seconds
});

it("sends a form", async () => {
  upstream.next({ steps: ["{}"] });
  await ask({ form: { a: "b c", d: "é&=" } });
  const { method, body, headers } = await upstream.request();
  expect([method, headers["content-type"], headers.accept]).toEqual([
    "POST",
    "application/x-www-form-urlencoded",
    "application/json",
  ]);
  expect(body.toString()).toBe("a=b+c&d=%C3%A9%26%3D");
});

it.each<[string, Script]>([
  ["is cut", { steps: ["{", cut] }],
  ["is too long", { steps: ["x".repeat(100_000)] }],
])("fails when the answer %s, and tells nothing", async (_what, script) => {
  upstream.next(script);
  await expect(ask()).rejects.toMatchObject({
    code: "upstream_error",
    message: "the upstream's credentials cannot be had",
    provider: undefined,
  });
});

it.each([
  [undefined, 10_000],
  [1000, 1000],
])("waits for %s ms", async (timeoutMs, waited) => {
  upstream.next({ steps: ["{", stall] });
  let failed = false;
  const asked = ask({ timeoutMs }).catch((error) => {
    failed = true;
    return error;
  });
  await upstream.request();
  await clock.advance(waited - 1);
  expect(failed).toBe(false);
  await clock.advance(1);
  expect(await asked).toMatchObject({ code: "upstream_timeout" });
});

it("does not ask where no upstream may be, unless that is what it is for", async () => {
  await expect(ask({ url: new URL("http://169.254.169.254/secret") })).rejects.toMatchObject({
    code: "upstream_error",
    message: "the upstream's credentials cannot be had",
  });
  const [usual, forMetadata] = [addressRules(), addressRules(metadataAddresses)];
  for (const address of metadataAddresses)
    expect([usual(address), forMetadata(address)]).toEqual([expect.any(String), undefined]);
  expect(forMetadata("metadata.google.internal")).toBeUndefined();
});
