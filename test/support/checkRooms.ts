/** `npm run check:rooms`: holds every import against the table of rooms. */
import { resolve } from "node:path";
import { roomFaults } from "./roomFaults.ts";

const faults = roomFaults(resolve(import.meta.dirname, "../.."));
for (const { file, imported, why } of faults) console.error(`${file} imports ${imported}: ${why}`);
if (faults.length > 0) process.exitCode = 1;
