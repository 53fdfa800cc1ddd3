import { describe, expect, it } from "vitest";
import { readMetrics } from "../../test/support/metrics-text.ts";
import { Histogram } from "./histogram.ts";
import { Instruments } from "./instruments.ts";
import { prometheusText } from "./prometheus-text.ts";

describe("prometheusText", () => {
  it("writes every kind of metric, as it is when it is asked", async () => {
    const instruments = new Instruments();
    const histogram = new Histogram([0.5, 1]);
    let value = 2;
    instruments.counter("a_total", "What goes up.", () => [[{ of: "x" }, value]]);
    instruments.gauge("b", "What goes up and down.", () => [[{}, -value]]);
    instruments.histogram("c", "What is spread.", () => [[{ of: "x" }, histogram]]);
    const text = prometheusText(instruments);
    for (const each of [0.5, 0.75, 3]) histogram.record(each);
    expect(await text()).toBe(
      [
        "# HELP a_total What goes up.",
        "# TYPE a_total counter",
        'a_total{of="x"} 2',
        "# HELP b What goes up and down.",
        "# TYPE b gauge",
        "b -2",
        "# HELP c What is spread.",
        "# TYPE c histogram",
        'c_count{of="x"} 3',
        'c_sum{of="x"} 4.25',
        'c_bucket{of="x",le="0.5"} 1',
        'c_bucket{of="x",le="1"} 2',
        'c_bucket{of="x",le="+Inf"} 3',
        "",
      ].join("\n"),
    );
    value = 5;
    histogram.record(1);
    const later = readMetrics(await text());
    expect(later.get("a_total")?.values).toEqual(new Map([['a_total{of="x"}', 5]]));
    expect(later.get("b")?.values).toEqual(new Map([["b{}", -5]]));
    expect(later.get("c")?.values.get('c_bucket{le="1",of="x"}')).toBe(3);
  });

  it("writes any label, and as many series as there are", async () => {
    const instruments = new Instruments();
    const odd = 'a"b\\c\nd{}e,f="';
    const many = Array.from({ length: 3000 }, (_, at) => [{ of: `${at}` }, at] as const);
    instruments.counter("odd_total", "Odd.", () => [[{ of: odd }, 1]]);
    instruments.counter("many_total", "Many.", () => many);
    const found = readMetrics(await prometheusText(instruments)());
    expect([...(found.get("odd_total")?.values.keys() ?? [])]).toEqual(['odd_total{of="a\\"b\\\\c\\nd{}e,f=\\""}']);
    expect(found.get("many_total")?.values.size).toBe(3000);
  });

  it("fails as a whole when something cannot be read", async () => {
    const instruments = new Instruments();
    instruments.gauge("broken", "Broken.", () => {
      throw new Error("cannot");
    });
    await expect(prometheusText(instruments)()).rejects.toThrow("some metrics cannot be read");
  });
});

it("has no two metrics of one name", () => {
  const instruments = new Instruments();
  instruments.gauge("a", "A.", () => []);
  expect(() => instruments.counter("a", "A.", () => [])).toThrow("there are two metrics a");
});
