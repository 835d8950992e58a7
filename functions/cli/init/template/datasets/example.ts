import { defineDataset } from "accrete-zarr";

/**
 * An example to copy from: a made-up analysis, one flat file of 32-bit floats every six hours. `npx accrete new-dataset GRANULE`
 * writes such a file from one of your own granules; delete this one then.
 *
 * What a dataset is, from `id` to `arrays`, is pinned by its first granule: a change to what stored values mean is refused. Where it
 * comes from, how it is decoded and how it grows may change at any time.
 */
export default defineDataset({
  // The file's name without its ending. Readers open `example.zarr`.
  id: "example",
  // For who finds it: title, summary, institution, source and license must be there, others of ACDD may.
  attributes: {
    title: "Air temperature at 2 m, 6-hourly, 90°N-90°S, 2.5°",
    summary: "A made-up global analysis of the air temperature, which shows what a descriptor says.",
    institution: "Example Weather Service",
    source: "flat binary granules of ftp.example.org",
    license: "CC-BY-4.0",
  },
  time: {
    // The first timestep that shall ever be stored. Nothing can be put before it later; `--start` begins a copy after it.
    start: "2026-01-01T00:00:00Z",
    step: "PT6H",
    units: "hours since 2026-01-01 00:00:00",
    calendar: "proleptic_gregorian",
    // Where the time stands in what a value covers: `start`, `centre` or `end` of a mean or a sum, `instant` of a snapshot.
    stamp: "instant",
    // Timesteps in one object. A new granule rewrites the last one whole, and readers of one place fetch every one of them:
    // some megabytes of values suit both (here 40 · 73 · 144 · 4 bytes = 1.7 MB).
    chunkLength: 40,
  },
  // As they are in the file, the last varying fastest. Here from north to south, and from Greenwich eastwards.
  dimensions: [
    {
      name: "lat",
      first: 90,
      step: -2.5,
      count: 73,
      attributes: { standard_name: "latitude", long_name: "latitude", units: "degrees_north", axis: "Y" },
    },
    {
      name: "lon",
      first: 0,
      step: 2.5,
      count: 144,
      attributes: { standard_name: "longitude", long_name: "longitude", units: "degrees_east", axis: "X" },
    },
  ],
  arrays: [
    {
      name: "t2m",
      // The field of the file that it is made from: see `decoding.blocks`.
      block: "temperature",
      dtype: "float32",
      // Stands where nothing was measured; it must be no value that can be.
      fillValue: Number.NaN,
      // What can be, generously. A granule with a value outside is not believed: it is the one thing that tells a wrong byte order.
      validRange: [150, 350],
      attributes: { standard_name: "air_temperature", long_name: "air temperature at 2 m", units: "K" },
    },
  ],
  source: {
    // https://, s3://, gs://, ftp:// or file:///. No password here: `auth` names a secret, whose value is in ACCRETE_SECRET_NAME, or
    // `--source` and ACCRETE_SOURCE_EXAMPLE give a URL that has one.
    url: "ftp://ftp.example.org/analysis",
    // At once: ask the provider, or see at how many it refuses.
    connectionsMax: 4,
    // Below the URL, by date. Several stand in order of preference, each `from` a date or `until` one if need be.
    candidates: [{ path: "{YYYY}/{MM}/t2m_{YYYYMMDDHH}.bin" }],
  },
  decoding: {
    // `none`, or `gzip`.
    compression: "none",
    // Nothing larger is fetched, or inflated.
    granuleBytesMax: 1024 * 1024,
    rawBytesMax: 1024 * 1024,
    byteOrder: "little",
    // Fields follow each other after so many bytes. With `from` and `until` there may be others for other times.
    layout: { kind: "dated", layouts: [{ headerBytes: 0, blocks: ["temperature"] }] },
    blocks: [{ name: "temperature", type: "float32", missing: -9999 }],
  },
  updates: {
    // How long after its time a granule usually is there: later than that, the dataset is late.
    latency: "PT8H",
    // How long one is waited for. Then readers are shown the gap, and a granule that comes all the same fills it.
    patience: "P2D",
    // How far back the provider is asked whether it has replaced granules.
    revisionWindow: "P14D",
    // `settled` shows nothing behind a timestep that is still waited for; `latest` shows it at once, and the gap as pending.
    publish: "settled",
    // A granule that cannot be used is fetched again after so long, then twice as long each time.
    retry: { first: "PT1H", longest: "P7D" },
    // Chunks that are worked on at once.
    batchesMax: 2,
  },
});
