import { anyDataHost, hasStrayQuery } from "../baseUrl.ts";
import { boundsOf, readUnits } from "../cf.ts";
import { coordinateRange } from "../coordinates.ts";
import { dateRange } from "../dateRange.ts";
import { degreesFaults } from "../degrees.ts";
import {
  type ArraySpec,
  type Block,
  type CodecSpec,
  codecIds,
  type DatasetSpec,
  type DatedLayout,
  dataTypes,
  type FixedDimension,
  itemBytes,
} from "../descriptor.ts";
import { pathFaults, patternInUrl } from "../granulePath.ts";
import { formatDuration, formatInstant, parseDuration, parseInstant } from "../timeAxis.ts";
import { integerRange } from "../values.ts";
import { attributeFaults } from "./attributeFaults.ts";
import { validateShape } from "./descriptorSchema.ts";
import { layoutFaults } from "./layoutFaults.ts";
import { fillFaults, rangeFaults } from "./rangeFaults.ts";
import { isReservedId, reservedIds, reservedNames } from "./reserved.ts";
import { sharedPath } from "./sharedPath.ts";
import { sizeFaults } from "./sizeFaults.ts";

const requiredAttributes = ["title", "summary", "institution", "source", "license"];
const variableName = /^[a-z][a-z0-9_]{0,63}$/i;

/** A chunk's ledger record must stay under 1 MiB; a step's part of it is at most this, with its longest reason. */
const stepRecordBytesMax = 2048;
const chunkRecordBytesMax = 1024 * 1024;
export const chunkLengthMax = Math.ceil(chunkRecordBytesMax / stepRecordBytesMax) - 1;
const chunkBytesMax = 1024 * 1024 * 1024;

const faultCharactersMax = 500;
/** A fixed coordinate is written as a whole. */
const coordinateValuesMax = 2 ** 24;
const dayMs = 86_400_000;
/** `time` is written far ahead, and its last instant must still be one. */
const stepMsMax = 366 * dayMs;
const durationMsMax = 36_600 * dayMs;
/** What carries messages and records takes no longer ones. */
const pathCharactersMax = 1000;

const codecLevelMax: Readonly<Record<CodecSpec["id"], number>> = { zstd: 19, zlib: 9, gzip: 9, none: 9 };

/** Everything that is wrong with a descriptor, each fault with what would be right; empty if it can be used. */
export function faultsOf(spec: DatasetSpec): string[] {
  const { wrong, unknown } = validateShape(spec);
  return [...wrong, ...unknown, ...(wrong.length > 0 ? [] : valueFaults(spec))].map(readable);
}

/** On one line of a bounded length, whatever it repeats. */
function readable(fault: string): string {
  return fault.replace(/\p{Cc}/gu, "?").slice(0, faultCharactersMax);
}

function valueFaults(spec: DatasetSpec): string[] {
  return [
    ...identityFaults(spec),
    ...attributeFaults(spec),
    ...timeFaults(spec),
    ...dimensionFaults(spec),
    ...spec.arrays.flatMap((array) => arrayFaults(spec, array)),
    ...sourceFaults(spec),
    ...sharedPathFaults(spec),
    ...decodingFaults(spec),
    ...updatesFaults(spec),
  ];
}

function identityFaults({ id, attributes, arrays, dimensions, auxiliaries = [] }: DatasetSpec): string[] {
  const faults: string[] = [];
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(id))
    faults.push(`id "${id}" is not lower-case letters, digits and hyphens`);
  if (isReservedId(id))
    faults.push(`id "${id}" is taken: status has a page of that name (${reservedIds.join(", ")})`);
  for (const name of requiredAttributes) {
    if (!attributes[name]) faults.push(`attributes.${name} is missing`);
  }
  if (arrays.length === 0) faults.push("arrays is empty");
  const names = [...reservedNames, ...[...dimensions, ...auxiliaries, ...arrays].map(({ name }) => name)];
  for (const name of new Set(names)) {
    if (!variableName.test(name))
      faults.push(`"${name}" cannot name a variable: letters, digits and underscores can`);
  }
  return [...faults, ...sameNameFaults(names)];
}

/** Names that are one name, here or where files are told apart without regard to case. */
function sameNameFaults(names: readonly string[]): string[] {
  return [...new Set(names)].flatMap((name, i, all) => {
    const twin = all.slice(i + 1).find((other) => other.toLowerCase() === name.toLowerCase());
    return [
      ...(names.indexOf(name) !== names.lastIndexOf(name) ? [`the name "${name}" is used twice`] : []),
      ...(twin === undefined ? [] : [`the names "${name}" and "${twin}" differ only in case`]),
    ];
  });
}

function timeFaults({ time, source }: DatasetSpec): string[] {
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

function dimensionFaults({ dimensions, auxiliaries = [] }: DatasetSpec): string[] {
  const faults: string[] = [];
  if (dimensions.length === 0) faults.push("dimensions is empty");
  for (const dimension of dimensions) {
    const { name, first, step, count } = dimension;
    if (!isCount(count)) faults.push(`dimensions.${name}.count ${count} is not a positive whole number`);
    else if (count > coordinateValuesMax)
      faults.push(`dimensions.${name}.count ${count} is over ${coordinateValuesMax}`);
    if (!Number.isFinite(first) || !Number.isFinite(step) || step === 0) {
      faults.push(`dimensions.${name} needs a finite first and a step other than 0`);
    } else if (isCount(count) && !coordinateRange(dimension).every(Number.isFinite)) {
      faults.push(`dimensions.${name} has no finite last value`);
    } else if (isCount(count)) faults.push(...degreesFaults(dimension));
  }
  for (const { name, dimension, values } of auxiliaries) {
    const along = dimensions.find((candidate) => candidate.name === dimension);
    if (!along) faults.push(`auxiliaries.${name} lies along "${dimension}", which is no dimension`);
    else if (values.length !== along.count)
      faults.push(`auxiliaries.${name} has ${values.length} values, not ${along.count}`);
    if (values.some((value) => !fits("int8", value)))
      faults.push(`auxiliaries.${name} holds a value outside int8`);
  }
  return faults;
}

function arrayFaults({ time, dimensions, decoding }: DatasetSpec, array: ArraySpec): string[] {
  const faults: string[] = [];
  const at = `arrays.${array.name}`;
  if (!dataTypes.includes(array.dtype))
    return [`${at}.dtype "${array.dtype}" is none of ${dataTypes.join(", ")}`];
  const bytes = dimensions.reduce(
    (product, { count }) => product * count,
    time.chunkLength * itemBytes[array.dtype],
  );
  if (bytes > chunkBytesMax) faults.push(`${at}: a chunk is ${bytes} bytes; at most ${chunkBytesMax}`);
  if (!fits(array.dtype, array.fillValue))
    faults.push(`${at}.fillValue ${array.fillValue} does not fit ${array.dtype}`);
  for (const name of ["units", "long_name"]) {
    if (array.attributes[name] === undefined) faults.push(`${at}.attributes.${name} is missing`);
  }
  if (array.codec) faults.push(...codecFaults(`${at}.codec`, array.codec));
  const block = decoding.blocks.find(({ name }) => name === array.block);
  if (!block) return [...faults, `${at}.block "${array.block}" is none of decoding.blocks`];
  const packing = packingFaults(at, array, block);
  faults.push(...packing, ...rangeFaults(at, array));
  const isSound = packing.length === 0 && blockFaults(block, dimensions).length === 0;
  return isSound ? [...faults, ...fillFaults(at, array, block)] : faults;
}

function codecFaults(at: string, { id, level = 1 }: CodecSpec): string[] {
  if (!codecIds.includes(id)) return [`${at}.id "${id}" is none of ${codecIds.join(", ")}`];
  const isLevel = isCount(level) && level <= codecLevelMax[id];
  return isLevel ? [] : [`${at}.level ${level} is not a whole number from 1 to ${codecLevelMax[id]}`];
}

/** A stored integer is the granule's own: anything else would round. */
function packingFaults(at: string, array: ArraySpec, block: Block): string[] {
  const blockRange = integerRange[block.type];
  const arrayRange = integerRange[array.dtype];
  if (!arrayRange) return array.scaleFactor === undefined ? [] : [`${at}.scaleFactor is for integers only`];
  if (!blockRange) return [`${at} is ${array.dtype}, but its block holds ${block.type}: choose a float`];
  const faults: string[] = [];
  if (blockRange[0] < arrayRange[0] || blockRange[1] > arrayRange[1])
    faults.push(`${at}: ${block.type} does not fit ${array.dtype}`);
  const packed = (array.scaleFactor ?? 1) * (block.scale ?? 1);
  if (!(Math.abs(packed - 1) <= 1e-12)) {
    faults.push(
      `${at}.scaleFactor ${array.scaleFactor ?? 1} is not 1 / ${block.scale ?? 1}, its block's scale: packing would round`,
    );
  }
  return faults;
}

function sourceFaults({ source }: DatasetSpec): string[] {
  const faults: string[] = [];
  faults.push(...urlFaults(source.url));
  if (!isCount(source.connectionsMax)) faults.push("source.connectionsMax is not a positive whole number");
  if (!isCount(source.stepsPerGranule ?? 1))
    faults.push("source.stepsPerGranule is not a positive whole number");
  if (source.candidates.length === 0) faults.push("source.candidates is empty");
  source.candidates.forEach(({ path, from, until }, i) => {
    faults.push(...periodFaults(`source.candidates[${i}]`, { from, until }));
    faults.push(...pathFaults(path).map((fault) => `source.candidates[${i}].path "${path}" ${fault}`));
    if (path.length > pathCharactersMax)
      faults.push(`source.candidates[${i}].path is longer than ${pathCharactersMax} characters`);
  });
  return faults;
}

function urlFaults(text: string): string[] {
  if (!URL.canParse(text)) return ["source.url is not a URL"];
  const { protocol, username, password } = new URL(text);
  const faults: string[] = [];
  if (!/^ftps?:$/.test(protocol)) faults.push("source.url does not begin with ftp:// or ftps://");
  if (username !== "" || password !== "")
    faults.push("source.url has a user: that goes into ACCRETE_SOURCE or --source, not into a descriptor");
  const pattern = patternInUrl(text);
  if (pattern !== undefined)
    faults.push(
      `source.url has ${pattern}, which is no pattern there: parts of the date belong into source.candidates, and a name that has such signs is written percent-encoded`,
    );
  if (hasStrayQuery(text))
    faults.push(
      `source.url has ? or #: write them as %3F and %23 (all that may follow a ? is ${anyDataHost})`,
    );
  return faults;
}

/** Two granules of one path: one of them would stand for the other. What is no series or no path has its own fault. */
function sharedPathFaults({ time, source }: DatasetSpec): string[] {
  const { stepsPerGranule = 1, candidates } = source;
  const [start, stepMs] = [parseInstant(time.start), parseDuration(time.step)];
  const end = time.end === undefined ? undefined : parseInstant(time.end);
  const texts = [time.end, ...candidates.flatMap(({ from, until }) => [from, until])];
  const isRead = texts.every((text) => text === undefined || parseInstant(text) !== undefined);
  if (start === undefined || !stepMs || !isCount(stepsPerGranule) || !isRead) return [];
  if (candidates.some(({ path }) => pathFaults(path).length > 0)) return [];
  const found = sharedPath(
    { start, stepMs, stepsPerGranule, ...(end === undefined ? {} : { end }) },
    candidates.map(({ path, ...range }) => ({ path, ...dateRange(range) })),
  );
  if (!found) return [];
  const [one, other] = found.uses.map(
    ({ t, candidate }) => `source.candidates[${candidate}] for ${formatInstant(t)}`,
  );
  return [
    `the path "${found.path}" is that of ${one} and of ${other}: it needs finer parts of the date, or source.stepsPerGranule says how many timesteps share a granule`,
  ];
}

function decodingFaults(spec: DatasetSpec): string[] {
  const { decoding, dimensions } = spec;
  const { blocks, layout } = decoding;
  const faults: string[] = [];
  const names = blocks.map(({ name }) => name);
  faults.push(...sameNameFaults(names).map((fault) => `decoding.blocks: ${fault}`));
  for (const name of ["rawBytesMax", "granuleBytesMax"] as const) {
    if (!isCount(decoding[name])) faults.push(`decoding.${name} is not a positive whole number`);
    else if (decoding[name] > chunkBytesMax) faults.push(`decoding.${name} is over ${chunkBytesMax}`);
  }
  for (const block of blocks) faults.push(...blockFaults(block, dimensions));
  if (layout.kind === "dated") faults.push(...datedFaults(layout, names));
  else if (!isCount(layout.bytes)) faults.push("decoding.layout.bytes is not a positive whole number");
  return faults.length > 0 ? faults : [...sizeFaults(spec), ...layoutFaults(spec)];
}

function blockFaults(
  { name, type, scale = 1, missing, rules = [] }: Block,
  dimensions: readonly FixedDimension[],
): string[] {
  const at = `decoding.blocks.${name}`;
  const faults: string[] = [];
  if (!dataTypes.includes(type)) return [`${at}.type "${type}" is none of ${dataTypes.join(", ")}`];
  if (!(Number.isFinite(scale) && scale > 0)) faults.push(`${at}.scale is not a positive number`);
  if (missing !== undefined && !fits(type, missing))
    faults.push(`${at}.missing ${missing} does not fit ${type}`);
  for (const { dimension, beyond } of rules) {
    if (!Number.isFinite(beyond)) faults.push(`${at}.rules has no finite beyond`);
    if (!dimensions.some((candidate) => candidate.name === dimension)) {
      faults.push(`${at}.rules names "${dimension}", which is no dimension`);
    }
    if (!integerRange[type]) faults.push(`${at}.rules apply to integers only`);
  }
  return faults;
}

function datedFaults({ layouts }: DatedLayout, names: readonly string[]): string[] {
  const faults: string[] = [];
  if (layouts.length === 0) faults.push("decoding.layout.layouts is empty");
  layouts.forEach(({ from, until, headerBytes, blocks }, i) => {
    const at = `decoding.layout.layouts[${i}]`;
    faults.push(...periodFaults(at, { from, until }));
    if (!Number.isInteger(headerBytes) || headerBytes < 0)
      faults.push(`${at}.headerBytes is not a whole number`);
    for (const block of new Set(blocks)) {
      if (blocks.indexOf(block) !== blocks.lastIndexOf(block))
        faults.push(`${at}.blocks names "${block}" twice`);
      if (!names.includes(block))
        faults.push(`${at}.blocks names "${block}", which is none of decoding.blocks`);
    }
  });
  return faults;
}

function updatesFaults({ updates, source }: DatasetSpec): string[] {
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

function instantFaults(at: string, instants: Record<string, string | undefined>): string[] {
  return Object.entries(instants).flatMap(([name, text]) =>
    text === undefined || parseInstant(text) !== undefined
      ? []
      : [`${at}.${name} "${text}" is not ISO 8601 UTC`],
  );
}

/** A period that holds no instant would be passed over in silence. */
function periodFaults(at: string, period: { from: string | undefined; until: string | undefined }): string[] {
  const faults = instantFaults(at, period);
  const [from, until] = [period.from, period.until].map((text) => text && parseInstant(text));
  const isEmpty = typeof from === "number" && typeof until === "number" && from >= until;
  return isEmpty ? [`${at}.until ${period.until} is not after its from, ${period.from}`] : faults;
}

function durationFaults(
  at: string,
  durations: Readonly<Record<string, string>>,
  msMax = durationMsMax,
): string[] {
  return Object.entries(durations).flatMap(([name, text]) => {
    const ms = parseDuration(text);
    if (!ms) return [`${at}.${name} "${text}" is not an ISO 8601 duration over 0, as in PT3H`];
    return ms > msMax ? [`${at}.${name} "${text}" is longer than ${formatDuration(msMax)}`] : [];
  });
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function fits(type: string, value: number): boolean {
  const range = integerRange[type];
  return range
    ? Number.isInteger(value) && value >= range[0] && value <= range[1]
    : typeof value === "number";
}
