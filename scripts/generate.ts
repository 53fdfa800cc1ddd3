// Fills .proto/ from npm packages and generates gen/ from it and proto/. `--check` fails when gen/ was not up to date.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { file_buf_validate_validate } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { printProto } from "./print-proto.ts";

const root = dirname(import.meta.dirname);
const target = join(root, ".proto");

const copies: readonly (readonly [package_: string, from: string, to: string])[] = [
  ["google-gax", "build/protos/google/rpc/error_details.proto", "google/rpc/error_details.proto"],
  ["grpc-health-check", "proto/health/v1/health.proto", "grpc/health/v1/health.proto"],
  ["@grpc/reflection", "build/proto/grpc/reflection/v1/reflection.proto", "grpc/reflection/v1/reflection.proto"],
  ["@grpc/reflection", "build/proto/grpc/reflection/v1alpha/reflection.proto", "grpc/reflection/v1alpha/reflection.proto"],
];

rmSync(target, { recursive: true, force: true });
for (const [name, from, to] of copies) {
  mkdirSync(dirname(join(target, to)), { recursive: true });
  cpSync(join(root, "node_modules", name, from), join(target, to));
}
mkdirSync(join(target, "buf/validate"), { recursive: true });
writeFileSync(join(target, "buf/validate/validate.proto"), printProto(file_buf_validate_validate));

execFileSync("buf", ["generate"], { cwd: root, stdio: "inherit" });

if (process.argv.includes("--check")) {
  const changed = execFileSync("git", ["status", "--porcelain", "--", "gen"], { cwd: root, encoding: "utf8" });
  if (changed !== "") {
    console.error(`gen/ is not what proto/ generates; run \`npm run generate\` and commit:\n${changed}`);
    process.exit(1);
  }
}
