import { coverageOf } from "../dataset/cf.ts";
import { cellEdges, coordinateRange } from "../dataset/coordinates.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { isLatitude, isLongitude } from "../dataset/degrees.ts";
import type { FixedDimension } from "../dataset/descriptor.ts";
import { formatDuration, formatInstant } from "../dataset/timeAxis.ts";
import type { GroupState } from "../zarr/metadata.ts";

/** The member that says of which commit a collection tells. */
export const commitSeqMember = "accrete:commit_seq";
/** The member that says of which store it does; absent where the store has no identity. */
export const identityMember = "accrete:store_identity";

const extensions = [
  "https://stac-extensions.github.io/datacube/v2.2.0/schema.json",
  "https://stac-extensions.github.io/xarray-assets/v1.0.0/schema.json",
];

/** An SPDX licence identifier, or what looks like one. */
const licenceIdentifier = /^[A-Za-z0-9][\w.+-]*$/;

/**
 * The dataset as a STAC Collection, in the state that readers see. Its assets are named relative to where it is kept.
 * Formats: https://github.com/radiantearth/stac-spec, version 1.1.0, and https://github.com/stac-extensions/datacube,
 * version 2.2.0.
 */
export function collectionOf(dataset: Dataset, state: GroupState): object {
  const { id, attributes } = dataset;
  const { title, summary, license, institution, keywords } = attributes;
  const [from, to] = interval(dataset, state);
  return {
    type: "Collection",
    stac_version: "1.1.0",
    stac_extensions: extensions,
    id,
    title,
    description: summary,
    ...(keywords === undefined ? {} : { keywords: String(keywords).split(/\s*,\s*/) }),
    license: licenceIdentifier.test(String(license)) ? license : "other",
    providers: [{ name: institution, roles: ["producer"], description: String(license) }],
    extent: { spatial: { bbox: [boundingBox(dataset)] }, temporal: { interval: [[from, to]] } },
    "cube:dimensions": dimensionsOf(dataset, state),
    "cube:variables": variablesOf(dataset),
    links: [],
    assets: {
      zarr: {
        href: `../${id}.zarr`,
        type: "application/vnd+zarr",
        title: "the dataset, Zarr v2 with consolidated metadata",
        roles: ["data"],
        "xarray:open_kwargs": { engine: "zarr", consolidated: true },
      },
      status: {
        href: "./status.json",
        type: "application/json",
        title: "what is there, what is late and what is wrong",
        roles: ["metadata"],
      },
    },
    ...(state.modifiedAt === null ? {} : { updated: formatInstant(state.modifiedAt) }),
    [commitSeqMember]: state.commitSeq,
    ...(state.identity === undefined ? {} : { [identityMember]: state.identity }),
  };
}

/** What the visible timesteps cover; open where nothing is visible yet. */
function interval({ time }: Dataset, { length }: GroupState): readonly [string, string | null] {
  const [from] = coverageOf(time.stamp, time.start, time.stepMs);
  if (length === 0) return [from, null];
  return [from, coverageOf(time.stamp, time.at(length - 1), time.stepMs)[1]];
}

/** Of edges, in degrees: a hundredth of a millimetre. */
const placesShown = 10;

function dimensionsOf(dataset: Dataset, state: GroupState): object {
  const { time, dimensions } = dataset;
  const last = state.length === 0 ? null : formatInstant(time.at(state.length - 1));
  const fixed = dimensions.map((dimension) => {
    const { name, step, attributes } = dimension;
    const axis = isLatitude(dimension) ? "y" : isLongitude(dimension) ? "x" : undefined;
    const told = {
      description: attributes.long_name ?? name,
      extent: coordinateRange(dimension),
      step: Math.abs(step),
    };
    if (axis) return [name, { type: "spatial", axis, ...told, reference_system: 4326 }];
    return [name, { type: "other", ...told, ...(attributes.units ? { unit: attributes.units } : {}) }];
  });
  const extent = [formatInstant(time.start), last];
  return {
    time: { type: "temporal", extent, step: formatDuration(time.stepMs) },
    ...Object.fromEntries(fixed),
  };
}

function variablesOf({ arrays, dimensions, auxiliaries = [] }: Dataset): object {
  const grid = ["time", ...dimensions.map(({ name }) => name)];
  const data = arrays.map(({ name, attributes: { long_name: description, units: unit } }) => [
    name,
    { type: "data", dimensions: grid, ...(description ? { description } : {}), ...(unit ? { unit } : {}) },
  ]);
  const status = {
    type: "auxiliary",
    dimensions: ["time"],
    description: "what is known of the granule of each timestep",
  };
  const fixed = auxiliaries.map(({ name, dimension, attributes: { long_name: description } }) => [
    name,
    { type: "auxiliary", dimensions: [dimension], ...(description ? { description } : {}) },
  ]);
  return Object.fromEntries([...data, ["granule_status", status], ...fixed]);
}

/**
 * West, south, east, north of all cells, in degrees from -180 to 180: the west is greater than the east where the grid
 * crosses the antimeridian. The whole earth where the grid has no such axes. What a grid lacks of the whole circle, if it is less
 * than half a cell, is no gap but rounding: 1/6 is no decimal.
 */
function boundingBox({ dimensions }: Dataset): readonly [number, number, number, number] {
  const [latitude, longitude] = [dimensions.find(isLatitude), dimensions.find(isLongitude)];
  const edges = (found: FixedDimension | undefined, otherwise: readonly number[]) =>
    found ? cellEdges(found).map(rounded) : otherwise;
  const [south, north] = edges(latitude, [-90, 90]) as [number, number];
  const [west, east] = edges(longitude, [-180, 180]) as [number, number];
  const halfCell = Math.abs(longitude?.step ?? 0) / 2;
  const across =
    east - west >= 360 - halfCell ? ([-180, 180] as const) : ([westOf(west), eastOf(east)] as const);
  return [across[0], Math.max(-90, south), across[1], Math.min(90, north)];
}

function rounded(degrees: number): number {
  return Number(degrees.toFixed(placesShown));
}

const turned = (degrees: number) => ((degrees % 360) + 360) % 360;

/** A west from -180 to below 180 degrees: 180 is -180. What lies there is left as it is, since turning rounds. */
function westOf(edge: number): number {
  return edge >= -180 && edge < 180 ? edge : rounded(turned(edge + 180) - 180);
}

/** An east from above -180 to 180 degrees: -180 is 180. */
function eastOf(edge: number): number {
  return edge > -180 && edge <= 180 ? edge : rounded(180 - turned(180 - edge));
}
