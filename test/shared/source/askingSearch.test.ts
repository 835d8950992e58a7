/** What is asked of a place that lists nothing, and what its answers mean. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SourceError } from "../../../shared/errors.ts";
import { createAskingSearch } from "../../../shared/source/askingSearch.ts";
import { neverAborted } from "../../../shared/testing/neverAborted.ts";
import { memoryAsker, memoryPlace } from "../../support/memoryPlaces.ts";

const options = { directoriesMax: 1, pathsMax: 3, callsAtOnceMax: 1, isWantable: () => false };
const file = (path: string, version = "1") => ({ path, version, sizeBytes: 4, modifiedAt: null });
const hungUp = new SourceError("transfer", "https://h/: the server hung up");

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

test("a server that hangs up on what is not there yet says that it is not there; one that always does says nothing", async () => {
  const place = memoryPlace({ a: "1" });
  place.failures.set("ask b", hungUp);
  const search = createAskingSearch(memoryAsker(place), options);
  const found = await search.find([{ paths: ["a"] }, { paths: ["b"] }], neverAborted);
  assert.deepEqual(
    found.map((one) => one?.file.path),
    ["a", undefined],
  );
  place.failures.set("", hungUp);
  const dead = createAskingSearch(memoryAsker(place), options);
  await assert.rejects(dead.find([{ paths: ["a"] }, { paths: ["b"] }], neverAborted), hungUp);
});

test("any other failure ends the search", async () => {
  const place = memoryPlace({ a: "1" });
  place.failures.set("ask b", new SourceError("refused", "https://h/b: 401"));
  const search = createAskingSearch(memoryAsker(place), options);
  await assert.rejects(search.find([{ paths: ["b"] }, { paths: ["a"] }], neverAborted), { fault: "refused" });
});
