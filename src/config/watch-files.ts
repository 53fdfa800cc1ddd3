import { createHash } from "node:crypto";
import { type FSWatcher, readFileSync, watch } from "node:fs";
import { dirname, resolve } from "node:path";

/** How files are watched. Times in milliseconds. */
export interface WatchOptions {
  /** How long a folder must be quiet before its files are looked at. Default 100. */
  readonly settleMs?: number;
  /** How often they are looked at anyway, for file systems that tell nothing. Default 5000. */
  readonly pollMs?: number;
}

/**
 * Calls back when the content of any of these files is another. Watches their folders rather than the files: Kubernetes swaps a
 * folder behind a symbolic link, and editors replace files. A file that is away is waited for. Returns what ends the watch.
 */
export function watchFiles(paths: readonly string[], changed: () => void, options: WatchOptions = {}): () => void {
  const { settleMs = 100, pollMs = 5000 } = options;
  const files = paths.map((path) => resolve(path));
  const watchers = new Map<string, FSWatcher>();
  let seen = files.map(digestOf);
  let settling: NodeJS.Timeout | undefined;

  const look = () => {
    const now = files.map((file, index) => digestOf(file) ?? seen[index]);
    if (now.every((digest, index) => digest === seen[index])) return;
    seen = now;
    changed();
  };
  const soon = () => {
    clearTimeout(settling);
    settling = setTimeout(look, settleMs).unref();
  };
  const watchFolders = () => {
    for (const folder of new Set(files.map((file) => dirname(file)))) {
      if (watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, { persistent: false }, soon);
        watcher.on("error", () => {
          watcher.close();
          watchers.delete(folder);
        });
        watchers.set(folder, watcher);
      } catch {
        // The folder is away, or cannot be watched: polling goes on.
      }
    }
  };

  watchFolders();
  const polling = setInterval(() => {
    watchFolders();
    look();
  }, pollMs).unref();
  return () => {
    clearInterval(polling);
    clearTimeout(settling);
    for (const watcher of watchers.values()) watcher.close();
  };
}

/** Undefined when the file cannot be read. */
function digestOf(file: string): string | undefined {
  try {
    return createHash("sha256").update(readFileSync(file)).digest("base64");
  } catch {
    return undefined;
  }
}
