/** A metric as a scrape shows it. */
export interface ScrapedMetric {
  readonly type: string;
  readonly help: string;
  /** Its values by their series: the name with its labels, these in alphabetical order. */
  readonly values: Map<string, number>;
}

/** What a scrape shows: metrics by their names. */
export type Scrape = ReadonlyMap<string, ScrapedMetric>;

const name = "[a-zA-Z_][a-zA-Z0-9_]*"; // without colons: those are for recording rules
const helpLine = new RegExp(`^# HELP (${name}) (.+)$`);
const typeLine = new RegExp(`^# TYPE (${name}) (counter|gauge|histogram)$`);
const sampleLine = new RegExp(`^(${name})(?:\\{(.*)\\})? (\\S+)$`);
const label = new RegExp(`(${name})="((?:[^"\\\\\\n]|\\\\["\\\\n])*)"(?:,|$)`, "y");
const number = /^(?:-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|\+Inf)$/;

/**
 * Reads Prometheus's text format 0.0.4, strictly: help, type and values of each metric in one piece, no series twice, counters named as
 * such, histograms that add up. Throws at the first fault.
 */
export function readMetrics(text: string): Scrape {
  const scrape = new Map<string, ScrapedMetric>();
  let help: RegExpExecArray | null = null;
  let current: [name: string, metric: ScrapedMetric] | undefined;
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  for (const line of text.slice(0, -1).split("\n")) {
    const fault = (what: string) => new Error(`${what}: ${line}`);
    if (line.startsWith("# HELP")) {
      help = helpLine.exec(line);
      continue;
    }
    if (line.startsWith("# TYPE")) {
      const [, named = "", type = ""] = typeLine.exec(line) ?? [];
      if (help?.[1] !== named) throw fault("no help before");
      if (scrape.has(named)) throw fault("twice");
      if ((type === "counter") !== named.endsWith("_total")) throw fault("not named as counters are");
      current = [named, { type, help: help[2] ?? "", values: new Map() }];
      scrape.set(...current);
      continue;
    }
    const [, sample = "", labels = "", value = ""] = sampleLine.exec(line) ?? [];
    if (current === undefined || !number.test(value)) throw fault("not a value");
    const [named, { type, values }] = current;
    const suffixes = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
    if (!suffixes.some((suffix) => named + suffix === sample)) throw fault(`not of ${named}`);
    const series = seriesOf(sample, labels);
    if (values.has(series)) throw fault("twice");
    if (type !== "gauge" && Number(value) < 0) throw fault("less than nothing");
    values.set(series, Number(value));
  }
  for (const [named, { type, values }] of scrape) if (type === "histogram") checkHistogram(named, values);
  return scrape;
}

/** A series as a scrape names it: `name{a="1",b="2"}`. */
export function series(named: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${named}{${pairs.map(([key, value]) => `${key}="${value}"`).join(",")}}`;
}

function seriesOf(named: string, text: string): string {
  const labels: Record<string, string> = {};
  label.lastIndex = 0;
  while (label.lastIndex < text.length) {
    const [, key = "", value = ""] = label.exec(text) ?? [];
    if (key === "" || key in labels) throw new Error(`not labels: ${text}`);
    labels[key] = value;
  }
  return series(named, labels);
}

function checkHistogram(named: string, values: ReadonlyMap<string, number>): void {
  const last = new Map<string, { bound: number; count: number }>();
  for (const [key, count] of values) {
    if (!key.startsWith(`${named}_bucket`)) continue;
    const [bucket = "", le = ""] = /,?le="([^"]*)"/.exec(key) ?? [];
    const rest = key.slice(`${named}_bucket`.length).replace(bucket, "").replace("{,", "{");
    const bound = le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le);
    const before = last.get(rest) ?? { bound: Number.NEGATIVE_INFINITY, count: 0 };
    if (!(bound > before.bound) || count < before.count) throw new Error(`buckets out of order: ${key}`);
    last.set(rest, { bound, count });
  }
  for (const [rest, { bound, count }] of last) {
    if (bound !== Number.POSITIVE_INFINITY) throw new Error(`no last bucket: ${named}${rest}`);
    if (values.get(`${named}_count${rest}`) !== count) throw new Error(`the count is another: ${named}${rest}`);
    if (values.get(`${named}_sum${rest}`) === undefined) throw new Error(`no sum: ${named}${rest}`);
  }
}
