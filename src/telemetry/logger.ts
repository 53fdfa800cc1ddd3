import pino from "pino";
import type { Log } from "../chat/ports/log.ts";

/** How the gateway logs. */
export interface LoggerOptions {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /** Readable lines instead of JSON, for a terminal. */
  readonly pretty: boolean;
}

/** Logs to standard output, a JSON object a line, without making callers wait: lines go out in blocks, four times a second at least. */
export async function createLogger(options: LoggerOptions): Promise<Log> {
  const destination = options.pretty ? await prettyDestination() : new LineBlocks();
  const logger = pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}

async function prettyDestination() {
  const { default: pretty } = await import("pino-pretty");
  return pretty({ sync: true, ignore: "pid,hostname" });
}

/** Some 50 lines. A write wakes another thread, which costs as much as making several. */
const blockLength = 16 * 1024;

/**
 * Gathers lines for pino's own destination, which measures all of its last block at every line. What is gathered is written when the
 * process ends, however it does.
 */
class LineBlocks {
  readonly #destination = pino.destination({
    dest: 1,
    sync: false,
    minLength: blockLength, // less waits for a flush: a write that is begun at the very end is lost
    maxWrite: 4 * blockLength,
    maxLength: 8 * 1024 * 1024,
  });
  #lines = "";
  #exiting = false;

  constructor() {
    setInterval(() => this.#flush(), 250).unref();
    process.prependListener("exit", () => {
      this.#exiting = true;
      this.#flushSync();
    }); // before the destination ends itself
  }

  write(line: string): void {
    this.#lines += line;
    if (this.#exiting) this.#flushSync();
    else if (this.#lines.length >= blockLength) this.#pass();
  }

  /** Not while the process goes on: a write under way would come after these lines. */
  #flushSync(): void {
    this.#pass();
    this.#destination.flushSync();
  }

  #flush(): void {
    if (this.#lines === "") return;
    this.#pass();
    this.#destination.flush();
  }

  #pass(): void {
    if (this.#lines !== "") this.#destination.write(this.#lines);
    this.#lines = "";
  }
}
