import { inspect } from "node:util";
import { expect, it } from "vitest";
import type { Environment } from "./expand.ts";
import { proxyEnvironment } from "./proxy-environment.ts";

const origin = (env: Environment, url: string) => proxyEnvironment(env)(new URL(url))?.origin;
const both = { HTTP_PROXY: "http://plain.test:3128", HTTPS_PROXY: "http://secure.test:3128" };

it.each<[Environment, string, string | undefined]>([
  [{}, "https://api.test/v1", undefined],
  [both, "https://api.test/v1", "http://secure.test:3128"],
  [both, "http://api.test/v1", "http://plain.test:3128"],
  [{ ...both, https_proxy: "https://small.test" }, "https://api.test", "https://small.test"],
  [{ ...both, https_proxy: "" }, "https://api.test", "http://secure.test:3128"],
  [{ HTTPS_PROXY: " proxy.test:8080 " }, "https://api.test", "http://proxy.test:8080"],
  [{ HTTP_PROXY: "proxy.test" }, "https://api.test", undefined],
  ...[
    "http://localhost:1",
    "http://a.localhost",
    "http://127.0.0.1",
    "http://127.9.9.9",
    "http://[::1]:8",
    "http://0x7f000001",
  ].map((url) => [both, url, undefined] as [Environment, string, undefined]),
])("with %j to %s by %s", (env, url, expected) => expect(origin(env, url)).toBe(expected));

it.each<[string, readonly string[], readonly string[]]>([
  ["*", ["https://a.test", "http://10.0.0.1"], []],
  [
    "a.test",
    ["https://a.test", "https://b.a.test", "https://A.TEST.", "http://a.test:99"],
    ["https://ba.test", "https://a.test.x"],
  ],
  [".a.test", ["https://a.test", "https://b.a.test"], ["https://ba.test"]],
  ["*.a.test", ["https://b.a.test"], ["https://ba.test"]],
  ["A.Test:8080", ["http://a.test:8080", "http://b.a.test:8080"], ["http://a.test", "https://a.test"]],
  ["a.test:443 , b.test:80", ["https://a.test", "http://b.test"], ["http://a.test", "https://b.test"]],
  [
    "10.1.2.3",
    ["http://10.1.2.3", "http://10.1.2.3:99", "http://[::ffff:10.1.2.3]"],
    ["http://10.1.2.4", "http://a.10.1.2.3.test"],
  ],
  ["10.1.2.3:80", ["http://10.1.2.3"], ["http://10.1.2.3:81"]],
  ["10.0.0.0/8", ["http://10.255.0.1:7", "http://167772161"], ["http://11.0.0.1", "http://ten.test"]],
  ["fd00::/8", ["http://[fd12::1]"], ["http://[fe12::1]"]],
  ["[fd12::1]:80", ["http://[fd12::1]"], ["http://[fd12::1]:81", "http://[fd12::2]"]],
  ["fd12::1", ["http://[fd12::1]:81", "http://[FD12:0::1]"], ["http://[fd12::2]"]],
  ["  ", [], ["http://a.test"]],
])("NO_PROXY=%s", (noProxy, direct, proxied) => {
  for (const name of ["NO_PROXY", "no_proxy"]) {
    const env = { ...both, [name]: noProxy };
    expect(direct.filter((url) => origin(env, url) !== undefined)).toEqual([]);
    expect(proxied.filter((url) => origin(env, url) === undefined)).toEqual([]);
  }
});

it("a proxy's credentials are secret", () => {
  const proxy = proxyEnvironment({ HTTPS_PROXY: "http://us%40er:p%3Aass@proxy.test:3128" })(new URL("https://a.test"));
  expect(proxy?.origin).toBe("http://proxy.test:3128");
  expect(proxy?.authorization?.reveal()).toBe(`Basic ${Buffer.from("us@er:p:ass").toString("base64")}`);
  expect(`${inspect(proxy, { depth: 9 })}${JSON.stringify(proxy)}`).not.toMatch(/ass|dXNA/);
});

it.each([["socks5://u:secret@proxy.test"], ["http://u:secret@"], ["ftp://secret"], ["http://secret%zz@proxy.test"]])(
  "%s is no proxy, and is not told",
  (value) => {
    const proxyFor = proxyEnvironment({ HTTPS_PROXY: value });
    expect(() => proxyFor(new URL("https://a.test"))).toThrow(/^HTTPS_PROXY is no http:\/\/ or https:\/\/ URL$/);
    expect(proxyFor(new URL("https://localhost"))).toBeUndefined();
  },
);

it("a range that is none is refused", () => {
  expect(() => origin({ ...both, NO_PROXY: "10.0.0.0/33" }, "http://a.test")).toThrow("NO_PROXY has a range that is none");
});
