import { expect, it } from "vitest";
import { readMetrics } from "./metrics-text.ts";

const head = "# HELP a_total A.\n# TYPE a_total counter\n";
const histogram = '# HELP h H.\n# TYPE h histogram\nh_count{x="1"} 2\nh_sum{x="1"} 3\n';

it("reads what is right", () => {
  const text = `${head}a_total{x="1",b="2\\""} 1.5e+22\n${histogram}h_bucket{x="1",le="1"} 1\nh_bucket{x="1",le="+Inf"} 2\n`;
  const found = readMetrics(text);
  expect([...found.keys()]).toEqual(["a_total", "h"]);
  expect(found.get("a_total")).toEqual({ type: "counter", help: "A.", values: new Map([['a_total{b="2\\"",x="1"}', 1.5e22]]) });
});

it.each([
  ["no end of the last line", `${head}a_total 1`],
  ["a value without a type", "a_total 1\n"],
  ["a type without help", "# TYPE a_total counter\na_total 1\n"],
  ["a metric in two pieces", `${head}a_total{x="1"} 1\n${head}a_total{x="2"} 1\n`],
  ["a series twice", `${head}a_total{x="1",y="2"} 1\na_total{y="2",x="1"} 1\n`],
  ["another metric's value", `${head}b_total 1\n`],
  ["a counter that is not named as one", "# HELP a A.\n# TYPE a counter\na 1\n"],
  ["a counter below nothing", `${head}a_total -1\n`],
  ["no number", `${head}a_total NaN\n`],
  ["a label without quotes", `${head}a_total{x=1} 1\n`],
  ["a label that is not escaped", `${head}a_total{x="a"b"} 1\n`],
  ["a label twice", `${head}a_total{x="1",x="2"} 1\n`],
  ["an empty line", `${head}\na_total 1\n`],
  ["buckets that go down", `${histogram}h_bucket{x="1",le="1"} 3\nh_bucket{x="1",le="+Inf"} 2\n`],
  ["bounds that go down", `${histogram}h_bucket{x="1",le="2"} 1\nh_bucket{x="1",le="1"} 1\nh_bucket{x="1",le="+Inf"} 2\n`],
  ["no last bucket", `${histogram}h_bucket{x="1",le="1"} 2\n`],
  ["another count", `${histogram}h_bucket{x="1",le="+Inf"} 3\n`],
  ["no sum", '# HELP h H.\n# TYPE h histogram\nh_count 2\nh_bucket{le="+Inf"} 2\n'],
])("refuses %s", (_, text) => {
  expect(() => readMetrics(text)).toThrow();
});
