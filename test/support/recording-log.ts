import type { Log } from "../../src/chat/ports/log.ts";

/** A line that was logged. */
export interface LoggedLine {
  readonly level: keyof Log;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A log that keeps what it is given, or of that what a test asks for. */
export class RecordingLog implements Log {
  readonly lines: LoggedLine[] = [];
  readonly #keeps: (fields: LoggedLine["fields"]) => boolean;

  constructor(keeps: (fields: LoggedLine["fields"]) => boolean = () => true) {
    this.#keeps = keeps;
  }

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
    const line = { level, fields: { ...fields }, message };
    if (this.#keeps(line.fields)) this.lines.push(line);
  }
}
