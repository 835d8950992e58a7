// GRANULES: makes the files that every measurement of 3B42RT works on, with the same weather for product and floor.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { granule3b42rt } from "../support/granules.ts";
import { threeHourly } from "../support/trmmProvider.ts";
import { first, revisedStep, steps } from "./granuleFiles.ts";

const [seed, revisedSeed] = [1, 2];

const [directory = ""] = process.argv.slice(2);
await mkdir(directory, { recursive: true });
for (const [step, time] of threeHourly(first, steps).entries()) {
  await writeFile(join(directory, `${step}.gz`), granule3b42rt({ time, seed }).gz);
  if (step === revisedStep) {
    await writeFile(join(directory, "revised.gz"), granule3b42rt({ time, seed: revisedSeed }).gz);
  }
}
