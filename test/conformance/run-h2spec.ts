// Runs h2spec, which tests HTTP/2 (RFC 9113) frame by frame, against the gateway and against a bare node:http2 server, in clear text
// with prior knowledge and with TLS. What the bare server fails too is Node's own; fails when the gateway fails anything else. Needs Go.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createSecureServer, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import { createGateway } from "../../src/gateway.ts";
import { createAuthority } from "../support/certificates.ts";
import { goCommand } from "./go-module.ts";

const scratch = mkdtempSync(join(tmpdir(), "sluice-h2spec-"));
const report = join(scratch, "report.xml");

/** Runs h2spec against a port, and says how many cases there are and which of them failed. */
async function run(h2spec: string, port: number, tls: boolean): Promise<{ cases: number; failures: ReadonlySet<string> }> {
  rmSync(report, { force: true });
  const args = ["-h", "127.0.0.1", "-p", String(port), "-j", report, ...(tls ? ["-t", "-k"] : [])];
  await new Promise((resolve) => execFile(h2spec, args, resolve)); // ends with 1 when a case fails; without a report it did not run
  const cases = [
    ...readFileSync(report, "utf8").matchAll(/<testcase package="([^"]*)" classname="([^"]*)"[^>]*>(.*?)<\/testcase>/gs),
  ];
  const failed = cases.filter(([, , , inside]) => /<(?:failure|error)\b/.test(inside ?? ""));
  return { cases: cases.length, failures: new Set(failed.map(([, section, title]) => `${section} ${title}`)) };
}

const authority = await createAuthority();
const { cert, key, files } = await authority.issue("gateway.example");
const body = "x".repeat(100);
const bare = [
  createServer((_request, response) => response.end(body)),
  createSecureServer({ cert, key }, (_request, response) => response.end(body)),
];
const server = { listen: ["127.0.0.1:0", { address: "127.0.0.1:0", tls: files }], admin: "off" };
const gateway = await createGateway(await loadConfig({ env: { SLUICE_CONFIG_JSON: JSON.stringify({ server }) } }));
let beyond = 0;
try {
  const h2spec = goCommand("github.com/summerwind/h2spec/cmd/h2spec");
  const listeners = await gateway.listen();
  for (const [index, connection] of ["plaintext", "TLS"].entries()) {
    const started = performance.now();
    const node = bare[index]?.listen(0, "127.0.0.1");
    if (node === undefined) throw new Error("there is no server");
    await once(node, "listening");
    const nodes = await run(h2spec, (node.address() as AddressInfo).port, index === 1);
    const ours = await run(h2spec, Number(listeners[index]?.address.split(":").at(-1)), index === 1);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(
      `${connection}: ${ours.failures.size} of ${ours.cases} failed, of bare Node ${nodes.failures.size} of ${nodes.cases}, ${seconds} s`,
    );
    for (const failure of ours.failures) {
      const own = nodes.failures.has(failure);
      if (!own) beyond += 1;
      console.log(`  ${own ? "Node's own" : "BEYOND NODE"}  ${failure}`);
    }
    if (ours.cases === 0 || ours.cases !== nodes.cases) throw new Error("not every case was run");
  }
} finally {
  for (const each of bare) each.close();
  await gateway.close(0);
  await authority.remove();
  rmSync(scratch, { recursive: true, force: true });
}
console.log(beyond === 0 ? "no failure beyond Node's own" : `${beyond} failures beyond Node's own`);
process.exitCode = beyond === 0 ? 0 : 1;
