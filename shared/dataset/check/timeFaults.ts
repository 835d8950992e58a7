import { boundsOf, readUnits } from "../cf.ts";
import type { DatasetSpec } from "../descriptor.ts";
import { parseDuration, parseInstant } from "../timeAxis.ts";
import { durationFaults, instantFaults, isCount } from "./plainFaults.ts";

const dayMs = 86_400_000;
/** `time` is written far ahead, and its last instant must still be one. */
const stepMsMax = 366 * dayMs;
/** A chunk's ledger record must stay under 1 MiB; a step's part of it is at most this, with its longest reason. */
const stepRecordBytesMax = 2048;
const chunkRecordBytesMax = 1024 * 1024;
export const chunkLengthMax = Math.ceil(chunkRecordBytesMax / stepRecordBytesMax) - 1;

/** The append dimension, and its chunks. */
export function timeFaults({ time, source }: DatasetSpec): string[] {
  const faults = [...instantFaults("time", { start: time.start, end: time.end })];
  faults.push(...durationFaults("time", { step: time.step }, stepMsMax));
  const units = readUnits(time.units);
  if (!units) faults.push(`time.units "${time.units}" is not "hours since 2000-03-01 00:00:00"-style`);
  if (!isCount(time.chunkLength))
    faults.push(`time.chunkLength ${time.chunkLength} is not a positive whole number`);
  if (time.chunkLength * stepRecordBytesMax >= chunkRecordBytesMax) {
    faults.push(`time.chunkLength ${time.chunkLength} makes a chunk's ledger record over 1 MiB: at most 511`);
  }
  const start = parseInstant(time.start);
  const end = time.end === undefined ? undefined : parseInstant(time.end);
  const stepMs = parseDuration(time.step);
  if (start !== undefined && stepMs) {
    if (units && ((start - units.epoch) % units.unitMs !== 0 || stepMs % units.unitMs !== 0)) {
      faults.push(`time.start and time.step are not whole numbers of "${time.units}"`);
    }
    const last = end === undefined ? undefined : (end - start) / stepMs;
    if (last !== undefined && !(Number.isInteger(last) && last >= 0)) {
      faults.push("time.end is not a whole number of steps after time.start");
    } else if (last !== undefined && (last + 1) % (source.stepsPerGranule ?? 1) !== 0) {
      faults.push("the series does not end with a whole granule of source.stepsPerGranule timesteps");
    }
    if (boundsOf(time.stamp, start, stepMs)?.some((bound) => bound % 1000 !== 0)) {
      faults.push("time.stamp makes bounds that are not whole seconds");
    }
  }
  return faults;
}

/** How the dataset grows. */
export function updatesFaults({ updates, source }: DatasetSpec): string[] {
  const { latency, patience, revisionWindow, retry, writtenWithin = "PT0S" } = updates;
  const faults = durationFaults("updates", { latency, patience, revisionWindow });
  if (parseDuration(writtenWithin) !== 0) faults.push(...durationFaults("updates", { writtenWithin }));
  faults.push(...durationFaults("updates.retry", retry));
  if ((parseDuration(patience) ?? Number.POSITIVE_INFINITY) < (parseDuration(latency) ?? 0)) {
    faults.push(
      `updates.patience ${patience} is shorter than updates.latency ${latency}: every granule would be called missing`,
    );
  }
  if ((parseDuration(retry.longest) ?? Number.POSITIVE_INFINITY) < (parseDuration(retry.first) ?? 0)) {
    faults.push("updates.retry.longest is shorter than updates.retry.first");
  }
  if (!isCount(updates.batchesMax)) faults.push("updates.batchesMax is not a positive whole number");
  else if (isCount(source.connectionsMax) && updates.batchesMax >= source.connectionsMax) {
    faults.push(
      `updates.batchesMax ${updates.batchesMax} is not below source.connectionsMax ${source.connectionsMax}: a plan needs a connection beside as many workers`,
    );
  }
  return faults;
}
