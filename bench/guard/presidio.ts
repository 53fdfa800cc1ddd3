import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type TextName, texts } from "./texts.ts";

/** What Presidio's pattern recognizers take; or why they are not here. */
export type PresidioFigure =
  | {
      readonly version: string;
      readonly recognizers: number;
      /** Microseconds a KiB, whole texts. */
      readonly usPerKib: Readonly<Record<TextName, number>>;
    }
  | { readonly missing: string };

const wanted = "presidio-analyzer==2.2.366";
/** So much of each text is searched: it is slow. UTF-16 code units. */
const units = 16 * 1024;

/** Measures it in an environment of its own in the user's cache folder, which is made the first time. */
export function presidioFigure(): PresidioFigure {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sluice", "presidio");
  try {
    install(folder);
    const input = JSON.stringify(Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.slice(0, units)])));
    const script = join(import.meta.dirname, "presidio.py");
    return JSON.parse(execFileSync(join(folder, "bin", "python"), [script], { input, encoding: "utf8", stdio: quietly }));
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim().split("\n").at(-1) : undefined;
    return { missing: said || String(error) };
  }
}

const quietly: ("pipe" | "inherit")[] = ["pipe", "pipe", "pipe"];

function install(folder: string): void {
  const marker = join(folder, "installed");
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return;
  execFileSync("python3", ["-m", "venv", folder], { stdio: quietly });
  execFileSync(join(folder, "bin", "pip"), ["install", "--quiet", wanted], { stdio: quietly, timeout: 300_000 });
  writeFileSync(marker, wanted);
}
