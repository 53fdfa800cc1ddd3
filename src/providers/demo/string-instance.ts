import { patternInstance } from "./pattern-instance.ts";
import type { Schema } from "./schema-merge.ts";

/** The longest text that is made to satisfy `minLength`. */
const maxLength = 65_536;

const formats: Readonly<Record<string, string>> = {
  date: "2026-01-31",
  time: "12:30:00Z",
  "date-time": "2026-01-31T12:30:00Z",
  duration: "PT1H30M",
  email: "demo@example.com",
  "idn-email": "demo@example.com",
  hostname: "demo.example.com",
  "idn-hostname": "demo.example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/demo",
  iri: "https://example.com/demo",
  "uri-reference": "/demo",
  "iri-reference": "/demo",
  "uri-template": "/demo/{id}",
  uuid: "00000000-0000-4000-8000-000000000000",
  "json-pointer": "/demo",
  "relative-json-pointer": "0/demo",
  regex: "^demo$",
};

/** A text for a JSON Schema's `format`, `pattern` (simple ones), `minLength` and `maxLength`; another for another `variant`, without a format or pattern. */
export function stringInstance(schema: Schema, variant: number): string {
  const least = Math.min(lengthOf(schema.minLength, 0), maxLength);
  const most = lengthOf(schema.maxLength, Number.POSITIVE_INFINITY);
  const { format, pattern } = schema;
  if (typeof pattern === "string") {
    const text = patternInstance(pattern, variant);
    if (text !== undefined && text.length >= least) return text;
    const longer = patternInstance(pattern, least);
    if (longer !== undefined) return longer;
  }
  if (typeof format === "string" && Object.hasOwn(formats, format)) {
    const text = formats[format] ?? "";
    return format === "uuid"
      ? text.slice(0, -12) + variant.toString(16).padStart(12, "0")
      : variant > 0 && format === "email"
        ? variant + text
        : text;
  }
  const text = variant === 0 ? "demo" : `${variant}demo`;
  return text.padEnd(least, " demo").slice(0, most);
}

function lengthOf(value: unknown, otherwise: number): number {
  return typeof value === "number" && value >= 0 ? value : otherwise;
}
