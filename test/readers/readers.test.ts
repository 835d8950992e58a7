/**
 * What the readers find that people use: xarray and zarr-python, GDAL, zarrita; and of the metrics, Prometheus. Every value,
 * time, status and attribute is compared with what the granules were made from.
 *
 * Needs Debian's python3-xarray, python3-zarr, python3-prometheus-client and gdal-bin. Where one is missing its tests are skipped, unless CI or
 * ACCRETE_REQUIRE_READERS=1 is set: then they fail.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import * as zarr from "zarrita";
import { status } from "../../functions/status.ts";
import { type CodecSpec, codecIds } from "../../shared/dataset/descriptor.ts";
import { bytesOf, readVisible, stepBytes } from "../functions/cli/visible.ts";
import { memoryCloud } from "../support/memoryCloud.ts";
import { tinyWorld } from "../support/tinyWorld.ts";
import {
  type Built,
  buildAir,
  buildCodecs,
  buildSeries,
  buildSwitch,
  buildTenths,
  type Field,
} from "./stores.ts";

const run = promisify(execFile);
/** Debian's own: another python3 in the path would not know its packages. */
const python = "/usr/bin/python3";
const isRequired = Boolean(process.env.CI) || process.env.ACCRETE_REQUIRE_READERS === "1";

/** Why each reader cannot be asked; `undefined` if it can. */
const missing = {
  python: await reasonAgainst(python, ["-c", "import xarray, zarr"], "python3-xarray and python3-zarr"),
  prometheus: await reasonAgainst(python, ["-c", "import prometheus_client"], "python3-prometheus-client"),
  gdal: await reasonAgainst("gdal_translate", ["--version"], "gdal-bin"),
};

async function reasonAgainst(program: string, args: string[], packages: string): Promise<string | undefined> {
  return run(program, args).then(
    () => undefined,
    () => `${program} ${args.join(" ")} does not run (Debian: apt-get install ${packages})`,
  );
}

/** A test that asks a reader, if that is there. */
function asks(reader: keyof typeof missing, promise: string, ask: (t: TestContext) => Promise<void>): void {
  const reason = missing[reader];
  const skip = reason !== undefined && !isRequired ? reason : false;
  test(promise, { skip }, async (t) => {
    if (reason !== undefined) assert.fail(reason);
    await ask(t);
  });
}

let directory: string;
let series: Built;
let across: Built;
let air: Built;
let tenths: Built;
let codecs: ReadonlyMap<CodecSpec["id"], Built>;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "accrete-readers-"));
  series = await buildSeries(join(directory, "series"));
  across = await buildSwitch(join(directory, "switch"));
  air = await buildAir(join(directory, "air"));
  tenths = await buildTenths(join(directory, "tenths"));
  codecs = await buildCodecs(join(directory, "codecs"));
});
after(() => rm(directory, { recursive: true }));

const stores: readonly (readonly [string, () => Built])[] = [
  ["a full chunk, a partial one, a missing and a corrupt granule", () => series],
  ["names of version 7R2 and 7 and a granule without the fourth field", () => across],
  ["granules of floats", () => air],
  ["a grid of tenths of a degree", () => tenths],
  ...codecIds.map((id) => [`chunks by ${id}`, () => codecs.get(id) as Built] as const),
];

describe("xarray and zarr-python find what the granules hold, consolidated or not", () => {
  for (const [what, built] of stores) {
    asks("python", what, async () => {
      await run(python, [join(import.meta.dirname, "check_xarray.py"), built().manifestPath]);
    });
  }
});

describe("GDAL finds what the granules hold", () => {
  for (const [what, built] of stores) {
    asks("gdal", what, async () => {
      const { manifest } = built();
      const last = manifest.steps.length - 1;
      const gaps = manifest.steps.flatMap(({ values }, index) => (values === null ? [index] : []));
      const threeFields = built() === across ? [2] : [];
      for (const index of new Set([0, ...gaps, ...threeFields, last])) {
        for (const field of manifest.fields) {
          const found = await readByGdal(built(), field, index);
          const expected = asGdalReads(field, await expectedBytes(built(), field, index));
          assert.ok(found.equals(expected), `${field.name} at timestep ${index}`);
        }
      }
    });

    asks("gdal", `${what}: shape, unit, scale, missing value and time`, async () => {
      const { manifest } = built();
      const { stdout } = await run("gdalmdiminfo", [manifest.store]);
      const { arrays, attributes } = JSON.parse(stdout);
      assert.equal(attributes.valid_through, manifest.attributes.valid_through);
      for (const { name, scale, fill, attributes: expected } of manifest.fields) {
        const { dimensions, dimension_size, unit, scale: found, nodata_value } = arrays[name];
        assert.deepEqual(dimensions, ["/time", "/lat", "/lon"]);
        assert.deepEqual(dimension_size, [manifest.steps.length, manifest.lat.count, manifest.lon.count]);
        assert.equal(unit, expected.units);
        assert.equal(found, scale ?? undefined);
        assert.equal(nodata_value, fill ?? "NaN");
      }
      assert.equal(arrays.time.unit, manifest.time_units);
      const times = await run("gdalmdiminfo", ["-detailed", "-array", "/time", manifest.store]);
      assert.deepEqual(JSON.parse(times.stdout).values, hoursOf(built()).map(Number));
    });
  }
});

describe("Prometheus' own parser understands the metrics", () => {
  asks("prometheus", "every sample, with its type and unit", async () => {
    const world = tinyWorld({ id: "one" });
    world.publishAll(0, 3);
    world.at(4.5);
    await world.run();
    const answer = await memoryCloud([world]).ask(status, { method: "GET", path: "/metrics" });
    assert.ok("content" in answer);
    const script = [
      "import json, sys",
      "from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse",
      "print(json.dumps([[f.name, f.type, f.unit, {str(s.labels): s.value for s in f.samples}] for f in parse(sys.stdin.read())]))",
    ].join("\n");
    const parsing = run(python, ["-c", script]);
    parsing.child.stdin?.end(answer.content);
    const families = JSON.parse((await parsing).stdout) as [string, string, string, Record<string, number>][];
    const of = (name: string) => families.find(([known]) => known === name)?.slice(1);
    assert.deepEqual(of("accrete_length"), ["gauge", "", { "{'dataset': 'one'}": 4 }]);
    assert.deepEqual(of("accrete_lag_seconds"), ["gauge", "seconds", { "{'dataset': 'one'}": 5400 }]);
    assert.equal(of("accrete_commits")?.[0], "counter");
    const [type, , states] = of("accrete_state") as [string, string, Record<string, number>];
    assert.equal(type, "stateset");
    assert.equal(states["{'dataset': 'one', 'accrete_state': 'current'}"], 1);
    assert.equal(
      Object.values(states).reduce((sum, value) => sum + value),
      1,
    );
  });
});

describe("zarrita finds what the granules hold", () => {
  for (const [what, built] of stores) {
    test(what, async () => {
      const { manifest, id } = built();
      const visible = await readVisible(built().directory, id);
      assert.ok(visible);
      assert.deepEqual(
        visible.times,
        manifest.steps.map(({ time }) => `${time}Z`),
      );
      assert.deepEqual(visible.arrays.get("time")?.values, BigInt64Array.from(hoursOf(built())));
      assert.deepEqual(
        visible.statuses,
        manifest.steps.map(({ status }) => status),
      );
      for (const name of ["lat", "lon"] as const) {
        const { first, step, count } = manifest[name];
        const decimals = (i: number) => Number((first + i * step).toFixed(6));
        const expected = Float64Array.from({ length: count }, (_, i) => decimals(i));
        assert.deepEqual(visible.arrays.get(name)?.values, expected);
      }
      for (const [name, value] of Object.entries(manifest.attributes)) {
        assert.deepEqual(visible.attributes[name], value, name);
      }
      for (const field of manifest.fields) {
        for (const index of manifest.steps.keys()) {
          const found = stepBytes(visible, field.name, index);
          assert.ok(found.equals(await expectedBytes(built(), field, index)), `${field.name} at ${index}`);
        }
      }
    });
  }

  test("the tail of a chunk that is not full, without consolidated metadata", async () => {
    const get = (key: string) => readFile(join(series.manifest.store, key)).catch(() => undefined);
    const group = await zarr.open.v2({ get }, { kind: "group" });
    const [field] = series.manifest.fields as [Field];
    const array = await zarr.open.v2(group.resolve(field.name), { kind: "array" });
    assert.deepEqual(array.shape, [45, 480, 1440]);
    const { data, shape } = await zarr.get(array, [zarr.slice(38, null), null, null]);
    assert.deepEqual(shape, [7, 480, 1440]);
    const expected = await Promise.all(
      Array.from({ length: 7 }, (_, i) => expectedBytes(series, field, 38 + i)),
    );
    assert.ok(bytesOf(data as Int16Array).equals(Buffer.concat(expected)));
  });
});

/** The grid of a field at a timestep, little endian, as it must be stored. */
async function expectedBytes({ manifest }: Built, field: Field, index: number): Promise<Buffer> {
  const { fields, lat, lon, steps } = manifest;
  const cells = lat.count * lon.count;
  const bytesPerCell = Number(field.dtype.slice(2));
  const values = steps[index]?.values;
  if (values === null || values === undefined) {
    const fill = field.fill ?? Number.NaN;
    if (field.dtype === "<f4") return bytesOf(new Float32Array(cells).fill(fill));
    return bytesOf(
      field.dtype === "<i2" ? new Int16Array(cells).fill(fill) : new Int8Array(cells).fill(fill),
    );
  }
  const before = fields.slice(0, fields.indexOf(field));
  const from = before.reduce((sum, { dtype }) => sum + cells * Number(dtype.slice(2)), 0);
  const bytes = (await readFile(values)).subarray(from, from + cells * bytesPerCell);
  return field.file_dtype.startsWith(">") ? Buffer.from(bytes).swap32() : bytes;
}

/** The hours from the instant that the units count from to each timestep. */
function hoursOf({ manifest }: Built): bigint[] {
  const epoch = Date.parse(`${manifest.time_units.replace("hours since ", "").replace(" ", "T")}Z`);
  return manifest.steps.map(({ time }) => BigInt(Date.parse(`${time}Z`) - epoch) / 3_600_000n);
}

async function readByGdal({ manifest }: Built, field: Field, index: number): Promise<Buffer> {
  const slice = `ZARR:"${manifest.store}":/${field.name}:${index}`;
  const out = join(directory, `${field.name}.raw`);
  await run("gdal_translate", ["-q", "-of", "ENVI", slice, out]);
  return readFile(out);
}

/** GDAL 3.6 knows no int8 and gives int16 instead. */
function asGdalReads(field: Field, bytes: Buffer): Buffer {
  if (field.dtype !== "|i1") return bytes;
  return bytesOf(Int16Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)));
}
