import { closestName } from "../chat/closest-name.ts";
import { ConfigError } from "../config/config-error.ts";
import { ownPackage } from "../own-package.ts";
import { exitCodes } from "./exit-codes.ts";
import { UsageError } from "./usage-error.ts";

/** A subcommand: takes its arguments, gives the exit code. */
type Command = (args: readonly string[]) => Promise<number>;

const commands: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>> = {
  serve: {
    summary: "[--config F] [--listen A]… [--admin A|off]   run the gateway (the default)",
    load: async () => (await import("./serve.ts")).serve,
  },
  check: {
    summary: "[--config F]   validate the configuration and print what it resolves to",
    load: async () => (await import("./check.ts")).check,
  },
  describe: { summary: "[--config F]   print the compiled pipeline", load: async () => (await import("./describe.ts")).describe },
  init: {
    summary: "[NAME] [--config F]   write a commented starter configuration",
    load: async () => (await import("./init.ts")).init,
  },
  chat: {
    summary: '[--model M] [--url U] "…"   one streamed completion through a running gateway',
    load: async () => (await import("./chat.ts")).chat,
  },
  health: {
    summary: "[--url U|--socket P]   ask a running gateway whether it is ready: ends with 0 or 1",
    load: async () => (await import("./health.ts")).health,
  },
  schema: {
    summary: "  print the configuration's JSON Schema, for editors",
    load: async () => (await import("./schema.ts")).schema,
  },
};

const later: ReadonlySet<string> = new Set(["keys"]);

/** Runs the `sluice` command with its arguments and gives the exit code. Problems are told on standard error. */
export async function run(args: readonly string[]): Promise<number> {
  const [first = "serve", ...rest] = args;
  if (first === "--version") {
    process.stdout.write(`${ownPackage.version}\n`);
    return exitCodes.good;
  }
  if (args.includes("--help") || args.includes("-h") || first === "help") {
    process.stdout.write(help());
    return exitCodes.good;
  }
  try {
    const named = first.startsWith("-") ? "serve" : first;
    const command = Object.hasOwn(commands, named) ? commands[named] : undefined;
    if (command === undefined) throw new UsageError(unknownCommand(named));
    return await (await command.load())(first.startsWith("-") ? args : rest);
  } catch (error) {
    return tell(error);
  }
}

function unknownCommand(name: string): string {
  if (later.has(name)) return `${name}: not in this version`;
  const meant = closestName(name, Object.keys(commands));
  return `there is no command ${name}${meant === undefined ? "" : `; did you mean ${meant}?`} (sluice --help lists them)`;
}

function tell(error: unknown): number {
  const isUsage =
    error instanceof UsageError ||
    (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  return isUsage || error instanceof ConfigError ? exitCodes.badInput : exitCodes.failure;
}

function help(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  sluice ${name} ${summary}`);
  return `Sluice, an LLM gateway.\n\n${lines.join("\n")}\n  sluice --version\n\nExit codes: 0 good, 1 bad configuration or input, 2 failure.\n`;
}
