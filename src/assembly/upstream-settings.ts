import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { ConfigError } from "../config/config-error.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { UpstreamSettings, UpstreamTls } from "../transport/upstream-settings.ts";

/**
 * How a provider's upstream is to be reached, by its configuration. Certificates are read now: a reload reads them again.
 * @throws ConfigError when they cannot be used.
 */
export async function upstreamSettings({ config, problem, proxyFor }: LoadedConfig, name: string): Promise<UpstreamSettings> {
  const provider = config.providers[name];
  if (provider === undefined || !("connection" in provider)) return { proxyFor };
  const { headers, connection, tls, allowAddresses } = provider;
  return {
    headers: Object.fromEntries(Object.entries(headers).map(([header, value]) => [header.toLowerCase(), value])),
    connection,
    tls: tls === undefined ? undefined : await readTls(tls),
    allowAddresses,
    proxyFor,
  };

  async function readTls(files: NonNullable<typeof tls>): Promise<UpstreamTls> {
    const at = ["providers", name, "tls"];
    const read: Record<string, Buffer> = {};
    for (const [field, file] of Object.entries(files)) {
      if (file === undefined) continue;
      try {
        read[field] = await readFile(file);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException; // what reading a file fails with
        throw new ConfigError([
          problem([...at, field], code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`),
        ]);
      }
    }
    try {
      createSecureContext(read);
      if (read.ca !== undefined) new X509Certificate(read.ca); // a context takes anything for one
    } catch {
      throw new ConfigError([problem(at, "these are no PEM files that can be used")]);
    }
    return read;
  }
}
