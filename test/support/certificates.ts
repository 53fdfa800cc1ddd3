import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";

/** A certificate and its key, as PEM text and as files. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  readonly files: { readonly cert: string; readonly key: string };
}

/** A certificate authority of a test's own. */
export interface TestAuthority extends TestCertificate {
  /** Issues a certificate for 127.0.0.1, localhost and these names. */
  issue(name: string, uri?: string): Promise<TestCertificate>;
  /** Removes the files. */
  remove(): Promise<void>;
}

const signing = { keyType: "ec", algorithm: "sha256", notAfterDate: new Date(Date.now() + 24 * 3600 * 1000) } as const;

/** Makes an authority with its files in a folder of its own. */
export async function createAuthority(): Promise<TestAuthority> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-tls-"));
  let issued = 0;
  const written = async (cert: string, key: string): Promise<TestCertificate> => {
    const files = { cert: join(folder, `${issued}.crt`), key: join(folder, `${issued}.key`) };
    issued += 1;
    await writeFile(files.cert, cert);
    await writeFile(files.key, key);
    return { cert, key, files };
  };
  const root = await generate([{ name: "commonName", value: "test authority" }], {
    ...signing,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return {
    ...(await written(root.cert, root.private)),
    async issue(name, uri) {
      const leaf = await generate([{ name: "commonName", value: name }], {
        ...signing,
        ca: { key: root.private, cert: root.cert },
        extensions: [
          {
            name: "subjectAltName",
            altNames: [
              { type: 2, value: name },
              { type: 2, value: "localhost" },
              { type: 7, ip: "127.0.0.1" },
              ...(uri === undefined ? [] : [{ type: 6 as const, value: uri }]),
            ],
          },
        ],
      });
      return written(leaf.cert, leaf.private);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
