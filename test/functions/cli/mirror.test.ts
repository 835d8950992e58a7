/** A dataset that is kept from a directory, by names that nobody can predict: what a person finds who mirrors a provider by other means. */
import assert from "node:assert/strict";
import { mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { type AirHour, airGranule, airHours } from "../../support/airGranules.ts";
import { jsonText, shippedSpec } from "../../support/descriptorTexts.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";
import { runAccrete } from "./command.ts";
import { readVisible, stepBytes } from "./visible.ts";

const written = new Date("2013-01-02T00:00:00Z");
/** The first granule began before its day did, and lies in the directory of the day before. */
const names: Readonly<Record<AirHour, string>> = {
  "00": "2012/366/air_s20121231T235950_R7_v1.dat",
  "06": "2013/001/air_s20130101T060111_R7_v1.dat",
  "12": "2013/001/air_s20130101T120000_R7_v1.dat",
  "18": "2013/001/air_s20130101T175959_R7_v1.dat",
};

async function createMirror(t: TestContext) {
  const directory = await temporaryDirectory(t);
  const mirror = join(directory, "mirror");
  const spec = await shippedSpec("air-temperature");
  const candidates = [{ path: "{YYYY}/{DDD}/air_s{start:YYYYMMDDTHHmmss}_R*_v{version}.dat" }];
  const source = { url: `file://${mirror}?min-age=PT10M`, connectionsMax: 4, candidates };
  await mkdir(join(directory, "datasets"));
  await writeFile(join(directory, "datasets/air.json"), jsonText({ ...spec, id: "air", source }));
  return {
    mirror,
    async put(path: string, bytes: Uint8Array, modifiedAt = written) {
      await mkdir(dirname(join(mirror, path)), { recursive: true });
      await writeFile(join(mirror, path), bytes);
      await utimes(join(mirror, path), modifiedAt, modifiedAt);
    },
    async extend() {
      const { exitCode, stdout, stderr } = await runAccrete(
        directory,
        "extend air --now 2013-01-02T06:00:00Z",
        {},
      ).finished;
      assert.equal(exitCode, 0, stdout + stderr);
      return stdout + stderr;
    },
    /** Which hour's granule each timestep holds. */
    async hours() {
      const visible = await readVisible(join(directory, "data"), "air");
      assert.ok(visible);
      return visible.times.map((_, index) => {
        const stored = stepBytes(visible, "air", index);
        return airHours.find((hour) => Buffer.from(airGranule(hour)).swap32().equals(stored));
      });
    },
  };
}

test("granules are found by the starts that their names tell, and the highest version is taken", async (t) => {
  const { mirror, put, extend, hours } = await createMirror(t);
  for (const hour of airHours) await put(names[hour], airGranule(hour));
  const half = names["12"].replace("v1", "v2");
  await put(half, airGranule("00").subarray(0, 1000), new Date());
  await put(names["12"].replace("T120000", "T126000"), airGranule("00"));
  const said = await extend();
  const odd = /^to look at: 2013\/001\/air_s20130101T126000_R7_v1\.dat looks like one/gm;
  assert.equal(said.match(odd)?.length, 1, "a start that is none is told, once");
  assert.deepEqual(await hours(), ["00", "06", "12", "18"]);

  // What was still being written is whole now, and another version of another granule has come.
  await put(half, airGranule("06"));
  await put(names["18"].replace("v1", "v10").replace("R7", "R6"), airGranule("00"));
  await put(names["18"].replace("v1", "v9"), airGranule("12"));
  await extend();
  assert.deepEqual(await hours(), ["00", "06", "06", "00"]);

  // An older one that is left is no revision; the same name with other bytes is.
  await rm(join(mirror, half));
  await put(names["00"], airGranule("18"), new Date("2013-01-02T00:00:01Z"));
  await extend();
  assert.deepEqual(await hours(), ["18", "06", "06", "00"]);
});
