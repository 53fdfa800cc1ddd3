/**
 * How well the tests of the guard engine tell it from one with a fault in it: `npm run mutation`. Left out are the tables of
 * `recognizers/`, `secrets/`, `inappropriate/` and `prompt-injection/`, whose quality is measured on labelled texts, and
 * `checksums/`.
 */
export default {
  packageManager: "npm",
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "vitest.mutation.config.ts", related: false },
  tsconfigFile: "none", // to be rewritten it would need an API that TypeScript 7 has not
  coverageAnalysis: "perTest",
  mutate: ["src/guard/*.ts", "!src/guard/*.test.ts"],
  tempDirName: ".cache/stryker",
  ignorePatterns: [".cache", "docs", "bench", "deploy", "dist"],
  concurrency: 2,
  timeoutMS: 1000,
  timeoutFactor: 2,
  reporters: ["clear-text", "progress-append-only"],
  clearTextReporter: { allowColor: false, allowEmojis: false, reportTests: false },
  thresholds: { high: 90, low: 85, break: 85 },
};
