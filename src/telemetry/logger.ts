import pino from "pino";
import type { Log } from "../chat/ports/log.ts";

/** How the gateway logs. */
export interface LoggerOptions {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /** Readable lines instead of JSON, for a terminal. */
  readonly pretty: boolean;
}

/** A logger that is flushed before the process ends. */
export interface FlushableLog extends Log {
  flush(): void;
}

/** Some 50 lines. A write wakes another thread, which costs as much as making several. */
const blockBytes = 16 * 1024;

/** Logs to standard output, a JSON object a line, without making callers wait: lines go out in blocks, four times a second at least. */
export async function createLogger(options: LoggerOptions): Promise<FlushableLog> {
  const destination = options.pretty
    ? await prettyDestination()
    : pino.destination({ dest: 1, sync: false, minLength: blockBytes, maxWrite: 4 * blockBytes, maxLength: 8 * 1024 * 1024 });
  const logger = pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  const flushing = options.pretty ? undefined : setInterval(() => logger.flush(), 250).unref();
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    flush() {
      clearInterval(flushing);
      if ("flushSync" in destination) destination.flushSync();
    },
  };
}

async function prettyDestination() {
  const { default: pretty } = await import("pino-pretty");
  return pretty({ sync: true, ignore: "pid,hostname" });
}
