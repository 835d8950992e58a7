#!/usr/bin/env node
import module from "node:module";

// The oldest that runs a descriptor in TypeScript. Everything else is loaded behind this: an older one could not even read it.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18) || (major === 23 && minor < 6)) {
  process.stderr.write(`accrete: this is Node ${process.versions.node}, and 22.18 or later is needed\n`);
  process.exitCode = 1;
} else {
  // Loading takes longer than most commands take to run; with the cache it is half of that from the second time on.
  module.enableCompileCache();
  const { runCommand } = await import("./program.ts");
  await runCommand();
}
