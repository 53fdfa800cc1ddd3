// Installs the dependencies when they are missing or not those of package-lock.json. Runs on any Node from 20 on, before the
// development Node is there.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dirname);
const wanted = join(root, "package-lock.json");
const marker = join(root, "node_modules", ".installed-lock.json");

if (!existsSync(marker) || readFileSync(marker, "utf8") !== readFileSync(wanted, "utf8")) {
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, stdio: ["ignore", 2, 2] });
  copyFileSync(wanted, marker);
}
