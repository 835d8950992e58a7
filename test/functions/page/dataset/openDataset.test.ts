/** What the page reads out of a Zarr group, and what it says where it cannot. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Grid, valueAt } from "../../../../functions/page/dataset/field.ts";
import { type Field, openDataset } from "../../../../functions/page/dataset/openDataset.ts";
import { counting, handmadeZarr, serveGroup, smallGroup } from "./handmadeZarr.ts";

function rowsOf(field: Field, grid: Grid): number[][] {
  const { rows, columns } = grid.plane;
  const places = (count: number) => [...Array(count).keys()];
  return places(rows.count).map((row) =>
    places(columns.count).map((column) => valueAt(grid, field.metadata, { row, column })),
  );
}

async function onlyField(url: string): Promise<Field> {
  const { fields } = await openDataset(url);
  const [field, ...others] = fields;
  assert.ok(field && others.length === 0, `one field: ${fields.map(({ name }) => name)}`);
  return field;
}

describe("openDataset", { concurrency: true }, () => {
  test("finds the length, the statuses and the arrays of grids, and neither bounds nor coordinates", async (t) => {
    const group = await serveGroup(t, smallGroup({ rain: counting(), snow: counting("zlib") }));
    const dataset = await openDataset(group.url);
    assert.equal(dataset.length, 3);
    assert.deepEqual(
      dataset.fields.map(({ name }) => name),
      ["rain", "snow"],
    );
    assert.deepEqual(await dataset.statuses(), Int8Array.of(0, 1, 0));
  });

  test("an empty dataset has no statuses, and asks for none", async (t) => {
    const objects = handmadeZarr({
      granule_status: { dimensions: ["time"], shape: [0], chunks: [16], dtype: "|i1", values: {} },
    });
    const group = await serveGroup(t, objects);
    const dataset = await openDataset(group.url);
    assert.equal(dataset.length, 0);
    assert.deepEqual(await dataset.statuses(), new Int8Array());
    assert.deepEqual(group.asked, [".zmetadata"]);
  });

  for (const compressor of [undefined, "gzip", "zlib", "zstd"] as const) {
    test(`reads one timestep's grid out of its chunk: ${compressor ?? "uncompressed"}`, async (t) => {
      const group = await serveGroup(t, smallGroup({ rain: counting(compressor) }));
      const field = await onlyField(group.url);
      const expected = [
        [12, 13, 14, 15],
        [16, 17, 18, 19],
        [20, 21, 22, 23],
      ];
      assert.deepEqual(rowsOf(field, await field.grid(1)), expected);
    });
  }

  test("unpacks by scale and offset, and has no value where the fill value stands", async (t) => {
    const rain = counting(undefined, { scale_factor: 0.5, add_offset: 100 });
    const group = await serveGroup(t, smallGroup({ rain: { ...rain, fill: 2 } }));
    const field = await onlyField(group.url);
    assert.deepEqual(rowsOf(field, await field.grid(0))[0], [100, 100.5, Number.NaN, 101.5]);
  });

  test("turns grids of longitude and latitude so that rows are latitudes", async (t) => {
    const turned = { ...counting(), dimensions: ["time", "lon", "lat"], shape: [3, 4, 3], chunks: [2, 4, 3] };
    const group = await serveGroup(t, smallGroup({ rain: turned }));
    const field = await onlyField(group.url);
    const grid = await field.grid(0);
    assert.equal(grid.plane.isEarth, true);
    assert.deepEqual(rowsOf(field, grid), [
      [0, 3, 6, 9],
      [1, 4, 7, 10],
      [2, 5, 8, 11],
    ]);
  });

  test("reads a place's series chunk by chunk, each fetched once", async (t) => {
    const group = await serveGroup(t, smallGroup({ rain: counting("gzip") }));
    const field = await onlyField(group.url);
    const [series, grid] = await Promise.all([field.series(0, { row: 2, column: 1 }), field.grid(0)]);
    assert.deepEqual(series, Float64Array.of(9, 21));
    assert.equal(valueAt(grid, field.metadata, { row: 2, column: 1 }), 9);
    assert.equal(group.asked.filter((key) => key === "rain/0.0.0").length, 1);
  });

  test("shows the first place of the dimensions between, and plain pictures of other grids", async (t) => {
    const deep = {
      ...counting(),
      dimensions: ["time", "level", "y", "x"],
      shape: [3, 2, 2, 3],
      chunks: [2, 2, 2, 3],
      values: { "0.0.0.0": counting().values["0.0.0"] as Int16Array },
    };
    const group = await serveGroup(t, smallGroup({ rain: deep }));
    const field = await onlyField(group.url);
    const grid = await field.grid(1);
    assert.deepEqual(field.hidden, ["level"]);
    assert.equal(grid.plane.isEarth, false);
    assert.deepEqual(rowsOf(field, grid), [
      [12, 13, 14],
      [15, 16, 17],
    ]);
  });
});

describe("what the page says where it cannot read", { concurrency: true }, () => {
  async function faultOf(
    t: Parameters<typeof serveGroup>[0],
    change: (objects: Map<string, Uint8Array | number>) => void,
  ) {
    const objects = smallGroup({ rain: counting("zstd") });
    change(objects);
    const group = await serveGroup(t, objects);
    const field = await onlyField(group.url);
    return (error: RegExp) => assert.rejects(field.grid(0), { message: error });
  }

  test("a dataset that does not exist", async (t) => {
    const group = await serveGroup(t, new Map());
    await assert.rejects(openDataset(group.url), { message: "odd.zarr is not there: it has no .zmetadata" });
  });

  test("a store that cannot be read, with the server's own faults", async (t) => {
    const group = await serveGroup(t, new Map([[".zmetadata", 503]]));
    const message = "odd.zarr/.zmetadata cannot be read: read .zmetadata: the bucket is closed";
    await assert.rejects(openDataset(group.url), { message });
  });

  test("a server that is gone", async () => {
    await assert.rejects(openDataset("http://127.0.0.1:9/data/odd.zarr"), {
      message: /^odd\.zarr\/\.zmetadata cannot be read: the server does not answer/,
    });
  });

  test("a chunk that is not there is not taken for fill", async (t) => {
    const rejects = await faultOf(t, (objects) => objects.delete("rain/0.0.0"));
    await rejects(/^rain\/0\.0\.0 is not in the store$/);
  });

  test("a chunk that the store refuses", async (t) => {
    const rejects = await faultOf(t, (objects) => objects.set("rain/0.0.0", 500));
    await rejects(/^odd\.zarr\/rain\/0\.0\.0 cannot be read: read rain\/0\.0\.0: the bucket is closed$/);
  });

  test("a damaged chunk", async (t) => {
    const rejects = await faultOf(t, (objects) =>
      objects.set("rain/0.0.0", Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)),
    );
    await rejects(/^rain\/0\.0\.0 is damaged: /);
  });

  test("a chunk of another size", async (t) => {
    const half = { ...counting(), values: { "0.0.0": new Int16Array(12) } };
    const group = await serveGroup(t, smallGroup({ rain: half }));
    const field = await onlyField(group.url);
    await assert.rejects(field.grid(0), { message: "rain/0.0.0 is damaged: it holds 12 values, not 24" });
  });

  test("after a fault the same chunk can be asked for again", async (t) => {
    const objects = smallGroup({ rain: counting() });
    const chunk = objects.get("rain/0.0.0") as Uint8Array;
    const group = await serveGroup(t, objects.set("rain/0.0.0", 503));
    const field = await onlyField(group.url);
    await assert.rejects(field.grid(0));
    objects.set("rain/0.0.0", chunk);
    assert.equal(rowsOf(field, await field.grid(0))[0]?.[3], 3);
  });
});
