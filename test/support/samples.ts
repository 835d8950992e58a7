/**
 * Real granules, read in place from the folder that `ACCRETE_SAMPLES` names, or else from `shared/samples` beside the project. None
 * of them is part of it. Where that folder is not there, the tests of them are skipped, and the run says how many.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const named = process.env.ACCRETE_SAMPLES;
const folder = resolve(named ?? join(import.meta.dirname, "../../../shared/samples"));

/** The `skip` of a test of samples: a reason, or `false`. Throws where `ACCRETE_SAMPLES` names what is not there. */
export function samplesSkip(): string | false {
  if (existsSync(folder)) return false;
  if (named !== undefined) throw new Error(`ACCRETE_SAMPLES: there is no folder ${folder}`);
  return "no folder of samples (ACCRETE_SAMPLES)";
}

/** Where a file of a series lies. */
export function samplePath(series: string, name: string): string {
  return join(folder, series, name);
}
