import { describe, expect, it } from "vitest";
import { z } from "zod";
import { middlewareByName } from "./index.ts";

const minimal: Readonly<Record<string, unknown>> = {
  denyList: { entries: ["x"] },
  literalGuard: { literals: ["x"], action: "block" },
  regex: { patterns: [{ pattern: "x" }] },
};

const parts = { templates: {}, folder: "." };

describe("middlewareByName", () => {
  it.each([...middlewareByName])("%s is made under its own name, by itself as by its factory's options", (name, { create }) => {
    expect(create(minimal[name], parts).name).toBe(name);
  });

  it.each([...middlewareByName])("%s refuses an option it does not know, by name", (name, { create }) => {
    expect(() => create({ ...(minimal[name] as object), colour: "red" }, parts)).toThrow(/colour/);
  });

  it.each([...middlewareByName])("%s has a JSON Schema of its options", (_, { options }) => {
    expect(z.toJSONSchema(options, { io: "input" })).toMatchObject({ type: "object", additionalProperties: false });
  });

  it("has errors that name the field", () => {
    expect(() => middlewareByName.get("literalGuard")?.create({ literals: [""], action: "maul" }, parts)).toThrow(
      expect.objectContaining({
        issues: [expect.objectContaining({ path: ["literals", 0] }), expect.objectContaining({ path: ["action"] })],
      }),
    );
  });
});
