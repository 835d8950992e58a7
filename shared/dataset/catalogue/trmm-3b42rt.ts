import { type Block, coordinateValues, defineDataset, type FixedDimension } from "accrete-zarr";

const latitude: FixedDimension = {
  name: "lat",
  first: 59.875,
  step: -0.25,
  count: 480,
  attributes: { standard_name: "latitude", long_name: "latitude", units: "degrees_north", axis: "Y" },
};
const experimentalBeyond = 50;

/** Poleward of 50° the producer stores an unreliable estimate p as -p - 0.01 mm/h. */
const rain = {
  type: "int16",
  scale: 100,
  missing: -31999,
  units: "mm/hr",
  rules: [{ kind: "negated", dimension: "lat", beyond: experimentalBeyond }],
} as const satisfies Omit<Block, "name">;

/** In mm/h. What is estimated over a quarter of a degree stays far below the records of single places. */
const rates = [0, 300] as const;

/** Exact: the granule's own integers, which mean hundredths of mm/h. */
const packed = { dtype: "int16", scaleFactor: 0.01, fillValue: -31999, validRange: rates } as const;

/** NASA's near-real-time, satellite-based precipitation, 2000 to 2019. Format: G. J. Huffman's 3B42RT documentation. */
export default defineDataset({
  id: "trmm-3b42rt",
  attributes: {
    title: "TRMM 3B42RT: 3-hourly near-real-time precipitation, 60°N-60°S, 0.25°",
    summary:
      "Near-real-time TRMM Multi-Satellite Precipitation Analysis (3B42RT): merged microwave and infrared estimates of the precipitation rate with their random error, source and the estimate before calibration. Estimates poleward of 50° are experimental; their producer advises against using them (see latitude_band).",
    institution: "NASA Goddard Space Flight Center",
    source: "TRMM 3B42RT granules (gzipped binary), versions 6 and 7",
    references: "Huffman, G. J. et al. (2007), J. Hydrometeor. 8, 38-55, doi:10.1175/JHM560.1",
    license: "NASA Earth science data: free and open",
    creator_name: "NASA/GSFC",
    processing_level: "3",
    keywords: "precipitation, satellite, near real time",
  },
  time: {
    start: "2000-03-01T00:00:00Z",
    end: "2019-12-31T21:00:00Z",
    step: "PT3H",
    units: "hours since 2000-03-01 00:00:00",
    calendar: "proleptic_gregorian",
    stamp: "centre",
    chunkLength: 40,
  },
  dimensions: [
    latitude,
    {
      name: "lon",
      first: 0.125,
      step: 0.25,
      count: 1440,
      attributes: { standard_name: "longitude", long_name: "longitude", units: "degrees_east", axis: "X" },
    },
  ],
  auxiliaries: [
    {
      name: "latitude_band",
      dimension: "lat",
      values: Array.from(coordinateValues(latitude), (degrees) =>
        Math.abs(degrees) > experimentalBeyond ? 1 : 0,
      ),
      attributes: {
        long_name: "reliability of the estimates at this latitude",
        flag_values: [0, 1],
        flag_meanings: "standard experimental",
      },
    },
  ],
  arrays: [
    {
      name: "precipitation",
      block: "precipitation",
      ...packed,
      attributes: {
        standard_name: "lwe_precipitation_rate",
        long_name: "precipitation rate",
        units: "mm h-1",
      },
    },
    {
      name: "precipitation_error",
      block: "precipitation_error",
      ...packed,
      attributes: { long_name: "random error of the precipitation rate", units: "mm h-1" },
    },
    {
      name: "source",
      block: "source",
      dtype: "int8",
      fillValue: -128,
      validRange: [0, 106],
      attributes: {
        long_name: "sensor that the estimate comes from",
        units: "1",
        flag_values: [0, 1, 2, 3, 4, 5, 6, 30, 31, 50, 101, 102, 103, 104, 105, 106],
        flag_meanings:
          "none AMSU TMI AMSR SSMI SSMIS MHS AMSU_and_MHS_average conical_scanner_average IR AMSU_sparse_sample TMI_sparse_sample AMSR_sparse_sample SSMI_sparse_sample SSMIS_sparse_sample MHS_sparse_sample",
      },
    },
    {
      name: "uncal_precipitation",
      block: "uncal_precipitation",
      ...packed,
      attributes: {
        standard_name: "lwe_precipitation_rate",
        long_name: "precipitation rate before climatological calibration",
        units: "mm h-1",
      },
    },
  ],
  source: {
    url: "ftp://trmmopen.gsfc.nasa.gov/pub/merged",
    connectionsMax: 8,
    // Sources disagree on the hour when names changed from 7R2 to 7, so both are looked for around it. Then the names and
    // folders of versions before 7.
    candidates: [
      { path: "3B42RT/{YYYY}/{MM}/3B42RT.{YYYYMMDDHH}.7R2.bin.gz", until: "2012-11-09" },
      { path: "3B42RT/{YYYY}/{MM}/3B42RT.{YYYYMMDDHH}.7.bin.gz", from: "2012-11-05" },
      { path: "3B42RT/{YYYY}/{MM}/3B42RT.{YYYYMMDDHH}.6A.bin.gz", until: "2012-11-09" },
      { path: "3B42RT/{YYYY}/{MM}/3B42RT.{YYYYMMDDHH}.6.bin.gz", until: "2012-11-09" },
      { path: "3B42RT/{YYYY}/{MM}/3B42RT.{YYYYMMDDHH}.bin.gz", until: "2012-11-09" },
      { path: "mergeIRMicro/{YYYY}/{MM}/3B42RT.{YYYYMMDDHH}.6A.bin.gz", until: "2012-11-09" },
      { path: "mergeIRMicro/{YYYY}/{MM}/3B42RT.{YYYYMMDDHH}.bin.gz", until: "2012-11-09" },
      { path: "mergeIRMicro/{YYYY}/3B42RT.{YYYYMMDDHH}.bin.gz", until: "2012-11-09" },
    ],
  },
  decoding: {
    compression: "gzip",
    granuleBytesMax: 8 * 1024 * 1024,
    rawBytesMax: 8 * 1024 * 1024,
    byteOrder: "big",
    layout: {
      kind: "header",
      bytes: 2880,
      lengthKey: "header_byte_length",
      dayKey: "nominal_YYYYMMDD",
      clockKey: "nominal_HHMMSS",
      countKey: "number_of_variables",
      namesKey: "variable_name",
      typesKey: "variable_type",
      scalesKey: "variable_scale",
      types: { signed_integer1: "int8", signed_integer2: "int16" },
      expect: {
        algorithm_ID: "3B42RT",
        number_of_latitude_bins: "480",
        number_of_longitude_bins: "1440",
        origin: "northwest",
        byte_order: "big_endian",
        flag_value: "-31999",
      },
      // What places and windows a file is for. Its name and its length in words are copied from other products in real ones.
      agree: {
        grid: "0.25x0.25_deg_lat/lon",
        first_box_center: "59.875N,0.125E",
        second_box_center: "59.875N,0.375E",
        last_box_center: "59.875S,359.875E",
      },
      unitsKey: "variable_units",
      windowKeys: {
        beginDay: "begin_YYYYMMDD",
        beginClock: "begin_HHMMSS",
        endDay: "end_YYYYMMDD",
        endClock: "end_HHMMSS",
      },
    },
    blocks: [
      { name: "precipitation", ...rain },
      { name: "precipitation_error", ...rain },
      { name: "source", type: "int8", units: "source_number" },
      { name: "uncal_precipitation", ...rain, optional: true },
    ],
  },
  updates: {
    latency: "PT9H",
    patience: "P2D",
    revisionWindow: "P30D",
    publish: "settled",
    retry: { first: "PT1H", longest: "P7D" },
    batchesMax: 2,
  },
});
