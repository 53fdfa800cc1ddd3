import { statSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import base from "./vitest.config.ts";

/** Short files first, which are fast: most mutants do not live to see the laws, which take longer. */
class ShortFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const size = ({ moduleId }: TestSpecification) => statSync(moduleId).size;
    return files.toSorted((a, b) => size(a) - size(b));
  }
}

/** The tests that judge mutants of the guard engine, with a small part of their cases each, always the same. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["src/guard/*.test.ts"],
    isolate: false,
    env: { ...base.test?.env, CASES: "0.01", SEED: "20261128" },
    sequence: { sequencer: ShortFirst },
  },
});
