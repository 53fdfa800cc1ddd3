// One server of the conformance suite, as `connectconformance` starts it: it says on standard input what is wanted, and is told on
// standard output where that is. The argument is a file with the descriptors of the suite's contract.
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { create, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import type { TlsFiles } from "../../src/protocols/listener/tls-files.ts";
import { conformanceService } from "./conformance-service.ts";
import { Contract } from "./contract.ts";
import { mount } from "./mount.ts";

interface Wanted extends Message {
  readonly useTls: boolean;
  readonly clientTlsCert: Uint8Array;
  readonly messageReceiveLimit: number;
  readonly serverCreds?: { readonly cert: Uint8Array; readonly key: Uint8Array };
}

const host = "127.0.0.1";
const contract = new Contract(readFileSync(process.argv[2] ?? ""));
const scratch = mkdtempSync(join(tmpdir(), "sluice-conformance-"));
const stop = once(process, "SIGTERM");

const input = await buffer(process.stdin);
const wanted = fromBinary(contract.message("connectrpc.conformance.v1.ServerCompatRequest"), input.subarray(4)) as Wanted;
const listener = await mount(
  { host, port: 0, tls: tlsFiles(wanted) },
  conformanceService(contract, wanted.messageReceiveLimit),
  wanted.messageReceiveLimit,
);
const response = contract.message("connectrpc.conformance.v1.ServerCompatResponse");
const port = Number(listener.address.slice(listener.address.lastIndexOf(":") + 1));
const answer = toBinary(response, create(response, { host, port, pemCert: wanted.serverCreds?.cert ?? new Uint8Array() }));
const size = Buffer.alloc(4);
size.writeUInt32BE(answer.length);
process.stdout.write(Buffer.concat([size, answer]));

await stop;
rmSync(scratch, { recursive: true, force: true });
await listener.close(0);
process.exit();

function tlsFiles({ serverCreds, clientTlsCert }: Wanted): TlsFiles | undefined {
  if (serverCreds === undefined) return undefined;
  const file = (name: string, content: Uint8Array) => {
    writeFileSync(join(scratch, name), content);
    return join(scratch, name);
  };
  return {
    cert: file("cert.pem", serverCreds.cert),
    key: file("key.pem", serverCreds.key),
    ...(clientTlsCert.length === 0 ? {} : { clientCa: file("client.pem", clientTlsCert) }),
  };
}
