import { execFileSync } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where the commands that the scripts install go: outside of the project, kept from run to run. */
const tools = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sluice", "bin");

/** A Go module as it is on this machine. */
export interface GoModule {
  readonly version: string;
  /** Its sources. */
  readonly dir: string;
}

/** Downloads the latest version of a Go module. */
export function goModule(name: string): GoModule {
  const { Version, Dir } = JSON.parse(go(["mod", "download", "-json", `${name}@latest`]));
  return { version: Version, dir: Dir };
}

/** Installs a command of a Go module, given its package, and says where it is. */
export function goCommand(packageName: string, { version }: Pick<GoModule, "version"> = { version: "latest" }): string {
  go(["install", `${packageName}@${version}`], { GOBIN: tools });
  return join(tools, packageName.slice(packageName.lastIndexOf("/") + 1));
}

/** Runs the go command and says what it printed. */
export function go(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd?: string): string {
  return execFileSync("go", args, {
    encoding: "utf8",
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
}
