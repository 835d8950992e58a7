import { readFile } from "node:fs/promises";
import { join } from "node:path";

export const first = "2014-04-01T00:00:00Z";
export const steps = 200;
/** Where one granule is changed, so many timesteps are there before: a whole chunk, and half of the next. */
export const tailSteps = 60;
/** The timestep whose granule is replaced by one with other weather. */
export const revisedStep = 20;

/** The files of the first `count` timesteps. */
export function readGranules(directory: string, count: number): Promise<Buffer[]> {
  return Promise.all(Array.from({ length: count }, (_, step) => readFile(join(directory, `${step}.gz`))));
}

/** The file that replaces the one of `revisedStep`. */
export function readRevised(directory: string): Promise<Buffer> {
  return readFile(join(directory, "revised.gz"));
}
