/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** Where it was written: a file, an environment variable or a command line option, by its name. */
  readonly source: string;
  /** From 1. Absent where there are no lines. */
  readonly line?: number | undefined;
  /** From 1, in UTF-16 code units. */
  readonly column?: number | undefined;
  /** The field's path, such as `models.best.targets[0].provider`; empty: the whole. */
  readonly field: string;
  /** What is wrong, in a sentence without its full stop. Never holds a value, since it may be a secret. */
  readonly message: string;
}

/** A configuration that cannot be used. Its message has a line for everything that is wrong: `file:line:column: field: sentence`. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const ordered = problems.toSorted((a, b) => lineOf(a) - lineOf(b) || (a.column ?? 0) - (b.column ?? 0));
    super(ordered.map(lineFor).join("\n"));
    this.problems = ordered;
  }
}

/** Those without a line come last. */
const lineOf = ({ line }: ConfigProblem): number => line ?? Number.MAX_SAFE_INTEGER;

function lineFor({ source, line, column, field, message }: ConfigProblem): string {
  const place = line === undefined ? source : `${source}:${line}:${column ?? 1}`;
  return [place, ...(field === "" ? [] : [field]), message].join(": ");
}
