import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { emptyResource } from "@opentelemetry/resources";
import { MeterProvider, type MetricProducer, MetricReader } from "@opentelemetry/sdk-metrics";
import { HistogramProducer } from "./histogram-producer.ts";
import type { Instruments } from "./instruments.ts";

/**
 * Makes what gives the instruments in Prometheus's text format 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). They pass through OpenTelemetry's SDK, as they would on their way
 * to any other exporter of its.
 */
export function prometheusText(instruments: Instruments): () => Promise<string> {
  const reader = new PullReader(new HistogramProducer(instruments));
  const meter = new MeterProvider({ readers: [reader], resource: emptyResource() }).getMeter("sluice");
  for (const one of instruments.all()) {
    if (one.kind === "histogram") continue;
    const options = { description: one.help };
    const observable =
      one.kind === "counter" ? meter.createObservableCounter(one.name, options) : meter.createObservableGauge(one.name, options);
    observable.addCallback((result) => {
      for (const [labels, value] of one.read()) result.observe(value, labels);
    });
  }
  const serializer = bareSerializer();
  return async () => {
    const { resourceMetrics, errors } = await reader.collect();
    if (errors.length > 0) throw new AggregateError(errors, "some metrics cannot be read");
    return serializer.serialize(resourceMetrics);
  };
}

/** Reads when it is asked to. Labels are bounded where they are given, so series need no bound here. */
class PullReader extends MetricReader {
  constructor(producer: MetricProducer) {
    super({ metricProducers: [producer], cardinalitySelector: () => Number.MAX_SAFE_INTEGER });
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** Writes the metrics and nothing beside them. */
function bareSerializer(): PrometheusSerializer {
  const [prefix, timestamps, resourceLabels] = [undefined, false, undefined];
  const [withoutTargetInfo, withoutScopeInfo] = [true, true];
  return new PrometheusSerializer(prefix, timestamps, resourceLabels, withoutTargetInfo, withoutScopeInfo);
}
