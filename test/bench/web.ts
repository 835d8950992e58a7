/** What a web server has of granules where its speed is measured. */
export const webGranules = {
  bytes: 400_000,
  connections: 8,
  names: Array.from({ length: 2000 }, (_, i) => `granule.${String(i).padStart(6, "0")}.nc`),
} as const;

export const indexNames = Array.from(
  { length: 20_000 },
  (_, i) => `MRMS_PrecipRate_00.00_20261130-${String(i).padStart(6, "0")}.grib2.gz`,
);
