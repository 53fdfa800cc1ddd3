import { describe, expect, it } from "vitest";
import { ModelLabels } from "./model-labels.ts";

describe("ModelLabels", () => {
  it("tells apart what is offered, and nothing else", () => {
    const labels = new ModelLabels(10);
    expect(labels.of("a")).toBe("other");
    labels.offer(["a", "b"]);
    expect(["a", "b", "c", ""].map((model) => labels.of(model))).toEqual(["a", "b", "other", "other"]);
  });

  it("gives so many labels in all, to those that are asked for first", () => {
    const labels = new ModelLabels(2);
    labels.offer(["a", "b", "c"]);
    expect(["c", "a", "b", "c", "a"].map((model) => labels.of(model))).toEqual(["c", "a", "other", "c", "a"]);
    labels.offer(["d", "e"]);
    expect(["d", "a"].map((model) => labels.of(model))).toEqual(["other", "a"]);
  });
});
