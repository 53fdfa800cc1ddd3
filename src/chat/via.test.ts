import { expect, it } from "vitest";
import { extendVia, loopOf, newInstanceName } from "./via.ts";

const [a, b] = ["sluice-00000000000000aa", "sluice-00000000000000bb"];

it("names are tokens, and no two are the same", () => {
  const names = Array.from({ length: 100 }, newInstanceName);
  expect(new Set(names).size).toBe(100);
  for (const name of names) expect(name).toMatch(/^sluice-[\da-f]{16}$/);
});

it.each<[string | readonly string[] | undefined, string]>([
  [undefined, `1.1 ${a}`],
  ["", `1.1 ${a}`],
  ["1.1 proxy.example, 2 secret-host (a comment)", `1.1 ${a}`], // of what is not ours nothing is told
  [`1.1 ${b}`, `1.1 ${b}, 1.1 ${a}`],
  [`1.1 nginx ,  1.1  ${b}\t`, `1.1 ${b}, 1.1 ${a}`],
  [[`1.1 ${b}`, "1.0 x"], `1.1 ${b}, 1.1 ${a}`],
  [`1.1 sluice-${"0".repeat(17)}, 1.1 ${b};x, 1.1 sluice-XXXXXXXXXXXXXXXX`, `1.1 ${a}`],
])("after %j it is %j", (via, extended) => expect(extendVia(via, a)).toBe(extended));

it.each<[string | readonly string[]]>([
  [`1.1 ${a}`],
  [`1.1 ${b}, 1.1 nginx, 1.1 ${a}`],
  [[`1.1 ${b}`, `1.1\t${a}`]],
  [Array<string>(16).fill(`1.1 ${b}`).join()],
])("%j is a loop", (via) => {
  expect(loopOf(via, a)).toMatchObject({ code: "loop_detected" });
});

it.each<[string | undefined]>([
  [undefined],
  [`1.1 ${b}`],
  [`1.1 x${a}`],
  [`1.1 proxy (${a})`],
  [Array<string>(15).fill(`1.1 ${b}`).join()],
])("%j is none", (via) => expect(loopOf(via, a)).toBeUndefined());
