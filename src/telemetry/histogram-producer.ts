import { type HrTime, ValueType } from "@opentelemetry/api";
import { emptyResource } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  type CollectionResult,
  DataPointType,
  type HistogramMetricData,
  type Histogram as HistogramValue,
  type MetricProducer,
} from "@opentelemetry/sdk-metrics";
import type { Histogram } from "./histogram.ts";
import type { Instruments } from "./instruments.ts";

/** The histograms among the instruments, as OpenTelemetry's readers take metrics that its SDK has not counted. */
export class HistogramProducer implements MetricProducer {
  readonly #instruments: Instruments;
  readonly #startTime = now();

  constructor(instruments: Instruments) {
    this.#instruments = instruments;
  }

  collect(): Promise<CollectionResult> {
    const endTime = now();
    const metrics: HistogramMetricData[] = [];
    for (const one of this.#instruments.all()) {
      if (one.kind !== "histogram") continue;
      metrics.push({
        descriptor: { name: one.name, description: one.help, unit: "", valueType: ValueType.DOUBLE },
        aggregationTemporality: AggregationTemporality.CUMULATIVE,
        dataPointType: DataPointType.HISTOGRAM,
        dataPoints: Array.from(one.read(), ([attributes, histogram]) => ({
          startTime: this.#startTime,
          endTime,
          attributes,
          value: bucketsOf(histogram),
        })),
      });
    }
    const scopeMetrics = [{ scope: { name: "sluice" }, metrics }];
    return Promise.resolve({ errors: [], resourceMetrics: { resource: emptyResource(), scopeMetrics } });
  }
}

function bucketsOf({ bounds, counts, count, sum }: Histogram): HistogramValue {
  return { buckets: { boundaries: [...bounds], counts: [...counts] }, sum, count };
}

function now(): HrTime {
  const ms = Date.now();
  return [Math.trunc(ms / 1000), (ms % 1000) * 1e6];
}
