import { describe, expect, it } from "vitest";
import { formatAddress, parseListenAddress, parseTcpAddress } from "./address.ts";
import { formatDuration, formatSize, parseDuration, parseSize } from "./units.ts";

describe("parseDuration", () => {
  const cases: readonly (readonly [text: string, milliseconds: number | undefined])[] = [
    ["250ms", 250],
    ["30s", 30_000],
    ["1.5s", 1500],
    ["5m", 300_000],
    ["1h", 3_600_000],
    ["0s", 0],
    ["30", undefined],
    ["-1s", undefined],
    ["1d", undefined],
    ["1 s", undefined],
    ["", undefined],
    ["1constructor", undefined],
  ];
  for (const [text, milliseconds] of cases)
    it(`${text} is ${milliseconds}`, () => expect(parseDuration(text)).toBe(milliseconds));
});

describe("parseSize", () => {
  const cases: readonly (readonly [text: string, bytes: number | undefined])[] = [
    ["512B", 512],
    ["64KiB", 65_536],
    ["4MiB", 4_194_304],
    ["1GiB", 1_073_741_824],
    ["1KB", 1000],
    ["4mib", undefined],
    ["-4MiB", undefined],
    ["MiB", undefined],
  ];
  for (const [text, bytes] of cases) it(`${text} is ${bytes}`, () => expect(parseSize(text)).toBe(bytes));
});

describe("parseTcpAddress", () => {
  const cases: readonly (readonly [text: string, address: object | undefined])[] = [
    ["127.0.0.1:8080", { host: "127.0.0.1", port: 8080 }],
    ["[::1]:0", { host: "::1", port: 0 }],
    ["localhost:65535", { host: "localhost", port: 65_535 }],
    ["localhost:65536", undefined],
    ["::1:8080", undefined],
    ["localhost", undefined],
    [":8080", undefined],
  ];
  for (const [text, address] of cases)
    it(`${text} is ${JSON.stringify(address)}`, () => expect(parseTcpAddress(text)).toEqual(address));
});

describe("what is formatted", () => {
  it.each([
    [0, "0s"],
    [1, "1ms"],
    [1500, "1500ms"],
    [75_000, "75s"],
    [60_000, "1m"],
    [5_400_000, "90m"],
    [7_200_000, "2h"],
  ])("a duration of %d ms is %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    [1000, "1000B"],
    [65_536, "64KiB"],
    [33_554_432, "32MiB"],
    [1_073_741_824, "1GiB"],
  ])("a size of %d bytes is %s", (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(["127.0.0.1:8080", "[::1]:0", "unix:/run/a b.sock?mode=0600", "unix:/run/s?mode=0007&group=a%26b"])(
    "the address %s is read as it was",
    (text) => {
      const address = parseListenAddress(text);
      expect(address === undefined ? undefined : formatAddress(address)).toBe(text);
    },
  );
});
