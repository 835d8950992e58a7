/** Two granules never have one path: what is worked out here granule by granule is what the check finds by its rules. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  type Candidate,
  type GranuleSeries,
  sharedPath,
} from "../../../../shared/dataset/check/sharedPath.ts";
import { granulePath } from "../../../../shared/dataset/paths/granulePath.ts";

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const start = Date.UTC(2000, 0, 1);
const at = (text: string) => Date.parse(text);

interface Case {
  readonly what: string;
  readonly paths: readonly (string | Candidate)[];
  readonly stepMs: number;
  readonly steps?: number;
  readonly start?: string;
  readonly end?: string;
  /** The path that two granules share, and where they begin. */
  readonly shared?: readonly [path: string, one: string, other: string];
}

const cases: readonly Case[] = [
  {
    what: "daily timesteps in monthly names",
    paths: ["m_{YYYYMM}.bin"],
    stepMs: day,
    shared: ["m_200001.bin", "2000-01-01", "2000-01-02"],
  },
  {
    what: "hours in daily names",
    paths: ["{YYYY}/{DDD}"],
    stepMs: 6 * hour,
    shared: ["2000/001", "2000-01-01", "2000-01-01T06:00Z"],
  },
  { what: "hours in daily names that hold a day each", paths: ["{YYYY}/{DDD}"], stepMs: 6 * hour, steps: 4 },
  {
    what: "three quarters of a day in daily names",
    paths: ["{YYYYMMDD}"],
    stepMs: 6 * hour,
    steps: 3,
    shared: ["20000101", "2000-01-01", "2000-01-01T18:00Z"],
  },
  {
    what: "half hours without minutes",
    paths: ["{YYYYMMDDHH}"],
    stepMs: 30 * minute,
    shared: ["2000010100", "2000-01-01", "2000-01-01T00:30Z"],
  },
  { what: "half hours with minutes", paths: ["{YYYYMMDD}/{HHmm}"], stepMs: 30 * minute },
  {
    what: "half minutes",
    paths: ["{YYYYMMDDHHmm}"],
    stepMs: minute / 2,
    shared: ["200001010000", "2000-01-01", "2000-01-01T00:00:30Z"],
  },
  {
    what: "fifty minutes, which meet in a later hour",
    paths: ["{YYYYMMDDHH}"],
    stepMs: 50 * minute,
    start: "2000-01-01T00:20Z",
    shared: ["2000010102", "2000-01-01T02:00Z", "2000-01-01T02:50Z"],
  },
  {
    what: "thirty days, which meet in a month of 31",
    paths: ["{YYYYMM}"],
    stepMs: 30 * day,
    shared: ["200001", "2000-01-01", "2000-01-31"],
  },
  { what: "months of at most 31 days", paths: ["{YYYYMM}"], stepMs: 31 * day },
  { what: "no year", paths: ["{MMDD}"], stepMs: day, shared: ["0101", "2000-01-01", "2001-01-01"] },
  { what: "no year, in a series of one", paths: ["{MMDD}"], stepMs: day, end: "2000-12-31" },
  {
    what: "no year, by the minute",
    paths: ["{MMDD}/{HHmm}"],
    stepMs: minute,
    shared: ["0101/0000", "2000-01-01", "2001-01-01"],
  },
  {
    what: "no day",
    paths: ["{YYYYMM}/{HH}"],
    stepMs: hour,
    shared: ["200001/00", "2000-01-01", "2000-01-02"],
  },
  {
    what: "no date",
    paths: ["latest.bin"],
    stepMs: hour,
    shared: ["latest.bin", "2000-01-01", "2000-01-01T01:00Z"],
  },
  { what: "no date, in a series of one timestep", paths: ["only.bin"], stepMs: hour, end: "2000-01-01" },
  {
    what: "no date, in a series of one granule",
    paths: ["only.bin"],
    stepMs: hour,
    steps: 24,
    end: "2000-01-01T23:00Z",
  },
  { what: "two digits of the year", paths: ["{YY}{MM}{DD}"], stepMs: day },
  {
    what: "two digits of the year over a century",
    paths: ["{YY}{MM}{DD}"],
    stepMs: day,
    end: "2100-01-01",
    shared: ["000101", "2000-01-01", "2100-01-01"],
  },
  { what: "a month's end", paths: ["{YYYYMM}"], stepMs: day, start: "2000-01-31", end: "2000-02-01" },
  {
    what: "the same, one day more",
    paths: ["{YYYYMM}"],
    stepMs: day,
    start: "2000-01-31",
    end: "2000-02-02",
    shared: ["200002", "2000-02-01", "2000-02-02"],
  },
  {
    what: "alternatives of one granule",
    paths: ["a{YYYYMMDD}", "b{YYYYMMDD}", "{YYYY}/a{YYYYMMDD}", "a{YYYY}{MMDD}"],
    stepMs: day,
  },
  {
    what: "a name for a time, and another",
    paths: [
      { path: "{YYYYMM}", until: at("2000-01-02") },
      { path: "{YYYYMMDD}", from: at("2000-01-02") },
    ],
    stepMs: day,
  },
  {
    what: "one name, again after a time of another",
    paths: [
      { path: "{MMDD}", until: at("2000-02-01") },
      { path: "x{YYYYMMDD}", from: at("2000-02-01") },
      { path: "{MM}{DD}", from: at("2003-01-31"), until: at("2003-02-01") },
    ],
    stepMs: day,
    shared: ["0131", "2000-01-31", "2003-01-31"],
  },
  {
    what: "two candidates that make each other's paths",
    paths: ["{YYYY}{MM}/{DD}", "{YYYY}{DD}/{MM}"],
    stepMs: day,
    shared: ["200002/01", "2000-01-02", "2000-02-01"],
  },
  {
    what: "a number that stands for a date once",
    paths: ["{YYYYMMDD}", { path: "20000103", until: at("2000-01-02") }],
    stepMs: day,
    shared: ["20000103", "2000-01-01", "2000-01-03"],
  },
  ...[[30 * minute, "2017-01-01"] as const, [15 * minute, "2010-01-01"] as const].flatMap(
    ([stepMs, turn]): Case[] => {
      const later = { path: "{YYYYMMDD}/{HH}00.bin", from: at(turn) };
      const earlier = { path: "{YYYYMMDD}/{HHmm}.bin", until: at(turn) };
      const next = new Date(at(turn) + stepMs).toISOString();
      return [[later, earlier] as const, [earlier, later] as const].map((paths, i) => ({
        what: `minutes that are lost ${["from", "until"][i]} ${turn}, by ${stepMs / minute} minutes`,
        paths,
        stepMs,
        shared: [`${turn.replaceAll("-", "")}/0000.bin`, turn, next],
      }));
    },
  ),
  {
    what: "hours in daily names of which more is not known",
    paths: ["{YYYYMMDD}*"],
    stepMs: hour,
    shared: ["20000101*", "2000-01-01", "2000-01-01T01:00Z"],
  },
  { what: "days in daily names of which more is not known", paths: ["*_{YYYYMMDD}_*"], stepMs: day },
  { what: "hours that names tell", paths: ["{YYYY}/x_{start:YYYYMMDDHH}*_{version}"], stepMs: hour },
  { what: "minutes that names tell, of half minutes", paths: ["{start:YYYYMMDDHHmm}*"], stepMs: minute / 2 },
  {
    what: "a creation, which tells no granules apart",
    paths: ["x_{YYYY}_c{created:YYYYMMDDHHmm}*"],
    stepMs: day,
    shared: ["x_2000_c*", "2000-01-01", "2000-01-02"],
  },
  {
    what: "nothing but what varies",
    paths: ["{YYYYMM}/*_{version}"],
    stepMs: day,
    shared: ["200001/*_*", "2000-01-01", "2000-01-02"],
  },
  { what: "seconds", paths: ["{YYYYMMDD}/{HHmmss}"], stepMs: 1000 },
  { what: "the minute of the day", paths: ["{YYYYMMDD}.{minute}"], stepMs: minute },
  { what: "the ends of granules", paths: ["{end:YYYY-MM-DD}/{end:HH}"], stepMs: hour },
  { what: "a second before the ends of granules", paths: ["{last:YYYYDDD_HHmmss}"], stepMs: 30 * minute },
  {
    what: "a day and the hour of the end",
    paths: ["{YYYYMM}/{end:HHmm}"],
    stepMs: hour,
    shared: ["200001/0100", "2000-01-01", "2000-01-02"],
  },
  {
    what: "an end that is the start of the next",
    paths: ["{YYYYMMDDHH}", "{end:YYYYMMDDHH}"],
    stepMs: hour,
    shared: ["2000010101", "2000-01-01", "2000-01-01T01:00Z"],
  },
  {
    what: "final and preliminary names of which more is not known",
    paths: ["a_{YYYYMMDD}_v{version}.nc", "a_{YYYYMMDD}*_preliminary.nc", "a_{YYYYMMDD}.nc"],
    stepMs: day,
  },
  {
    what: "two digits of the year over a century, told by names",
    paths: ["{start:YYMMDD}*"],
    stepMs: day,
    end: "2100-01-01",
    shared: ["000101*", "2000-01-01", "2100-01-01"],
  },
  {
    what: "two candidates that make each other's paths, the second after many years",
    paths: ["{YYYY}{MM}{DD}/{HHmm}", { path: "{YYYY}{DD}{MM}/{HHmm}", from: at("2017-01-01") }],
    stepMs: 30 * minute,
    shared: ["20170201/0000", "2017-01-02", "2017-02-01"],
  },
  {
    what: "a candidate that makes paths of long ago",
    paths: [
      { path: "{MMDD}/{HHmm}", until: at("2000-02-01") },
      { path: "{YYYYMMDD}/{HHmm}", from: at("2000-02-01"), until: at("2017-01-01") },
      { path: "{MM}{DD}/{HHmm}", from: at("2017-01-01") },
    ],
    stepMs: 30 * minute,
    shared: ["0101/0000", "2000-01-01", "2017-01-01"],
  },
];

const seriesOf = ({ stepMs, steps = 1, start: begins = "2000-01-01", end }: Case): GranuleSeries => ({
  start: at(begins),
  stepMs,
  stepsPerGranule: steps,
  ...(end === undefined ? {} : { end: at(end) }),
});

describe("granules that share a path are found", () => {
  for (const one of cases) {
    test(`${one.what}${one.shared ? "" : ": none"}`, () => {
      const candidates = one.paths.map((path) => (typeof path === "string" ? { path } : path));
      const found = sharedPath(seriesOf(one), candidates);
      const said = found && [found.path, ...found.uses.map(({ t }) => t)];
      const expected = one.shared && [one.shared[0], at(one.shared[1]), at(one.shared[2])];
      assert.deepEqual(said, expected);
      for (const { t, candidate } of found?.uses ?? [])
        assert.equal(
          granulePath(candidates[candidate]?.path ?? "", t, (one.steps ?? 1) * one.stepMs),
          found?.path,
        );
    });
  }

  test("as comparing all of them would", () => {
    const token = fc.constantFrom("{YYYY}", "{YY}", "{MM}", "{DD}", "{DDD}", "{HH}", "{mm}", "a", "0", "/");
    const path = fc.array(token, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
    const property = fc.property(
      fc.array(path, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(10 * minute, 45 * minute, hour, 5 * hour, day, 7 * day, 31 * day),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 0, max: 500 }),
      (paths, stepMs, stepsPerGranule, count, offset) => {
        const first = start + offset * day;
        const granules = Array.from({ length: count }, (_, k) => first + k * stepMs * stepsPerGranule);
        const end = (granules.at(-1) as number) + (stepsPerGranule - 1) * stepMs;
        const uses = new Map<string, number>();
        const isShared = granules.some((t) =>
          paths.some((one) => {
            const made = granulePath(one, t);
            if (uses.has(made) && uses.get(made) !== t) return true;
            uses.set(made, t);
            return false;
          }),
        );
        const found = sharedPath(
          { start: first, end, stepMs, stepsPerGranule },
          paths.map((one) => ({ path: one })),
        );
        assert.equal(found !== undefined, isShared);
      },
    );
    fc.assert(property, { numRuns: 2000, seed: 20_261_130 });
  });
});
