// Runs the Connect conformance suite (connectrpc.com/conformance) against the gateway's listener, a row per protocol and way of
// connecting. Arguments are patterns of test cases; default all. Fails when a case does. Needs Go.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goCommand, goModule } from "./go-module.ts";

const protocols = ["CONNECT", "GRPC", "GRPC_WEB"];
/** What is switched on, and what is left to another row. */
const connections: Readonly<Record<string, { readonly features: object; readonly exclude: readonly object[] }>> = {
  plaintext: { features: { supports_tls: false }, exclude: [] },
  TLS: { features: { supports_tls: true }, exclude: [{ use_tls: false }] },
  "TLS, client certificates": {
    features: { supports_tls: true, supports_tls_client_certs: true },
    exclude: [{ use_tls: false }, { use_tls_client_certs: false }],
  },
};

/** Runs the suite, showing what fails, and says how many cases passed and failed; none when no pattern matches. */
function run(suite: string, args: readonly string[]): Promise<{ passed: number; failed: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(suite, args, { stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      const [, passed = 0, failed = 0] = /(\d+) passed, (\d+) failed/.exec(printed) ?? [];
      if (code !== 0) process.stdout.write(printed);
      if (code !== 0 && Number(failed) === 0 && printed !== "") reject(new Error(`the suite ended with ${code}`));
      else resolve({ passed: Number(passed), failed: Number(failed) });
    });
  });
}

const scratch = mkdtempSync(join(tmpdir(), "sluice-conformance-"));
const sums = { passed: 0, failed: 0 };
const started = performance.now();
try {
  const suiteModule = goModule("connectrpc.com/conformance");
  const suite = goCommand("connectrpc.com/conformance/cmd/connectconformance", suiteModule);
  console.log(`connectconformance ${suiteModule.version}`);
  const descriptors = join(scratch, "conformance.binpb");
  execFileSync("buf", ["build", join(suiteModule.dir, "proto"), "-o", descriptors], { stdio: "inherit" });
  const server = [process.execPath, "-C", "source", join(import.meta.dirname, "conformance-server.ts"), descriptors];
  const patterns = process.argv.slice(2).flatMap((pattern) => ["--run", pattern]);

  for (const [connection, { features, exclude }] of Object.entries(connections)) {
    for (const protocol of protocols) {
      const config = join(scratch, "config.yaml");
      const all = { ...features, protocols: [`PROTOCOL_${protocol}`] };
      writeFileSync(config, JSON.stringify({ features: all, exclude_cases: exclude }));
      const begun = performance.now();
      const { passed, failed } = await run(suite, ["--mode", "server", "--conf", config, ...patterns, "--", ...server]);
      if (passed + failed === 0 && patterns.length === 0) throw new Error("the suite has run nothing");
      sums.passed += passed;
      sums.failed += failed;
      const seconds = ((performance.now() - begun) / 1000).toFixed(0);
      console.log(`${protocol.padEnd(8)} ${connection.padEnd(24)} ${passed} passed, ${failed} failed, ${seconds} s`);
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${sums.passed} of ${sums.passed + sums.failed} in ${((performance.now() - started) / 1000).toFixed(0)} s`);
process.exitCode = sums.failed === 0 && sums.passed > 0 ? 0 : 1;
