import { getHeapStatistics } from "node:v8";
import type { Instruments } from "./instruments.ts";

/** Adds what a process can say of itself, under the names that Prometheus's client libraries use. */
export function addProcessMetrics(instruments: Instruments): void {
  const gauge = (name: string, help: string, read: () => number) => instruments.gauge(name, help, () => [[{}, read()]]);
  instruments.counter("process_cpu_seconds_total", "CPU time of the process, user and system.", () => {
    const { user, system } = process.cpuUsage();
    return [[{}, (user + system) / 1e6]];
  });
  gauge("process_start_time_seconds", "When the process started, in Unix time.", () => performance.timeOrigin / 1000);
  gauge("process_resident_memory_bytes", "Memory of the process in RAM.", () => process.memoryUsage.rss());
  gauge("nodejs_heap_size_used_bytes", "JavaScript heap in use.", () => getHeapStatistics().used_heap_size);
  gauge("nodejs_heap_size_limit_bytes", "What the JavaScript heap may grow to.", () => getHeapStatistics().heap_size_limit);
  gauge("nodejs_external_memory_bytes", "Memory outside of the heap that JavaScript objects hold.", () => {
    const { external_memory: external } = getHeapStatistics();
    return external;
  });
}
