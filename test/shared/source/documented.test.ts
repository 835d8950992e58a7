/** The sources of `shared/source/README.md` are such that a descriptor may have them, and say where a file really is. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { schemes } from "../../../shared/dataset/baseUrl.ts";
import { basesOf, candidatesOf } from "../../../shared/dataset/candidates.ts";
import { patternFaults } from "../../../shared/dataset/check/patternFaults.ts";
import { sharedPathFaults, sourceFaults } from "../../../shared/dataset/check/sourceFaults.ts";
import {
  authKinds,
  type DatasetSpec,
  listings,
  type SourceSpec,
} from "../../../shared/dataset/descriptor.ts";
import { granulePath, pathsOf } from "../../../shared/dataset/paths/granulePath.ts";
import { parseDuration, parseInstant } from "../../../shared/dataset/timeAxis.ts";
import { checkSourceUrl } from "../../../shared/source/open.ts";

const text = await readFile(new URL("../../../shared/source/README.md", import.meta.url), "utf8");
const [, providers = ""] = text.split("\n## Eight providers\n");
const examples = await Promise.all(
  [...providers.matchAll(/^([\w -]+): .*\n```ts\n([^`]*)```$/gm)].map(async ([, name = "", literal = ""]) => {
    const made = `data:text/javascript,${encodeURIComponent(`export default ${literal}`)}`;
    return { name, source: (await import(made)).default as SourceSpec };
  }),
);

/** A timestep of each provider, its step, and the name of a file that the provider has for it, as the facts of each say. */
const real: Readonly<Record<string, readonly [at: string, step: string, path: string]>> = {
  MRMS: [
    "2026-11-30T04:20:00Z",
    "PT2M",
    "CONUS/PrecipRate_00.00/20261130/MRMS_PrecipRate_00.00_20261130-042039.grib2.gz",
  ],
  OISST: ["2026-11-30T00:00:00Z", "P1D", "202611/oisst-avhrr-v02r01.20261130.nc"],
  "PDIR-Now": ["2026-11-30T07:00:00Z", "PT1H", "2026/pdirnow1h26113007.bin.gz"],
  "IMERG Early": [
    "2026-11-30T00:30:00Z",
    "PT30M",
    "202611/3B-HHR-E.MS.MRG.3IMERG.20261130-S003000-E005959.0030.V07C.RT-H5",
  ],
  CHIRPS: ["2026-11-05T00:00:00Z", "P1D", "final/sat/2026/chirps-v3.0.sat.2026.11.05.tif"],
  HRRR: ["2026-11-30T05:00:00Z", "PT1H", "hrrr.20261130/conus/hrrr.t05z.wrfsfcf00.grib2"],
  GAMSSA: [
    "2026-11-30T12:00:00Z",
    "P1D",
    "20261130120000-ABOM-L4_GHRSST-SSTfnd-GAMSSA_28km-GLOB-v02.0-fv01.0.nc",
  ],
  "GOES-19": [
    "2026-11-30T01:00:00Z",
    "PT1H",
    "ABI-L2-LSTC/2026/334/01/OR_ABI-L2-LSTC-M6_G19_s20263340101172_e20263340103545_c20263340110123.nc",
  ],
};

test("there are eight providers", () => {
  assert.deepEqual(
    examples.map(({ name }) => name),
    Object.keys(real),
  );
});

describe("the source of", () => {
  for (const { name, source } of examples) {
    const [at = "", step = "", path = ""] = real[name] ?? [];
    const updates = { revisionWindow: "P60D" };
    const spec = { source, updates, time: { start: at, step } } as DatasetSpec;

    test(`${name} is one of a descriptor`, () => {
      assert.deepEqual([...sourceFaults(spec), ...sharedPathFaults(spec), ...patternFaults(spec)], []);
      for (const { url } of basesOf(source)) checkSourceUrl(url);
    });

    test(`${name} leads to ${path}`, () => {
      const [first, spanMs] = [parseInstant(at) as number, parseDuration(step) as number];
      const [candidate] = candidatesOf(source);
      const wanted = pathsOf(candidate?.path ?? "", { first, spanMs });
      const slash = path.lastIndexOf("/");
      const found = wanted.some((one) =>
        typeof one === "string"
          ? one === path
          : one.directory === path.slice(0, Math.max(0, slash)) &&
            one.choose([path.slice(slash + 1)]).best !== undefined,
      );
      assert.ok(found, granulePath(candidate?.path ?? "", first, spanMs));
    });
  }
});

test("every scheme, every way of finding and every kind of auth is told of", () => {
  for (const scheme of schemes) assert.ok(text.includes(`\`${scheme}://`), scheme);
  for (const listing of listings) assert.ok(text.includes(`| \`"${listing}"\``), listing);
  for (const kind of authKinds) assert.ok(text.includes(`| \`{ kind: "${kind}"`), kind);
});
