#!/usr/bin/env node
// The `sluice` command. Loads nothing before it knows that this Node can run it.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`sluice needs Node 22.19 or newer; this is ${process.versions.node}\n`);
  process.exit(2);
}
const { run } = await import("./cli/index.ts");
process.exitCode = await run(process.argv.slice(2));

export {};
