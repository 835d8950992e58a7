#!/usr/bin/env -S node --experimental-strip-types --disable-warning=ExperimentalWarning
import { enableCompileCache } from "node:module";

// Loading takes longer than most commands take to run; with the cache it is half of that from the second time on.
enableCompileCache();
const { runCommand } = await import("./program.ts");
await runCommand();
