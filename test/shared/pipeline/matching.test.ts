/** What a plan looked for and what was there is told, and where nothing matches that should, as a warning; nothing is created. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runUntilCurrent } from "../../../functions/runtime/runUntilCurrent.ts";
import { SourceError } from "../../../shared/errors.ts";
import {
  isUnmatched,
  matchedTogether,
  nothingAsked,
  oddText,
  unmatchedLine,
  unmatchedText,
} from "../../../shared/pipeline/matching.ts";
import { plan } from "../../../shared/pipeline/plan/plan.ts";
import type { Range } from "../../../shared/pipeline/plan/scan.ts";
import { unreachable } from "../../support/memoryProvider.ts";
import type { MemoryWiring } from "../../support/memoryWiring.ts";
import { instantText, tinyTime } from "../../support/tinyDataset.ts";
import { assertContent, neverAborted, present, type TinyWorld, tinyWorld } from "../../support/tinyWorld.ts";

const warnings = ({ events }: MemoryWiring) =>
  events.flatMap((event) => (event.event === "unmatched" ? [event.reason] : []));
const lay = (world: TinyWorld, ...paths: string[]) => {
  for (const path of paths) world.source.publish(path, new Uint8Array(3), { modifiedAt: 0 });
};

/** The granules of the first 20 timesteps would lie in two directories, of which the second begins with timestep 18. */
async function runAt20(world: TinyWorld) {
  world.at(20);
  return world.run();
}

for (const [what, given, reason] of [
  [
    "directories that do not exist, below one that does",
    (world: TinyWorld) => lay(world, "2020/readme.txt"),
    "2 directories (none exists), no file; looked for 2020/001/tiny.2020010106.bin.gz; of the path, only 2020 exists",
  ],
  [
    "directories that do not exist, below the base URL's",
    (world: TinyWorld) => world.source.makeDirectory(""),
    "2 directories (none exists), no file; looked for 2020/001/tiny.2020010106.bin.gz; of the path, only the base URL's directory exists",
  ],
  [
    "a base URL whose directory does not exist",
    () => undefined,
    "2 directories (none exists), no file; looked for 2020/001/tiny.2020010106.bin.gz; the base URL's own directory does not exist",
  ],
  [
    "empty directories",
    (world: TinyWorld) => {
      world.source.makeDirectory("2020/001");
      world.source.makeDirectory("2020/002");
    },
    "2 directories (all are empty), no file; looked for 2020/001/tiny.2020010106.bin.gz",
  ],
  [
    "one that does not exist and one that is empty",
    (world: TinyWorld) => world.source.makeDirectory("2020/002"),
    "2 directories (1 does not exist, 1 is empty), no file; looked for 2020/001/tiny.2020010106.bin.gz",
  ],
  [
    "files none of which matches",
    (world: TinyWorld) =>
      lay(world, "2020/001/README", "2020/001/tiny_20200101_06.bin.gz", "2020/002/other.nc"),
    "2 directories, 3 files, none matches; looked for 2020/001/tiny.2020010106.bin.gz, nearest is 2020/001/tiny_20200101_06.bin.gz",
  ],
  [
    "granules of other years alone",
    (world: TinyWorld) => lay(world, "2020/001/tiny.2019010106.bin.gz"),
    "2 directories (1 does not exist), 1 file, none matches; looked for 2020/001/tiny.2020010106.bin.gz, nearest is 2020/001/tiny.2019010106.bin.gz",
  ],
] as const) {
  test(`${what}: told as such, and no dataset is created`, async () => {
    const world = tinyWorld();
    given(world);
    const { wiring, matching, taken } = await runAt20(world);
    assert.deepEqual(warnings(wiring), [reason]);
    assert.deepEqual([taken, isUnmatched(matching), matching.asked, matching.matched], [0, true, 21, 0]);
    assert.deepEqual(await world.generations(), {});
    assert.ok(!wiring.events.some(({ event }) => event === "created" || event === "committed"));
  });
}

test("the dataset is created by the plan that finds something, however much the one before it missed", async () => {
  const world = tinyWorld();
  await runAt20(world);
  world.publishAll(0, 20);
  const { wiring, matching } = await world.run();
  assert.deepEqual([warnings(wiring), isUnmatched(matching)], [[], false]);
  await assertContent(world, present(21));
});

test("a dataset may be created before anything is expected", async () => {
  const world = tinyWorld();
  world.clock.asOf = world.clock.now = world.dataset.time.start + world.dataset.updates.latencyMs - 1;
  const { wiring, matching } = await world.run();
  assert.deepEqual([warnings(wiring), matching.asked], [[], 1]);
  await assertContent(world, []);
});

test("granules that lie after rounds without any are found, and create it", async () => {
  const world = tinyWorld();
  world.publishAll(90, 99);
  world.at(99);
  const { taken, matching } = await world.run({}, world.wiring({ limits: { planDirectoriesMax: 1 } }));
  assert.deepEqual([taken, isUnmatched(matching), matching.matched > 0], [10, false, true]);
});

test("a dataset that is there keeps all, and its status says since when nothing matches, and why", async () => {
  const world = tinyWorld();
  world.publishAll(0, 20);
  world.at(21);
  await world.run();
  assert.equal((await world.status()).provider.unmatched, null);
  for (let index = 0; index <= 20; index++) world.source.remove(world.path(index));
  lay(world, "2020/001/renamed.bin");
  world.at(25);
  const since = new Date(world.clock.now).toISOString().slice(0, 16);
  const { wiring, matching } = await world.run();
  assert.ok(isUnmatched(matching));
  assert.equal(warnings(wiring).length, 1);
  const { provider } = await world.status();
  assert.equal(provider.unmatched?.reason, warnings(wiring)[0]);
  assert.equal(provider.unmatched?.since.slice(0, 16), since);
  world.at(30);
  await world.run();
  assert.equal((await world.status()).provider.unmatched?.since, provider.unmatched?.since);
  await assertContent(world, present(21));
  world.publishAll(18, 30);
  await world.run();
  assert.equal((await world.status()).provider.unmatched, null);
});

test("a look that fails says nothing of what matches", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.at(4);
  await world.run();
  for (let index = 0; index <= 3; index++) world.source.remove(world.path(index));
  await world.run();
  const { unmatched } = (await world.status()).provider;
  world.source.meddle = () => {
    throw unreachable();
  };
  await assert.rejects(world.run(), { tag: "source" });
  assert.deepEqual((await world.status()).provider.unmatched, unmatched);
});

test("a gap that is tried again is not expected, and a provider that has all else is not warned of", async () => {
  const world = tinyWorld({ patience: "PT2H" });
  world.publishAll(0, 100);
  world.remove(2);
  world.at(100);
  await world.run();
  assert.equal((await world.step(2))?.status, "missing");
  world.at(100.5);
  const range = {
    from: world.dataset.time.start,
    to: world.dataset.time.start + 2 * 3_600_000,
    force: false,
  };
  const { matching } = await plan(world.wiring(), range, neverAborted);
  assert.deepEqual([matching.asked, matching.matched, isUnmatched(matching)], [3, 2, false]);
  const only = { ...range, from: range.to };
  assert.equal(isUnmatched((await plan(world.wiring(), only, neverAborted)).matching), false);
});

test("an example of what matches nothing is a file that can be no granule", async () => {
  const world = tinyWorld();
  world.publishAll(0, 11);
  lay(world, "2020/001/tiny.2019010106.bin.gz", "2020/001/tiny.20200101T13.bin.gz");
  world.at(13);
  const { matching } = await world.run();
  assert.equal(matching.lookedFor, "2020/001/tiny.2020010118.bin.gz");
  assert.equal(matching.nearest, "2020/001/tiny.20200101T13.bin.gz");
});

test("a directory above that cannot be listed is no failure of the plan", async () => {
  const world = tinyWorld();
  world.source.meddle = (_, path) => {
    if (path === "2020") throw new SourceError("listing", "2020: malformed");
  };
  const { wiring } = await runAt20(world);
  assert.deepEqual(warnings(wiring), [
    "2 directories (none exists), no file; looked for 2020/001/tiny.2020010106.bin.gz",
  ]);
});

describe("a range that holds no timestep", () => {
  const told = ({ events }: MemoryWiring) =>
    events.flatMap((event) => (event.event === "emptyWindow" ? [event.reason] : []));
  const nextAt = (world: TinyWorld, index: number) =>
    `the next, ${instantText(tinyTime(index))}, is expected at ${instantText(tinyTime(index) + world.dataset.updates.latencyMs)}`;

  for (const [what, range, index, window] of [
    ["that is still to come", { from: 50 }, 50, "2020-01-03T08:00:00Z and 2020-01-02T02:00:00Z"],
    ["of before the series", { to: -5 }, 0, "2020-01-01T06:00:00Z and 2020-01-01T01:00:00Z"],
    ["between two", { from: 3.2, to: 3.8 }, 4, "2020-01-01T09:12:00Z and 2020-01-01T09:48:00Z"],
  ] as const)
    test(`${what}: that is said, nothing is asked, and no dataset is created`, async () => {
      const world = tinyWorld();
      world.publishAll(0, 20);
      world.at(20);
      const { wiring, taken, isThere } = await world.run(range);
      assert.deepEqual(told(wiring), [`no timestep lies between ${window}; ${nextAt(world, index)}`]);
      assert.deepEqual([taken, isThere, await world.generations()], [0, false, {}]);
      assert.deepEqual(world.source.asked.list, []);
    });

  test("of after the series' end: that is said", async () => {
    const world = tinyWorld({ end: 10 });
    world.publishAll(0, 10);
    world.at(20);
    const { wiring, isThere } = await world.run({ from: 11 });
    assert.deepEqual(told(wiring), [
      "no timestep lies between 2020-01-01T17:00:00Z and 2020-01-02T02:00:00Z; the series ends with 2020-01-01T16:00:00Z",
    ]);
    assert.ok(!isThere);
  });

  test("as the usual window does before anything is there: that is said, and the dataset is created", async () => {
    const world = tinyWorld();
    world.at(-1);
    const { wiring, isThere } = await world.run();
    assert.deepEqual(told(wiring), [
      `no timestep lies between 2020-01-01T06:00:00Z and 2020-01-01T05:00:00Z; ${nextAt(world, 0)}`,
    ]);
    assert.ok(isThere);
    await assertContent(world, []);
  });

  test("as the usual window of a series that is complete does: nothing is said", async () => {
    const world = tinyWorld({ end: 3 });
    world.publishAll(0, 3);
    world.at(200);
    await world.run();
    const { wiring, isThere } = await world.run();
    assert.deepEqual([told(wiring), isThere], [[], true]);
  });
});

describe("where the descriptor has no path", () => {
  /** Its last path ends with the timestep before that of index `end`. */
  function endingAt(end: number): TinyWorld {
    const world = tinyWorld();
    const { source } = world.dataset;
    const candidates = source.candidates.map(({ path }) => ({ path, until: tinyTime(end) }));
    const dataset = { ...world.dataset, source: { ...source, candidates } };
    return { ...world, dataset, wiring: (options) => world.wiring({ dataset, ...options }) };
  }
  const run = (world: TinyWorld, range: Partial<Range> = {}) =>
    runUntilCurrent(world.wiring(), { ...range, force: false }, neverAborted);
  const since = (index: number) => `the descriptor has no path for ${instantText(tinyTime(index))}`;

  test("for any timestep of the window, that is said, and nothing is created", async () => {
    const world = endingAt(0);
    world.at(20);
    const { matching } = await run(world);
    assert.deepEqual([unmatchedText(matching), matching.directories], [since(0), 0]);
    assert.deepEqual(await world.generations(), {});
  });

  test("for the last of them, that is said though others are ingested, and in the status", async () => {
    const world = endingAt(10);
    world.publishAll(0, 9);
    world.at(20);
    const { matching, taken } = await run(world);
    assert.deepEqual([taken, unmatchedText(matching), isUnmatched(matching)], [10, since(10), false]);
    assert.equal((await world.status()).provider.unmatched?.reason, since(10));
    await assertContent(world, present(10));
    world.at(100);
    assert.equal(unmatchedText((await run(world)).matching), since(10));
    assert.equal((await world.status()).provider.unmatched?.reason, since(10));
  });

  test("both is said where the others are not there either", async () => {
    const world = endingAt(10);
    world.at(20);
    assert.equal(
      unmatchedText((await run(world)).matching),
      `1 directory (it does not exist), no file; looked for 2020/001/tiny.2020010106.bin.gz; the base URL's own directory does not exist; ${since(10)}`,
    );
  });

  test("for what is not expected yet, or lies between two paths and is known to be missing, nothing is said", async () => {
    const world = endingAt(10);
    world.publishAll(0, 9);
    world.at(10);
    assert.equal(unmatchedText((await run(world)).matching), undefined);
    const parted = endingAt(10);
    const { source } = parted.dataset;
    const [path] = source.candidates.map(({ path }) => ({ path, from: tinyTime(12) }));
    const dataset = {
      ...parted.dataset,
      source: { ...source, candidates: [...source.candidates, path as never] },
    };
    const whole: TinyWorld = { ...parted, wiring: (options) => parted.wiring({ dataset, ...options }) };
    whole.publishAll(0, 40);
    whole.at(40);
    assert.equal(unmatchedText((await run(whole)).matching), since(10));
    whole.at(40.5);
    assert.equal(unmatchedText((await run(whole, { from: tinyTime(0) })).matching), undefined);
    assert.equal((await whole.step(10))?.status, "missing");
  });
});

describe("what other sources than listed directories tell", () => {
  const asked = { ...nothingAsked, isExpected: true, asked: 9, lookedFor: "2020/001/tiny.gz" };

  test("paths that were asked for one by one are counted, alone or beside directories", () => {
    const alone = { ...asked, pathsAsked: 9 };
    assert.equal(
      unmatchedText(alone),
      "none of 9 paths that were asked for is there; looked for 2020/001/tiny.gz",
    );
    assert.equal(
      unmatchedText({ ...asked, pathsAsked: 1 }),
      "the one path that was asked for is not there; looked for 2020/001/tiny.gz",
    );
    const beside = { ...alone, directories: 1, files: 2, nearest: "2020/001/tony.gz" };
    assert.equal(
      unmatchedText(beside),
      "1 directory, 2 files, none matches; none of 9 paths that were asked for is there; looked for 2020/001/tiny.gz, nearest is 2020/001/tony.gz",
    );
    assert.match(unmatchedText(matchedTogether(alone, alone)) ?? "", /^none of 18 paths/);
    assert.match(unmatchedText(matchedTogether(nothingAsked, alone)) ?? "", /^none of 9 paths/);
  });

  test("a name that cannot be read is told, whether others match or not", () => {
    const unreadable = "2020/001/tiny_2020x.gz";
    const told = `${unreadable} looks like one, but its date or number cannot be read`;
    const none = { ...asked, directories: 1, files: 1, unreadable };
    assert.equal(
      unmatchedText(none),
      `1 directory, 1 file, none matches; looked for 2020/001/tiny.gz; ${told}`,
    );
    assert.equal(oddText(none), undefined, "it is told already");
    const some = { ...none, matched: 3 };
    assert.deepEqual([unmatchedText(some), oddText(some)], [undefined, told]);
  });

  test("a base URL that could not be asked is told where another has what was looked for", () => {
    const refusal = "https://h/: 403 Forbidden";
    const found = { ...asked, matched: 9, refusal };
    const reason = `a base URL cannot be asked: ${refusal}`;
    assert.equal(unmatchedText(found), reason);
    assert.equal(unmatchedLine(reason), reason, "something matches");
    const pathless = unmatchedText({ ...asked, matched: 9, pathless: 0 }) ?? "";
    assert.equal(unmatchedLine(pathless), "the descriptor has no path for 1970-01-01T00:00:00Z");
    const none = unmatchedText({ ...found, matched: 0, pathsAsked: 9 }) ?? "";
    assert.match(unmatchedLine(none), /^nothing matches: none of 9 paths .*; a base URL cannot be asked: /);
    assert.equal(unmatchedText({ ...asked, matched: 9 }), undefined);
  });

  test("files that are too young are told of, where nothing else is there", () => {
    const young = { ...asked, pathsAsked: 0, directories: 1, unfinished: 4, lookedFor: "1.nc" };
    assert.equal(
      unmatchedText(young),
      "1 directory, no file (4 files are left alone: changed so short a time ago that they may still be written); looked for 1.nc",
    );
  });
});
