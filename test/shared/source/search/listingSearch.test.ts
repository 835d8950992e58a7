/** What a search takes from listings: patterns, the best of several names, and directories that are listed from a name on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createListingSearch } from "../../../../shared/source/search/listingSearch.ts";
import type { NamePattern } from "../../../../shared/source/source.ts";
import { neverAborted } from "../../../../shared/testing/neverAborted.ts";
import { memoryLister, memoryPlace } from "../../../support/memoryPlaces.ts";

const options = { directoriesMax: 2, pathsMax: 1, callsAtOnceMax: 1, isWantable: () => false };

/** Names that begin with a prefix and end with digits: the greatest number is the best. */
function newest(directory: string, prefix: string): NamePattern {
  const numberOf = (name: string) => Number(name.slice(prefix.length));
  return {
    text: `${directory}/${prefix}*`,
    directory,
    prefix,
    choose(names) {
      const read = names.filter((name) => Number.isFinite(numberOf(name)));
      const [unreadable] = names.filter((name) => !Number.isFinite(numberOf(name)));
      const best = read.sort((one, other) => numberOf(other) - numberOf(one))[0];
      return { ...(best !== undefined && { best }), ...(unreadable !== undefined && { unreadable }) };
    },
  };
}

test("of names that fit a pattern the best is taken, and one that cannot be read is told of", async () => {
  const place = memoryPlace({ "d/s1_c9": "1", "d/s1_c10": "1", "d/s1_cX": "1", "d/s2_c11": "1" });
  const search = createListingSearch(memoryLister(place), options);
  const found = await search.find(
    [{ paths: [newest("d", "s1_c")] }, { paths: [newest("d", "s3_c")] }],
    neverAborted,
  );
  assert.deepEqual(
    found.map((one) => one?.file.path),
    ["d/s1_c10", undefined],
  );
  const { unreadable, lookedFor, asked, matched } = await search.report(true, neverAborted);
  assert.deepEqual([unreadable, lookedFor, asked, matched], ["d/s1_cX", "d/s3_c*", 2, 1]);
  assert.deepEqual(place.asked, ["list d"]);
});

test("a directory that can be listed from a name on is, from the first that is wanted, and again where an earlier is", async () => {
  const place = memoryPlace({ "d/a1": "1", "d/b1": "1", "d/b2": "1", "d/c1": "1" });
  const search = createListingSearch(memoryLister(place, true), options);
  const find = async (...paths: string[]) => {
    const found = await search.find(
      paths.map((path) => ({ paths: [path] })),
      neverAborted,
    );
    return found.map((one) => one?.file.path);
  };
  assert.deepEqual(await find("d/c1", "d/b2"), ["d/c1", "d/b2"]);
  assert.deepEqual(await find("d/c2"), [undefined]);
  assert.deepEqual(await find("d/a1"), ["d/a1"]);
  assert.deepEqual(place.asked, ["list d from b2", "list d from a1"]);
});

test("only what the listing leaves open is checked, and nothing that is older than files are replaced", async () => {
  const place = memoryPlace({ "d/a": "1", "d/b": "1" });
  const lister = { ...memoryLister(place), isSame: () => undefined };
  const search = createListingSearch(lister, options);
  const known = (path: string) => ({ path, version: "1", sizeBytes: 4, modifiedAt: null });
  const wanted = ["d/a", "d/b"].map((path) => ({ paths: [path], known: known(path), isChecked: true }));
  const found = await search.find(
    [{ ...(wanted[0] as (typeof wanted)[0]), isOld: true }, ...wanted.slice(1)],
    neverAborted,
  );
  assert.deepEqual(
    found.map((one) => one?.isKnown),
    [true, true],
  );
  assert.deepEqual(place.asked, ["list d", "check d/b"]);
});
