/**
 * Granules of the air-temperature series in the form of the real ones (one big-endian float32 grid, from north to south and
 * eastward), with temperatures that a formula makes.
 */
export const airHours = ["00", "06", "12", "18"] as const;
export type AirHour = (typeof airHours)[number];

const rows = 25;
const columns = 53;

/** The name of the file of that hour of 2013-01-01. */
export const airName = (hour: AirHour) => `test8_20130101${hour}.dat`;

/**
 * Kelvin, in tenths: from 240 in the north (row 0, 75°N) 2.5 warmer a row, give or take a wave of 3 that moves with the hour.
 * At 06 it is coldest at (0, 30) with 237, and warmest at (24, 5) with 303.
 */
export function airAt(hour: AirHour, row: number, column: number): number {
  const kelvin = 240 + 2.5 * row + 3 * Math.sin(column / 8 + Number(hour) / 6);
  return Math.round(10 * kelvin) / 10;
}

/** The bytes of the file of that hour. */
export function airGranule(hour: AirHour): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * rows * columns));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      view.setFloat32(4 * (row * columns + column), airAt(hour, row, column));
    }
  }
  return new Uint8Array(view.buffer);
}
