/** What a plan looks at, by the descriptor's base URLs: counted by hand for 2,000 hours from six o'clock on, which lie in 84 days. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { BaseUrl, Candidate } from "../../../shared/dataset/candidates.ts";
import { shapeOf } from "../../../shared/estimate/shape.ts";
import { tinyDataset } from "../../support/tinyDataset.ts";

const dataset = tinyDataset();
const byDay: Candidate = { path: "{YYYY}/{MM}/{DD}/rain_{HH}.bin.gz" };
const preferred: Candidate = { path: "{YYYY}/{MM}/{DD}/rain_{HH}_final.bin.gz" };

function looks(bases: readonly BaseUrl[], candidates: readonly Candidate[], stepsPerGranule = 1) {
  const url = bases[0]?.url ?? "";
  const source = { ...dataset.source, url, bases, candidates, stepsPerGranule };
  const { isByRequest, isPaged, directoriesPerStep, pathsPerStep } = shapeOf({ ...dataset, source }, 1000);
  return { isByRequest, isPaged, directories: 2000 * directoriesPerStep, paths: 2000 * pathsPerStep };
}

const first = (url: string, more: Partial<BaseUrl> = {}): BaseUrl => ({ name: "", url, ...more });

describe("a plan", () => {
  test("lists each directory once, however many candidates and timesteps lie in it", () => {
    assert.deepEqual(looks([first("ftp://example.org/a")], [preferred, byDay]), {
      isByRequest: false,
      isPaged: false,
      directories: 84,
      paths: 0,
    });
  });

  for (const [url, isPaged] of [
    ["https://example.org/a", false],
    ["s3://acme/a", true],
    ["gs://acme/a", true],
  ] as const) {
    test(`asks ${url} by requests`, () => {
      const listed = { isByRequest: true, isPaged, directories: 84, paths: 0 };
      assert.deepEqual(looks([first(url)], [byDay]), listed);
      const asked = { isByRequest: true, isPaged, directories: 0, paths: 4000 };
      assert.deepEqual(looks([first(url, { listing: "none" })], [preferred, byDay]), asked);
    });
  }

  test("lists the directory of names that cannot be predicted", () => {
    const found = looks([first("s3://acme/a")], [{ path: "{YYYY}/{MM}/{DD}/rain_{HH}_*.nc" }, byDay]);
    assert.deepEqual([found.directories, found.paths], [84, 0]);
  });

  test("asks once for a path that several timesteps share", () => {
    const { paths } = looks([first("https://example.org/a", { listing: "none" })], [byDay], 4);
    assert.equal(paths, 500);
  });

  test("looks at every base URL, each in its own way", () => {
    const recent = first("https://near.example.org/a", { listing: "none" });
    const archive = { name: "archive", url: "https://example.org/a" };
    const older = { name: "older", url: "https://example.org/b" };
    const { directories, paths } = looks(
      [recent, archive, older],
      [byDay, { ...byDay, base: "archive" }, { ...byDay, base: "older" }],
    );
    assert.deepEqual([directories, paths], [2 * 84, 2000]);
  });
});
