/** What people copy from the page opens the dataset, unchanged. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openLines } from "../../../../functions/page/panels/openLines.ts";

const page = "http://127.0.0.1:8080/below/";

describe("the lines that open a dataset", () => {
  const texts = (store: string) => openLines("tiny", store, page).map(({ text }) => text);

  test("of a directory name its path, and the page's own server to zarrita", () => {
    assert.deepEqual(texts("/srv/data/"), [
      'import xarray as xr\nds = xr.open_zarr("/srv/data/tiny.zarr")',
      [
        'import * as zarr from "zarrita";',
        'const store = await zarr.withConsolidatedMetadata(new zarr.FetchStore("http://127.0.0.1:8080/below/data/tiny.zarr"));',
        'const group = await zarr.open.v2(store, { kind: "group" });',
      ].join("\n"),
      `gdalinfo 'ZARR:"/srv/data/tiny.zarr"'`,
    ]);
  });

  test("of a bucket say what readers need to know there", () => {
    const [xarray, , gdal] = texts("gs://acme/feeds");
    assert.match(
      xarray ?? "",
      /open_zarr\("gs:\/\/acme\/feeds\/tiny\.zarr", zarr_format=2, consolidated=True\)/,
    );
    assert.equal(gdal, `gdalinfo 'ZARR:"/vsigs/acme/feeds/tiny.zarr"'`);
  });

  test("are quoted, whatever the path", () => {
    const [xarray, , gdal] = texts(`/srv/o'hara "x"`);
    assert.match(xarray ?? "", /"\/srv\/o'hara \\"x\\"\/tiny\.zarr"/);
    assert.match(gdal ?? "", /o'\\''hara/);
  });
});
