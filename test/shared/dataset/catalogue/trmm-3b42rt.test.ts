import assert from "node:assert/strict";
import { test } from "node:test";
import trmm3b42rt from "../../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { candidatePaths } from "../../../../shared/pipeline/plan/candidatePaths.ts";
import { textOf } from "../../../../shared/source/paths.ts";

/** Which of the names that the producer gave its granules are looked for, in order of preference. */
function versionsAt(t: number): string[] {
  return candidatePaths(trmm3b42rt, t).map((path) => textOf(path).replace(/\d{10}/, "*"));
}

test("3B42RT: a granule of version 7 is looked for under the name it has on the server", () => {
  assert.deepEqual(candidatePaths(trmm3b42rt, Date.UTC(2014, 3, 1, 21)), [
    "3B42RT/2014/04/3B42RT.2014040121.7.bin.gz",
  ]);
});

test("3B42RT: around 7 November 2012, when 7R2 became 7, both names are looked for, 7R2 first", () => {
  for (const t of [Date.UTC(2012, 10, 6, 21), Date.UTC(2012, 10, 7), Date.UTC(2012, 10, 7, 3)]) {
    const [first, second] = versionsAt(t);
    assert.equal(first, "3B42RT/2012/11/3B42RT.*.7R2.bin.gz");
    assert.equal(second, "3B42RT/2012/11/3B42RT.*.7.bin.gz");
  }
  assert.deepEqual(candidatePaths(trmm3b42rt, Date.UTC(2012, 10, 7, 3)).slice(0, 2), [
    "3B42RT/2012/11/3B42RT.2012110703.7R2.bin.gz",
    "3B42RT/2012/11/3B42RT.2012110703.7.bin.gz",
  ]);
});

test("3B42RT: well before the switch no granule is named 7, well after it all are", () => {
  const before = versionsAt(Date.UTC(2008, 1, 29, 12));
  assert.equal(before[0], "3B42RT/2008/02/3B42RT.*.7R2.bin.gz");
  assert.deepEqual(
    before.filter((path) => path.includes(".7.")),
    [],
  );
  assert.deepEqual(versionsAt(Date.UTC(2013, 0, 1)), ["3B42RT/2013/01/3B42RT.*.7.bin.gz"]);
});

test("3B42RT: every timestep of its 20 years has a name to look for", () => {
  const { start, end, stepMs } = trmm3b42rt.time;
  let timesteps = 0;
  for (let t = start; t <= (end as number); t += stepMs, timesteps++) {
    assert.notEqual(candidatePaths(trmm3b42rt, t).length, 0);
  }
  // 7245 days from 1 March 2000 to 31 December 2019, 8 a day.
  assert.equal(timesteps, 57_960);
});

test("3B42RT: the 40 rows poleward of 50° on either side are called experimental", () => {
  const band = trmm3b42rt.auxiliaries?.find(({ name }) => name === "latitude_band");
  const expected = [...Array(40).fill(1), ...Array(400).fill(0), ...Array(40).fill(1)];
  assert.deepEqual(band?.values, expected);
});

test("3B42RT: every flag has a meaning", () => {
  for (const { attributes } of [...trmm3b42rt.arrays, ...(trmm3b42rt.auxiliaries ?? [])]) {
    if (attributes.flag_values === undefined) continue;
    const meanings = String(attributes.flag_meanings).split(" ");
    assert.equal(meanings.length, (attributes.flag_values as readonly number[]).length);
    assert.equal(new Set(meanings).size, meanings.length);
  }
});
