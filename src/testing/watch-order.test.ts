import { describe, expect, it } from "vitest";
import type { RequestContext } from "../pipeline/context.ts";
import type { Middleware } from "../pipeline/middleware.ts";
import { watchOrder } from "./watch-order.ts";

const call = {} as RequestContext; // contexts are told apart, not looked at
const attempt = {} as RequestContext;

type Step = readonly ["beforeLlm" | "afterLlm" | "onResponseUpdate", "outer" | "inner", RequestContext?];

function breaksOf(...steps: readonly Step[]): readonly string[] {
  const list: Middleware[] = ["outer", "inner"].map((name) => ({ name, onResponseUpdate: () => undefined }));
  const watched = watchOrder(list);
  for (const [hook, name, ctx = call] of steps) {
    const middleware = watched.middleware.find((candidate) => candidate.name === name);
    if (hook === "onResponseUpdate") void middleware?.onResponseUpdate?.(ctx, { windows: [], final: true, text: () => "" });
    else void middleware?.[hook]?.(ctx);
  }
  return watched.breaks();
}

describe("watchOrder", () => {
  const entered: readonly Step[] = [
    ["beforeLlm", "outer"],
    ["beforeLlm", "inner"],
  ];
  it("has nothing against the onion's order, also of attempts", () => {
    expect(breaksOf(...entered, ["onResponseUpdate", "outer"], ["afterLlm", "inner"], ["afterLlm", "outer"])).toEqual([]);
    expect(
      breaksOf(
        ["beforeLlm", "outer"],
        ["beforeLlm", "inner", attempt],
        ["afterLlm", "inner", attempt],
        ["beforeLlm", "inner"],
        ["afterLlm", "inner"],
        ["afterLlm", "outer"],
      ),
    ).toEqual([]);
  });

  it.each<[string, readonly Step[]]>([
    ["afterLlm of 1:inner ran twice", [...entered, ["afterLlm", "inner"], ["afterLlm", "inner"]]],
    ["afterLlm of 1:inner never ran", [...entered, ["afterLlm", "outer"]]],
    [
      "afterLlm of 1:inner ran without its beforeLlm",
      [
        ["beforeLlm", "outer"],
        ["afterLlm", "inner"],
        ["afterLlm", "outer"],
      ],
    ],
    [
      "afterLlm of 1:inner ran after that of 0:outer, which is outside it",
      [...entered, ["afterLlm", "outer"], ["afterLlm", "inner"]],
    ],
    [
      "afterLlm of 0:outer ran before that of 1:inner",
      [
        ["beforeLlm", "outer"],
        ["beforeLlm", "inner", attempt],
        ["afterLlm", "outer"],
        ["afterLlm", "inner", attempt],
      ],
    ],
    ["onResponseUpdate of 1:inner ran after its afterLlm", [...entered, ["afterLlm", "inner"], ["onResponseUpdate", "inner"]]],
  ])("says: %s", (sentence, steps) => {
    expect(breaksOf(...steps)).toContain(sentence);
  });
});
