import { defineDataset } from "accrete-zarr";

/** A short real series of GrADS-style flat binaries (miniufo/xgrads, `ctls/test8.ctl`), stored from north to south. */
export default defineDataset({
  id: "air-temperature",
  attributes: {
    title: "Air temperature at 1000 hPa, 6-hourly, January 2013",
    summary:
      "Four 6-hourly grids of air temperature over North America and the Pacific, 15°N-75°N, 200°E-330°E, 2.5°.",
    institution: "unknown",
    source: "GrADS flat binary granules test8_*.dat of the xgrads project",
    references: "https://github.com/miniufo/xgrads",
    license: "MIT",
  },
  time: {
    start: "2013-01-01T00:00:00Z",
    end: "2013-01-01T18:00:00Z",
    step: "PT6H",
    units: "hours since 2013-01-01 00:00:00",
    calendar: "proleptic_gregorian",
    stamp: "instant",
    chunkLength: 40,
  },
  dimensions: [
    {
      name: "lat",
      first: 75,
      step: -2.5,
      count: 25,
      attributes: { standard_name: "latitude", long_name: "latitude", units: "degrees_north", axis: "Y" },
    },
    {
      name: "lon",
      first: 200,
      step: 2.5,
      count: 53,
      attributes: { standard_name: "longitude", long_name: "longitude", units: "degrees_east", axis: "X" },
    },
  ],
  arrays: [
    {
      name: "air",
      block: "air",
      dtype: "float32",
      fillValue: Number.NaN,
      validRange: [150, 350],
      attributes: { standard_name: "air_temperature", long_name: "air temperature at 1000 hPa", units: "K" },
    },
  ],
  source: {
    url: "ftp://localhost/air-temperature",
    connectionsMax: 4,
    candidates: [{ path: "test8_{YYYYMMDDHH}.dat" }],
  },
  decoding: {
    compression: "none",
    granuleBytesMax: 64 * 1024,
    rawBytesMax: 64 * 1024,
    byteOrder: "big",
    layout: { kind: "dated", layouts: [{ headerBytes: 0, blocks: ["air"] }] },
    blocks: [{ name: "air", type: "float32", missing: -9.99e33 }],
  },
  updates: {
    latency: "PT6H",
    patience: "P1D",
    revisionWindow: "P7D",
    publish: "settled",
    retry: { first: "PT1H", longest: "P7D" },
    batchesMax: 2,
  },
});
