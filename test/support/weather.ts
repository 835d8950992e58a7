/** Invented weather on the grid of TRMM 3B42RT: rain systems that drift and die, what sensors saw of them, and gaps. */
export const rows = 480;
export const columns = 1440;
/** What stands in the rain fields where no sensor looked. */
export const missing = -31_999;
const values = rows * columns;
const hourMs = 3_600_000;

/** The four fields, row by row from the north, eastward from 0°E. */
export interface GranuleFields {
  readonly precipitation: Int16Array;
  readonly precipitation_error: Int16Array;
  readonly source: Int8Array;
  readonly uncal_precipitation: Int16Array;
}

const systems = 45;
const cellsPerSystem = 7;
/** Less than this, in hundredths of mm/h, is no rain. */
const drizzle = 25;
const swathCodes = [1, 2, 3, 4, 5, 6] as const;
const infrared = 50;

/** The fields at an instant in milliseconds; other seeds make other weather. Rain and its like are in hundredths of mm/h. */
export function weatherAt(time: number, seed: number): GranuleFields {
  const weather: GranuleFields = {
    precipitation: new Int16Array(values),
    precipitation_error: new Int16Array(values),
    source: new Int8Array(values).fill(infrared),
    uncal_precipitation: new Int16Array(values),
  };
  const hours = time / hourMs;
  for (let i = 0; i < systems; i++) rainFrom(weather, i, hours, seed);
  for (const code of swathCodes) observeFrom(weather, code, hours, seed);
  for (let gap = 0; gap < 4; gap++) leaveOut(weather, gap, hours, seed);
  return weather;
}

/** One rain system: it is born, drifts with the winds of its latitude, rains hardest in the middle of its life, and ends. */
function rainFrom(weather: GranuleFields, index: number, hours: number, seed: number): void {
  const lifeHours = 24 + 72 * random(seed, index, 0);
  const lives = hours / lifeHours + random(seed, index, 1);
  const life = Math.floor(lives);
  const age = lives - life;
  const chance = (what: number) => random(seed, index * 1009 + life, what);
  const latitude = 58 * (2 * chance(2) - 1);
  const eastward = Math.abs(latitude) < 20 ? -4 - 3 * chance(3) : 5 + 6 * chance(3);
  const row = (60 - latitude) / 0.25 - 0.5 + (chance(4) - 0.5) * age * 60;
  const column = chance(5) * columns + eastward * age * lifeHours * 0.25;
  const [width, height] = [12 + 50 * chance(6), 8 + 24 * chance(7)];
  const peak = 4000 * chance(8) ** 3 * Math.sin(Math.PI * age);
  const shear = chance(9) - 0.5;
  for (let cell = 10; cell < 10 + 4 * cellsPerSystem; cell += 4) {
    const [across, down] = [2 * chance(cell) - 1, 2 * chance(cell + 1) - 1];
    const size = 0.15 + 0.5 * chance(cell + 2) ** 2;
    const columnHere = column + width * (across + 2 * shear * down);
    shower(
      weather,
      peak * chance(cell + 3),
      columnHere,
      width * size,
      row + height * down,
      height * size,
      hours,
    );
  }
}

/** Adds a shower around a place, with its hardest rain in hundredths of mm/h; its edge is ragged. */
function shower(
  weather: GranuleFields,
  peak: number,
  column: number,
  width: number,
  row: number,
  height: number,
  hours: number,
): void {
  const across = profile(width, column);
  const down = profile(height, row);
  const firstRow = Math.floor(row) - down.reach;
  for (let r = Math.max(0, firstRow); r < Math.min(rows, firstRow + down.weights.length); r++) {
    const along = peak * (down.weights[r - firstRow] as number);
    if (along < drizzle) continue;
    for (let c = 0; c < across.weights.length; c++) {
      const mean = along * (across.weights[c] as number);
      if (mean < drizzle) continue;
      const at = r * columns + (across.places[c] as number);
      const speckle = hash(at, hours | 0) & 0xff;
      const here = (mean * (speckle + 40)) >> 8;
      if (here < drizzle) continue;
      const rain = Math.min(20_000, here + (weather.precipitation[at] as number));
      weather.precipitation[at] = rain;
      weather.precipitation_error[at] = 15 + ((rain * 5) >> 3);
      weather.uncal_precipitation[at] = (rain * (7 + (speckle & 3))) >> 3;
    }
  }
}

interface Profile {
  readonly reach: number;
  readonly weights: Float64Array;
  /** The weights' columns, round the globe. */
  readonly places: Int32Array;
}

/** A bell curve as far as it matters. */
function profile(width: number, centre: number): Profile {
  const reach = Math.ceil(1.8 * width);
  const middle = Math.floor(centre);
  const weights = new Float64Array(2 * reach + 1);
  const places = new Int32Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    const place = middle - reach + i;
    weights[i] = Math.exp(-1.7 * ((place - centre) / width) ** 2);
    places[i] = wrapped(place);
  }
  return { reach, weights, places };
}

/** The path of one microwave sensor, in which its estimates stand instead of infrared ones. */
function observeFrom({ source }: GranuleFields, code: number, hours: number, seed: number): void {
  const width = 36 + 8 * code;
  const start = random(seed, code, 20) * columns - hours * 55 * (1 + code / 10);
  const slope = code % 2 ? 0.9 : -0.9;
  for (let r = 0; r < rows; r++) {
    const first = Math.floor(start + slope * r);
    for (let c = 0, column = wrapped(first); c < width; c++, column++) {
      if (column === columns) column = 0;
      const at = r * columns + column;
      source[at] = combined(source[at] as number, c < 3 || c >= width - 3 ? code + 100 : code);
    }
  }
}

/** Where two sensors saw the same box, their average stands: 30 of sounders, 31 of conical scanners. */
function combined(before: number, code: number): number {
  if (before === infrared) return code;
  const isSounder = (of: number) => of === 30 || of % 100 === 1 || of % 100 === 6;
  return isSounder(before) && isSounder(code) ? 30 : 31;
}

/** A stretch that no sensor saw, slanted like an orbit. */
function leaveOut(weather: GranuleFields, gap: number, hours: number, seed: number): void {
  const chance = (what: number) => random(seed, gap * 7919 + Math.floor(hours), what);
  const [width, height] = [Math.floor(10 + 90 * chance(30)), Math.floor(20 + 160 * chance(31))];
  const [firstRow, firstColumn] = [
    Math.floor((rows - height) * chance(32)),
    Math.floor(columns * chance(33)),
  ];
  for (let r = 0; r < height; r++) {
    for (let c = 0; c < width; c++) {
      const at = (firstRow + r) * columns + wrapped(firstColumn + c + (r >> 2));
      weather.precipitation[at] = missing;
      weather.precipitation_error[at] = missing;
      weather.uncal_precipitation[at] = missing;
      weather.source[at] = 0;
    }
  }
}

function wrapped(column: number): number {
  return ((column % columns) + columns) % columns;
}

/** Evenly distributed from 0 to 1, the same for the same arguments. */
function random(seed: number, index: number, what: number): number {
  return hash(hash(seed, index), what) / 2 ** 32;
}

function hash(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}
