/** What is asked of a place that lists nothing, and what its answers mean. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SourceError } from "../../../../shared/errors.ts";
import type { Evasion } from "../../../../shared/source/lister.ts";
import { createAskingSearch } from "../../../../shared/source/search/askingSearch.ts";
import type { Wanted } from "../../../../shared/source/source.ts";
import { neverAborted } from "../../../../shared/testing/neverAborted.ts";
import { memoryAsker, memoryPlace, type Versions } from "../../../support/memoryPlaces.ts";

const options = { directoriesMax: 1, pathsMax: 3, callsAtOnceMax: 1, isWantable: () => false };
const file = (path: string, version = "1") => ({ path, version, sizeBytes: 4, modifiedAt: null });

test("the last that is wanted is asked for first, each path once, until one of a file's paths is there", async () => {
  const place = memoryPlace({ "b/2": "1", "a/3": "1" });
  const search = createAskingSearch(memoryAsker(place), options);
  const wanted = [{ paths: ["a/1"] }, { paths: ["a/2", "b/2", "c/2"] }, { paths: ["a/3"] }];
  const found = await search.find(wanted, neverAborted);
  assert.deepEqual(
    found.map((one) => one?.file.path),
    [undefined, "b/2", "a/3"],
  );
  await search.find(wanted, neverAborted);
  assert.deepEqual(place.asked, ["ask a/3", "ask a/2", "ask b/2", "ask a/1"]);
  const { asked, matched, lookedFor, pathsAsked, directories } = await search.report(true, neverAborted);
  assert.deepEqual([asked, matched, lookedFor, pathsAsked, directories], [3, 2, "a/1", 4, 0]);
});

test("what is known and older than files are replaced is not asked about", async () => {
  const place = memoryPlace({ "a/1": "2", "a/2": "2" });
  const search = createAskingSearch(memoryAsker(place), options);
  const known = (path: string) => ({ paths: [path], known: file(path), isChecked: true });
  const found = await search.find([{ ...known("a/1"), isOld: true }, known("a/2")], neverAborted);
  assert.deepEqual(
    found.map((one) => one?.isKnown),
    [true, false],
  );
  assert.deepEqual(place.asked, ["ask a/2"]);
});

test("what was asked before the caller read what it knows is asked again", async () => {
  const place = memoryPlace({});
  const search = createAskingSearch(memoryAsker(place), options);
  assert.deepEqual(await search.find([{ paths: ["a"] }], neverAborted), [undefined]);
  place.files.set("a", "1");
  search.outdate();
  const [found] = await search.find([{ paths: ["a"], known: file("a") }], neverAborted);
  assert.equal(found?.isKnown, true);
});

test("as many paths are asked for as one search may, and those of the first question in any case", async () => {
  const search = createAskingSearch(memoryAsker(memoryPlace({})), options);
  const first = ["a", "b", "c", "d"].map((path) => ({ paths: [path] }));
  assert.equal(search.hasRoomFor(first), true);
  await search.find(first.slice(0, 2), neverAborted);
  assert.equal(search.hasRoomFor(first), false, "two more than were asked for");
  assert.equal(search.hasRoomFor(first.slice(0, 3)), true);
});

const evading = (evaded: Evasion["evaded"]) =>
  ({ evaded, error: new SourceError("transfer", `https://h/: ${evaded}`) }) as const;

/** A place whose server evades questions about what is not there, and about these paths. */
function evasive(versions: Versions, evaded: Evasion["evaded"], ...evasive: string[]) {
  const place = memoryPlace(versions);
  const asker = memoryAsker(place);
  const stateOf = async (path: string, signal: AbortSignal) => {
    const state = await asker.stateOf(path, signal);
    return state && !evasive.includes(path) ? state : evading(evaded);
  };
  return { place, search: createAskingSearch({ ...asker, stateOf }, options) };
}

for (const evaded of ["hungUp", "page", "denied"] as const) {
  test(`a server that evades a question (${evaded}) says that a file is not there, if it answers about any other`, async () => {
    const { search } = evasive({ a: "1" }, evaded);
    const wanted = [{ paths: ["a"] }, { paths: ["b"] }];
    const found = await search.find(wanted, neverAborted);
    assert.deepEqual(
      found.map((one) => one?.file.path),
      ["a", undefined],
    );
    assert.equal(search.whyUnknown?.(wanted[1] as Wanted), undefined);
  });

  test(`where it evades all (${evaded}), one that was there once is asked about`, async () => {
    const { place, search } = evasive({ a: "1" }, evaded);
    const wanted = [{ paths: ["a"], known: file("a"), isOld: true }, { paths: ["b"] }];
    await search.find(wanted, neverAborted);
    assert.equal(search.whyUnknown?.(wanted[1] as Wanted), undefined);
    assert.deepEqual(place.asked, ["ask b", "ask a"]);
  });

  test(`where it evades that too (${evaded}), it is not known whether a file is there`, async () => {
    const { search } = evasive({ a: "1" }, evaded, "a");
    const wanted = [{ paths: ["a"], known: file("a"), isOld: true }, { paths: ["b", "a"] }];
    const found = await search.find(wanted, neverAborted);
    assert.equal(found[1], undefined);
    assert.match(search.whyUnknown?.(wanted[1] as Wanted)?.message ?? "", new RegExp(evaded));
    assert.match((await search.report(true, neverAborted)).refusal ?? "", new RegExp(evaded));
  });
}

test("of a path that could not be asked for nothing is known, and what is less preferred does not stand in for it", async () => {
  const place = memoryPlace({ a: "1", c: "1" });
  const failed = new SourceError("transfer", "https://h/b: 500");
  place.failures.set("ask b", failed);
  const search = createAskingSearch(memoryAsker(place), options);
  const wanted = [{ paths: ["a"] }, { paths: ["b", "c"] }];
  const found = await search.find(wanted, neverAborted);
  assert.deepEqual(
    found.map((one) => one?.file.path),
    ["a", undefined],
  );
  assert.equal(search.whyUnknown?.(wanted[1] as Wanted), failed);
});

test("any other failure ends the search", async () => {
  const place = memoryPlace({ a: "1" });
  place.failures.set("ask b", new SourceError("refused", "https://h/b: 401"));
  const search = createAskingSearch(memoryAsker(place), options);
  await assert.rejects(search.find([{ paths: ["b"] }, { paths: ["a"] }], neverAborted), { fault: "refused" });
});
