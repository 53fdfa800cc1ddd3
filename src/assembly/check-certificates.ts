import { ConfigError } from "../config/config-error.ts";
import type { LoadedConfig } from "../config/load.ts";
import { readTls } from "../protocols/listener/tls-files.ts";

/**
 * Loads the certificates that a configuration names, to see that they can be used.
 * @throws ConfigError with the place of each that cannot.
 */
export async function checkCertificates({ config, problem }: LoadedConfig): Promise<void> {
  const problems = await Promise.all(
    config.server.listen.map(async (at, index) => {
      if (!("host" in at) || at.tls === undefined) return [];
      try {
        await readTls(at.tls);
        return [];
      } catch (error) {
        const { code, path, message } = error as NodeJS.ErrnoException;
        const field = Object.entries(at.tls).find(([, file]) => file === path)?.[0];
        const place = ["server", "listen", index, "tls"];
        if (field === undefined) return [problem(place, message)];
        return [problem([...place, field], code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`)];
      }
    }),
  );
  if (problems.flat().length > 0) throw new ConfigError(problems.flat());
}
