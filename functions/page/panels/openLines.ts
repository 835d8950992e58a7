import { groupKey } from "../../../shared/zarr/layout.ts";

/** A text to copy, and what it is for. */
export interface CopyLine {
  readonly name: string;
  readonly text: string;
}

/**
 * What opens a dataset in common readers. `store`: `gs://bucket/prefix` or a directory; `page`: the page's own
 * address, below which its server serves the same objects.
 */
export function openLines(id: string, store: string, page: string): CopyLine[] {
  const group = `${store.replace(/\/$/, "")}/${groupKey(id, "")}`.replace(/\/$/, "");
  const isBucket = group.startsWith("gs://");
  const path = isBucket ? group.replace("gs://", "/vsigs/") : group;
  const url = new URL(`data/${groupKey(id, "")}`, page).href.replace(/\/$/, "");
  const options = isBucket ? ", zarr_format=2, consolidated=True" : "";
  const zarrita = [
    'import * as zarr from "zarrita";',
    `const store = await zarr.withConsolidatedMetadata(new zarr.FetchStore(${JSON.stringify(url)}));`,
    'const group = await zarr.open.v2(store, { kind: "group" });',
  ].join("\n");
  return [
    {
      name: isBucket ? "xarray (with gcsfs)" : "xarray",
      text: `import xarray as xr\nds = xr.open_zarr(${JSON.stringify(group)}${options})`,
    },
    { name: "zarrita", text: zarrita },
    { name: "GDAL", text: `gdalinfo ${shellQuoted(`ZARR:"${path}"`)}` },
  ];
}

/** A word that a POSIX shell passes on unchanged. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
