/** Several base URLs as one source: which is asked for what, and what a failure of one means. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SourceError } from "../../../shared/errors.ts";
import { createBases } from "../../../shared/source/bases.ts";
import { createListingSearch } from "../../../shared/source/search/listingSearch.ts";
import type { Source } from "../../../shared/source/source.ts";
import { neverAborted } from "../../../shared/testing/neverAborted.ts";
import { type MemoryPlace, memoryLister, memoryPlace, type Versions } from "../../support/memoryPlaces.ts";

const options = { directoriesMax: 10, pathsMax: 1, callsAtOnceMax: 1, isWantable: () => false };

function sourceOn(place: MemoryPlace): Source {
  return {
    search: (asked) => createListingSearch(memoryLister(place), asked),
    async fetch({ path, version }) {
      place.asked.push(`fetch ${path}`);
      return { version, modifiedAt: null, bytes: async () => new TextEncoder().encode(path) };
    },
    async close() {
      place.asked.push("close");
    },
  };
}

function twoPlaces(recent: Versions, archive: Versions) {
  const places = { recent: memoryPlace(recent), archive: memoryPlace(archive) };
  const source = createBases([
    { name: "", source: sourceOn(places.recent) },
    { name: "archive", source: sourceOn(places.archive) },
  ]);
  return { ...places, source, search: source.search(options) };
}

const both = (name: string) => ({ paths: [`d/${name}`, `archive:e/${name}`] });
const known = (path: string, version = "1") => ({ path, version, sizeBytes: 4, modifiedAt: null });

test("a further place is asked only for what those before it do not have", async () => {
  const { search, recent, archive } = twoPlaces({ "d/2": "1", "d/3": "1" }, { "e/1": "1", "e/2": "1" });
  const found = await search.find([both("1"), both("2"), both("3")], neverAborted);
  assert.deepEqual(
    found.map((one) => one?.file.path),
    ["archive:e/1", "d/2", "d/3"],
  );
  assert.deepEqual([recent.asked, archive.asked], [["list d"], ["list e"]]);
  const { asked, matched, directories, lookedFor } = await search.report(true, neverAborted);
  assert.deepEqual([asked, matched, directories, lookedFor], [3, 3, 2, undefined]);
});

test("no further place is asked where the first has all", async () => {
  const { search, archive } = twoPlaces({ "d/1": "1" }, { "e/1": "1" });
  await search.find([both("1")], neverAborted);
  assert.deepEqual(archive.asked, []);
});

test("a file is known where it was found, and is another at another place", async () => {
  const { search } = twoPlaces({ "d/2": "1" }, { "e/1": "1" });
  const found = await search.find(
    [
      { ...both("1"), known: known("archive:e/1"), isChecked: true },
      { ...both("2"), known: known("archive:e/2"), isChecked: true },
    ],
    neverAborted,
  );
  assert.deepEqual(
    found.map((one) => one?.isKnown),
    [true, false],
  );
});

test("the same path with the same version is another file at another place", async () => {
  const { search } = twoPlaces({ "d/1": "1" }, { "d/1": "1" });
  const wanted = { paths: ["d/1", "archive:d/1"], known: known("archive:d/1"), isChecked: true };
  const [found] = await search.find([wanted], neverAborted);
  assert.deepEqual([found?.file.path, found?.isKnown], ["d/1", false]);
});

test("what a dead place may have is looked for at the others; what nobody has is not called missing", async () => {
  const { search, recent } = twoPlaces({}, { "e/1": "1" });
  const dead = new SourceError("unreachable", "https://recent.example: no answer");
  recent.failures.set("", dead);
  const [found] = await search.find([both("1")], neverAborted);
  assert.equal(found?.file.path, "archive:e/1");
  const wanted = [both("1"), both("2")];
  const again = await search.find(wanted, neverAborted);
  assert.deepEqual(
    again.map((one) => one?.file.path),
    ["archive:e/1", undefined],
  );
  assert.deepEqual(
    wanted.map((one) => search.whyUnknown?.(one)),
    [undefined, dead],
  );
  assert.equal(recent.asked.length, 1, "it is not asked again");
  const { refusal } = await search.report(true, neverAborted);
  assert.equal(refusal, "https://recent.example: no answer");
});

test("a place of which one listing is none is told of as well", async () => {
  const { search, recent } = twoPlaces({}, { "e/1": "1" });
  recent.failures.set("list d", new SourceError("listing", "https://recent.example/d/: is no index"));
  await search.find([both("1")], neverAborted);
  const { refusal } = await search.report(true, neverAborted);
  assert.equal(refusal, "https://recent.example/d/: is no index");
});

test("what is told of files that are not there names the place", async () => {
  const { search } = twoPlaces({}, { "e/20.nc": "1" });
  await search.find([{ paths: ["archive:e/21.nc"] }], neverAborted);
  const { lookedFor, nearest } = await search.report(true, neverAborted);
  assert.deepEqual([lookedFor, nearest], ["archive:e/21.nc", "archive:e/20.nc"]);
});

test("a file is fetched from its place, and all are closed", async () => {
  const { source, recent, archive } = twoPlaces({}, { "e/1": "1" });
  await source.fetch(known("archive:e/1"), neverAborted);
  await source.close();
  assert.deepEqual([recent.asked, archive.asked], [["close"], ["fetch e/1", "close"]]);
});

test("each place lists as many directories as a search may", async () => {
  const { source } = twoPlaces({ "d/1": "1" }, {});
  const search = source.search({ ...options, directoriesMax: 1 });
  await search.find([{ paths: ["d/1"] }], neverAborted);
  assert.equal(search.hasRoomFor([{ paths: ["d/2", "archive:e/2"] }]), true);
  assert.equal(search.hasRoomFor([{ paths: ["f/2"] }]), false);
});
