// Runs the interoperability tests of gRPC with grpc-go's client against the gateway's listener, in clear text and with TLS: all that
// need no cloud's credentials and no load reports. Fails when one does. Needs Go.
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority } from "../support/certificates.ts";
import { Contract } from "./contract.ts";
import { go, goCommand, goModule } from "./go-module.ts";
import { interopService } from "./interop-service.ts";
import { mount } from "./mount.ts";

const cases = [
  "empty_unary",
  "large_unary",
  "client_streaming",
  "server_streaming",
  "ping_pong",
  "empty_stream",
  "timeout_on_sleeping_server",
  "cancel_after_begin",
  "cancel_after_first_response",
  "status_code_and_message",
  "special_status_message",
  "custom_metadata",
  "unimplemented_method",
  "unimplemented_service",
  "pick_first_unary",
  "rpc_soak",
  "channel_soak",
];
const soak = ["--soak_iterations=100", "--soak_num_threads=2", "--soak_overall_timeout_seconds=60"];
const maxBytes = 4 * 1024 * 1024;
const host = "127.0.0.1";

/** Has grpc-go print the service's descriptors: it comes without its .proto files. */
function descriptors(version: string, folder: string): Buffer {
  const program = join(folder, "main.go");
  const printed = join(folder, "testing.binpb");
  copyFileSync(join(import.meta.dirname, "grpc-testing-descriptors.go"), program);
  go(["mod", "init", "descriptors"], {}, folder);
  go(["get", `google.golang.org/grpc/interop/grpc_testing@${version}`], {}, folder);
  go(["run", ".", printed], {}, folder);
  return readFileSync(printed);
}

/** Runs the client, and says what it complained of; undefined: of nothing. */
function run(client: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(client, args, { timeout: 90_000 }, (error, stdout, stderr) =>
      resolve(error === null ? undefined : stdout + stderr || String(error)),
    );
  });
}

const scratch = mkdtempSync(join(tmpdir(), "sluice-interop-"));
let passed = 0;
let failed = 0;
const started = performance.now();
const authority = await createAuthority();
try {
  const grpc = goModule("google.golang.org/grpc");
  const client = goCommand("google.golang.org/grpc/interop/client", grpc);
  console.log(`grpc-go ${grpc.version}`);
  const contract = new Contract(descriptors(grpc.version, scratch));
  const tls = (await authority.issue("gateway.example")).files;
  for (const [connection, at, flags] of [
    ["plaintext", { host, port: 0 }, []],
    ["TLS", { host, port: 0, tls }, ["--use_tls", "--use_test_ca", `--ca_file=${authority.files.cert}`]],
  ] as const) {
    const listener = await mount(at, interopService(contract, maxBytes), maxBytes);
    const port = listener.address.slice(listener.address.lastIndexOf(":") + 1);
    for (const name of cases) {
      const complaint = await run(client, [
        `--server_host=${host}`,
        `--server_port=${port}`,
        `--test_case=${name}`,
        ...soak,
        ...flags,
      ]);
      if (complaint === undefined) passed += 1;
      else failed += 1;
      console.log(`${connection.padEnd(10)} ${name.padEnd(28)} ${complaint === undefined ? "passed" : `FAILED\n${complaint}`}`);
    }
    await listener.close(0);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
  await authority.remove();
}
console.log(`${passed} of ${passed + failed} in ${((performance.now() - started) / 1000).toFixed(0)} s`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
