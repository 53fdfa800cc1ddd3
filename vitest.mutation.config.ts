import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

/** The tests that judge mutants of the guard engine, with a small part of their cases each. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ["src/guard/*.test.ts"], isolate: false, env: { ...base.test?.env, CASES: "0.03" } },
});
