import type { Log } from "../../src/chat/ports/log.ts";

/** A line that was logged. */
export interface LoggedLine {
  readonly level: keyof Log;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A log that keeps what it is given. */
export class RecordingLog implements Log {
  readonly lines: LoggedLine[] = [];

  debug(fields: object, message: string): void {
    this.#keep("debug", fields, message);
  }

  info(fields: object, message: string): void {
    this.#keep("info", fields, message);
  }

  warn(fields: object, message: string): void {
    this.#keep("warn", fields, message);
  }

  error(fields: object, message: string): void {
    this.#keep("error", fields, message);
  }

  #keep(level: keyof Log, fields: object, message: string): void {
    this.lines.push({ level, fields: { ...fields }, message });
  }
}
