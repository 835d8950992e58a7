/**
 * Which file may take another's place: a changed one at the same path, one that is preferred at the same base URL, and a final one
 * at any where the known one is preliminary. Names that cannot be predicted, several base URLs, and places that only answer.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { candidatesOf, preferredFirst } from "../../../../shared/dataset/candidates.ts";
import type { Dataset } from "../../../../shared/dataset/dataset.ts";
import type { SourceSpec } from "../../../../shared/dataset/descriptor.ts";
import { GranuleError } from "../../../../shared/errors.ts";
import { extend } from "../../../../shared/pipeline/extend/extend.ts";
import { createBases } from "../../../../shared/source/bases.ts";
import { sourceOf } from "../../../../shared/source/ftp/ftpSource.ts";
import { createAskingSearch } from "../../../../shared/source/search/askingSearch.ts";
import type { Source } from "../../../../shared/source/source.ts";
import { createMemoryProvider, type MemoryProvider } from "../../../support/memoryProvider.ts";
import { instantText, tinyGranule, tinyTime } from "../../../support/tinyDataset.ts";
import {
  assertContent,
  neverAborted,
  present,
  type TinyWorld,
  tinyWorld,
} from "../../../support/tinyWorld.ts";

/** The tiny dataset with another source. */
function from({ dataset }: TinyWorld, source: Omit<SourceSpec, "connectionsMax" | "url">): Dataset {
  const spec = { ...source, url: dataset.source.url, connectionsMax: 1 };
  const bases = [
    { name: "", url: spec.url },
    ...(source.further ?? []).map(({ name, url }) => ({ name, url })),
  ];
  return { ...dataset, source: { ...dataset.source, bases, candidates: preferredFirst(candidatesOf(spec)) } };
}

function publish(provider: MemoryProvider, path: string, index: number, revision = 0): void {
  provider.publish(path, tinyGranule({ index, revision }), { modifiedAt: tinyTime(index + 1) });
}

const stamp = (index: number) =>
  instantText(tinyTime(index)).replace(/[-:]/g, "").slice(0, 11).replace("T", "");
const hour = (index: number) => stamp(index).slice(0, 10);

test("of files with names that cannot be predicted the newest is ingested, and a newer one is a revision", async () => {
  const world = tinyWorld();
  const dataset = from(world, {
    candidates: [{ path: "{YYYY}/t_s{start:YYYYMMDDHHmm}*_c{created:YYYYMMDDHHmm}.gz" }],
  });
  const name = (index: number, created: string) => `2020/t_s${hour(index)}17_e1_c20200101${created}.gz`;
  for (let index = 0; index < 4; index++) publish(world.source, name(index, "1200"), index, 1);
  publish(world.source, name(1, "1300"), 1, 2);
  world.at(3);
  await world.run({}, world.wiring({ dataset }));
  await assertContent(world, [1, 2, 1, 1]);
  assert.equal((await world.step(1))?.granule?.path, name(1, "1300"));

  publish(world.source, name(2, "1300"), 2, 3);
  await world.run({}, world.wiring({ dataset }));
  await assertContent(world, [1, 2, 3, 1]);

  // What is left where the newer one was withdrawn was replaced by it.
  world.source.remove(name(2, "1300"));
  world.source.forget();
  await world.run({}, world.wiring({ dataset }));
  await assertContent(world, [1, 2, 3, 1]);
  assert.deepEqual(world.source.asked.fetch, []);
});

test("a name that looks as if it fitted and cannot be read is told of", async () => {
  const world = tinyWorld();
  const dataset = from(world, { candidates: [{ path: "{YYYY}/t_s{start:YYYYMMDDHHmm}.gz" }] });
  publish(world.source, `2020/t_s${hour(0)}00.gz`, 0);
  publish(world.source, "2020/t_s202001019900.gz", 1);
  world.at(0);
  const { wiring } = await world.run({}, world.wiring({ dataset }));
  const planned = wiring.events.find(({ event }) => event === "planned");
  assert.ok(planned?.event === "planned");
  assert.equal((planned as { unreadable?: string }).unreadable, "2020/t_s202001019900.gz");
});

test("a file that is less preferred takes no place where the preferred one is withdrawn, and the other way round", async () => {
  const world = tinyWorld();
  for (const index of [0, 1, 2]) world.publish(index, { revision: 1 });
  world.publish(1, { name: "early", revision: 2 });
  world.publish(3, { name: "early", revision: 3 });
  world.at(3);
  await world.run();
  world.remove(1);
  world.publish(3, { revision: 4 });
  await world.run();
  await assertContent(world, [1, 1, 1, 4]);
});

/** A server that keeps the last hours, and an archive. */
function twoPlaces(world: TinyWorld, archived: MemoryProvider): Source {
  return createBases([
    { name: "", source: sourceOf(world.source) },
    { name: "archive", source: sourceOf(archived) },
  ]);
}

const bothPlaces = {
  candidates: [{ path: "now/{YYYYMMDDHH}.gz" }],
  further: [
    { name: "archive", url: "ftp://archive.invalid", candidates: [{ path: "{YYYY}/{YYYYMMDDHH}.gz" }] },
  ],
} as const;

test("a timestep is not ingested again because another base URL has it now", async () => {
  const [world, archived] = [tinyWorld(), createMemoryProvider()];
  const dataset = from(world, bothPlaces);
  const run = () => world.run({}, world.wiring({ dataset, source: twoPlaces(world, archived) }));
  for (let index = 0; index < 4; index++) publish(world.source, `now/${hour(index)}.gz`, index, 1);
  world.at(3);
  await run();
  for (let index = 0; index < 6; index++) {
    publish(archived, `2020/${hour(index)}.gz`, index, 2);
    world.source.remove(`now/${hour(index)}.gz`);
  }
  world.at(5);
  await run();
  await assertContent(world, [1, 1, 1, 1, 2, 2]);
  assert.equal((await world.step(4))?.granule?.path, `archive:2020/${hour(4)}.gz`);

  // And back: what came from the archive stays, though the preferred place has it again.
  publish(world.source, `now/${hour(4)}.gz`, 4, 3);
  archived.publish(`2020/${hour(5)}.gz`, tinyGranule({ index: 5, revision: 4 }), { modifiedAt: tinyTime(9) });
  await run();
  await assertContent(world, [1, 1, 1, 1, 2, 4]);
});

test("a final file takes a preliminary one's place at whichever base URL it appears, and never the other way", async () => {
  const [world, archived] = [tinyWorld(), createMemoryProvider()];
  const dataset = from(world, {
    candidates: [{ path: "now/{YYYYMMDDHH}.gz", stage: "preliminary" }],
    further: bothPlaces.further,
  });
  const run = () => world.run({}, world.wiring({ dataset, source: twoPlaces(world, archived) }));
  for (let index = 0; index < 3; index++) publish(world.source, `now/${hour(index)}.gz`, index, 1);
  world.at(2);
  await run();
  await assertContent(world, [1, 1, 1]);
  publish(archived, `2020/${hour(1)}.gz`, 1, 2);
  await run();
  await assertContent(world, [1, 2, 1]);
  world.source.publish(`now/${hour(1)}.gz`, tinyGranule({ index: 1, revision: 3 }), {
    modifiedAt: tinyTime(9),
  });
  await run();
  await assertContent(world, [1, 2, 1]);
});

test("nobody sets a final timestep back: not who forces it, while its place is dead, nor a message that comes late", async () => {
  const [world, archived] = [tinyWorld(), createMemoryProvider()];
  const dataset = from(world, {
    candidates: [{ path: "now/{YYYYMMDDHH}.gz", stage: "preliminary" }],
    further: bothPlaces.further,
  });
  const wiring = () => world.wiring({ dataset, source: twoPlaces(world, archived) });
  for (const index of [0, 1, 2]) publish(world.source, `now/${hour(index)}.gz`, index, 1);
  world.at(2);
  const { wiring: first } = await world.run({}, wiring());
  for (const index of [0, 1, 2]) publish(archived, `2020/${hour(index)}.gz`, index, 2);
  await world.run({}, wiring());
  await assertContent(world, [2, 2, 2]);

  archived.remove(`2020/${hour(1)}.gz`);
  await world.run({ from: 0, to: 2, force: true }, wiring());
  await assertContent(world, [2, 2, 2]);

  const { unreachable } = await import("../../../support/memoryProvider.ts");
  archived.meddle = () => {
    throw unreachable();
  };
  await world.run({ from: 0, to: 2, force: true }, wiring());
  await assertContent(world, [2, 2, 2]);

  for (const { topic, message } of first.sent) {
    if (topic !== "extend") continue;
    const { ingestions: _, ...old } = message;
    await extend(wiring(), old, neverAborted);
  }
  await assertContent(world, [2, 2, 2]);
});

test("what was ingested from a path that is none any more is replaced by final files alone", async () => {
  const world = tinyWorld();
  const run = (candidates: SourceSpec["candidates"]) =>
    world.run({}, world.wiring({ dataset: from(world, { candidates }) }));
  for (const index of [0, 1]) publish(world.source, `old/${hour(index)}.gz`, index, 1);
  world.at(1);
  await run([{ path: "old/{YYYYMMDDHH}.gz" }]);
  await assertContent(world, [1, 1]);

  for (const index of [0, 1]) publish(world.source, `early/${hour(index)}.gz`, index, 2);
  publish(world.source, `final/${hour(1)}.gz`, 1, 3);
  await run([{ path: "final/{YYYYMMDDHH}.gz" }, { path: "early/{YYYYMMDDHH}.gz", stage: "preliminary" }]);
  await assertContent(world, [1, 3]);
});

test("names at a base URL's root that anything may begin are not those of another base URL", async () => {
  const [world, archived] = [tinyWorld(), createMemoryProvider()];
  const dataset = from(world, {
    candidates: [{ path: "*{YYYYMMDDHH}.gz" }],
    further: [{ ...bothPlaces.further[0], candidates: [{ path: "{YYYYMMDDHH}.gz" }] }],
  });
  const run = () => world.run({}, world.wiring({ dataset, source: twoPlaces(world, archived) }));
  publish(archived, `${hour(0)}.gz`, 0, 1);
  world.source.makeDirectory("");
  world.at(0);
  await run();
  publish(world.source, `x${hour(0)}.gz`, 0, 2);
  await run();
  await assertContent(world, [1]);
});

test("a base URL is asked for timesteps of its ages alone", async () => {
  const [world, archived] = [tinyWorld({ patience: "P1D" }), createMemoryProvider()];
  const dataset = from(world, {
    candidates: [{ path: "{HH}/{YYYYMMDDHH}.gz" }],
    youngerThan: "PT3H",
    further: [{ ...bothPlaces.further[0], olderThan: "PT2H" }],
  });
  const run = () => world.run({}, world.wiring({ dataset, source: twoPlaces(world, archived) }));
  for (let index = 0; index < 6; index++) {
    publish(world.source, `${hour(index).slice(8)}/${hour(index)}.gz`, index, 1);
    publish(archived, `2020/${hour(index)}.gz`, index, 2);
  }
  world.at(5);
  await run();
  await assertContent(world, [2, 2, 2, 1, 1, 1]);

  // What came from there has become too old to be asked for, and stands.
  world.source.forget();
  archived.forget();
  world.at(20);
  await run();
  await assertContent(world, [2, 2, 2, 1, 1, 1]);
  assert.deepEqual(world.source.asked.fetch, []);
  const recent = [18, 19, 20].map((index) => hour(index).slice(8));
  assert.deepEqual([world.source.asked.list.sort(), archived.asked.list], [recent, ["2020"]]);
});

test("a dead base URL is told of, while the others have all that is looked for", async () => {
  const [world, archived] = [tinyWorld(), createMemoryProvider()];
  const dataset = from(world, bothPlaces);
  const { unreachable } = await import("../../../support/memoryProvider.ts");
  world.source.meddle = () => {
    throw unreachable();
  };
  for (let index = 0; index < 3; index++) publish(archived, `2020/${hour(index)}.gz`, index, 1);
  world.at(2);
  const run = () => world.run({}, world.wiring({ dataset, source: twoPlaces(world, archived) }));
  const { wiring } = await run();
  await assertContent(world, [1, 1, 1]);
  const planned = wiring.events.find(({ event }) => event === "planned") as { refusal?: string };
  assert.equal(planned.refusal, unreachable().message);
  world.at(3);
  publish(archived, `2020/${hour(4)}.gz`, 4, 1);
  world.at(20);
  await run();
  assert.equal(await world.step(3), undefined, "the dead one may have the fourth: it is no gap");
  assert.equal((await world.step(4))?.status, "present");

  for (const index of [0, 1, 2, 4]) archived.remove(`2020/${hour(index)}.gz`);
  await assert.rejects(run(), { fault: "unreachable" }, "nothing is found, and the dead one may have all");
});

/** Asked path by path, as where no directory may be listed. */
function askedSource(provider: MemoryProvider): Source {
  const listed = sourceOf(provider);
  return {
    ...listed,
    search: (options) =>
      createAskingSearch(
        {
          isSame: (known, found) => known.path === found.path && known.modifiedAt === found.modifiedAt,
          async stateOf(path, signal) {
            const modifiedAt = await provider.modifiedAt(path, signal);
            return modifiedAt === undefined
              ? undefined
              : { path, version: `${modifiedAt}`, sizeBytes: null, modifiedAt };
          },
        },
        options,
      ),
  };
}

test("where nothing is listed each path is asked for: what is not there yet, and what may have been replaced", async () => {
  const world = tinyWorld();
  const revisionWindowMs = 2 * 3_600_000;
  const described = from(world, { candidates: [{ path: "{YYYYMMDDHH}.gz" }] });
  const dataset = { ...described, updates: { ...described.updates, revisionWindowMs } };
  const run = () => world.run({}, world.wiring({ dataset, source: askedSource(world.source) }));
  for (let index = 0; index < 8; index++) publish(world.source, `${hour(index)}.gz`, index, 1);
  world.at(7);
  await run();
  await assertContent(
    world,
    Array.from({ length: 8 }, () => 1),
  );
  world.source.forget();
  world.at(9);
  await run();
  assert.deepEqual(
    [...new Set(world.source.asked.modifiedAt)].sort(),
    [7, 8, 9].map((index) => `${hour(index)}.gz`),
  );
  assert.deepEqual([world.source.asked.list, world.source.asked.fetch], [[], []]);

  // A gap that is waited for keeps the window long: of what lies behind it nothing is asked but what may have changed.
  publish(world.source, `${hour(9)}.gz`, 9);
  world.at(12);
  await run();
  world.source.forget();
  world.at(13);
  await run();
  const asked = [...new Set(world.source.asked.modifiedAt)].sort();
  assert.deepEqual(
    asked,
    [8, 10, 11, 12, 13].map((index) => `${hour(index)}.gz`),
  );
});

test("what is no file at a listed path is waited for as long as there is patience, and then is corrupt", async () => {
  const world = tinyWorld();
  const dataset = from(world, { candidates: [{ path: "{YYYYMMDDHH}.gz" }] });
  const page = new GranuleError("transfer", "2020010108.gz: a web page came, no file", { mayAppear: true });
  const source: Source = {
    ...sourceOf(world.source),
    async fetch(file, signal) {
      if (file.path === `${hour(2)}.gz`) throw page;
      return sourceOf(world.source).fetch(file, signal);
    },
  };
  const run = () => world.run({}, world.wiring({ dataset, source }));
  for (const index of [0, 1, 2, 3]) publish(world.source, `${hour(index)}.gz`, index);
  world.at(5);
  await run();
  const waiting = await world.step(2);
  assert.equal(waiting?.status, "pending");
  assert.match(waiting?.failed?.reason ?? "", /a web page came, no file; it may not be published yet$/);
  await assertContent(world, present(2));
  world.at(9);
  await run();
  assert.equal((await world.step(2))?.status, "corrupt");
  await assertContent(world, [0, 0, "corrupt", 0]);
});
