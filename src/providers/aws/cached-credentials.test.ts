import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../chat/secret.ts";
import type { AwsCredentials } from "./aws-credentials.ts";
import { CachedCredentials } from "./cached-credentials.ts";
import { credentialFailure } from "./credential-failure.ts";

const minute = 60_000;
let now = 0;
let asked = 0;
let answer: () => Promise<AwsCredentials | undefined>;
const lasting = (ms: number | undefined) => () =>
  Promise.resolve({
    accessKeyId: `key ${asked}`,
    secretAccessKey: new Secret("s"),
    ...(ms === undefined ? {} : { expiresAt: now + ms }),
  });
const made = () =>
  new CachedCredentials(
    () => {
      asked++;
      return answer();
    },
    () => now,
  );

beforeEach(() => {
  now = 1_000_000;
  asked = 0;
  answer = lasting(60 * minute);
});

describe("credentials", () => {
  it("are asked for once, however many want them", async () => {
    const credentials = made();
    const all = await Promise.all(Array.from({ length: 100 }, () => credentials.get()));
    expect(new Set(all.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(["key 1"]));
    now += 54 * minute;
    expect(credentials.get()).toMatchObject({ accessKeyId: "key 1" }); // at once, without a promise
    expect(asked).toBe(1);
  });

  it("without an end are asked for once", async () => {
    answer = lasting(undefined);
    const credentials = made();
    await credentials.get();
    now += 1e9;
    expect(credentials.get()).toMatchObject({ accessKeyId: "key 1" });
  });

  it("are replaced in their last five minutes, and nobody waits", async () => {
    const credentials = made();
    await credentials.get();
    now += 56 * minute;
    expect(credentials.get()).toMatchObject({ accessKeyId: "key 1" });
    expect(credentials.get()).toMatchObject({ accessKeyId: "key 1" });
    await setImmediate();
    expect(credentials.get()).toMatchObject({ accessKeyId: "key 2" });
    expect(asked).toBe(2);
  });

  it("are waited for in their last minute", async () => {
    const credentials = made();
    await credentials.get();
    now += 59.5 * minute;
    const [one, other] = await Promise.all([credentials.get(), credentials.get()]);
    expect([one.accessKeyId, other.accessKeyId, asked]).toEqual(["key 2", "key 2", 2]);
  });

  it("go on while their source fails, which is asked twice a minute", async () => {
    const credentials = made();
    await credentials.get();
    answer = () => Promise.reject(credentialFailure("down"));
    now += 56 * minute;
    for (let second = 0; second < 60; second++) {
      expect(credentials.get()).toMatchObject({ accessKeyId: "key 1" });
      await setImmediate();
      now += 1000;
    }
    expect(asked).toBe(3);
    now += 3 * minute;
    await expect(credentials.get()).rejects.toMatchObject({ code: "upstream_auth" });
    answer = lasting(60 * minute);
    expect(await credentials.get()).toMatchObject({ accessKeyId: "key 5" });
  });

  it("that are nowhere set up are an error of the gateway's", async () => {
    answer = () => Promise.resolve(undefined);
    await expect(made().get()).rejects.toMatchObject({
      code: "upstream_auth",
      message: "the gateway has no credentials for the upstream",
    });
  });
});
