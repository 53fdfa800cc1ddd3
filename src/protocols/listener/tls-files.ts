import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContextOptions } from "node:tls";

/** Where a TLS listener's certificates are: PEM files. */
export interface TlsFiles {
  /** The certificate, with the intermediate ones after it. */
  readonly cert: string;
  readonly key: string;
  /** The authorities whose clients are let in: with it every client must show a certificate (mTLS). */
  readonly clientCa?: string | undefined;
}

/**
 * Reads and checks certificates.
 * @throws Error naming the file or the files at fault.
 */
export async function readTls({ cert, key, clientCa }: TlsFiles): Promise<SecureContextOptions> {
  const options: SecureContextOptions = {
    minVersion: "TLSv1.2",
    cert: await readFile(cert),
    key: await readFile(key),
    ...(clientCa === undefined ? {} : { ca: await readFile(clientCa) }),
  };
  try {
    createSecureContext(options);
  } catch (cause) {
    throw new Error(`${[cert, key, clientCa].filter((file) => file !== undefined).join(", ")}: not a usable pair of PEM files`, {
      cause,
    });
  }
  return options;
}
