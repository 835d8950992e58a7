/** Provenance records are read once, and only where there can be some. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createProvenanceReader } from "../../../../../functions/page/calendar/details/provenanceReader.ts";
import type { ProvenanceStep } from "../../../../../functions/page/calendar/details/stepDetails.ts";
import type { Answer } from "../../../../../functions/page/server/api.ts";
import { fixedAxis } from "../../../../../shared/dataset/timeAxis.ts";

const _axis = fixedAxis({ start: Date.UTC(2014, 3, 1), stepMs: 3 * 3_600_000 });
/** A replay: the provider is judged as of another year than the commits are of. */
const _clock = { asOf: Date.UTC(2004, 3, 2, 12), now: Date.UTC(2014, 3, 2, 12) };
const listed = {
  path: "3B42RT.2014040103.7.bin.gz",
  size_bytes: 291_925,
  modified_at: "2014-04-01T09:10:00Z",
};
const recorded: ProvenanceStep = {
  offset: 1,
  status: "present",
  granule: { ...listed, ingested_at: "2014-04-02T10:00:00Z", revision: 0 },
  failed: null,
};
const _plain = { length: 8, failing: [], revised: [] };

describe("provenance records", () => {
  const dataset = { dataset: "tiny", chunk_length: 4, length: 40 };
  const { signal } = new AbortController();

  function reading(answer: Answer) {
    const asked: string[] = [];
    const api = {
      async getJson(path: string) {
        asked.push(path);
        return answer;
      },
    };
    return { asked, provenance: createProvenanceReader(api, dataset) };
  }
  const found: Answer = { outcome: "found", body: { steps: [recorded] } };

  test("are read once for all timesteps of a chunk", async () => {
    const { asked, provenance } = reading(found);
    assert.deepEqual(await provenance.stepAt(9, signal), recorded);
    assert.equal(await provenance.stepAt(10, signal), undefined);
    assert.deepEqual(asked, ["data/tiny.accrete/provenance/00000002.json"]);
  });

  test("are kept of the eight chunks that were looked at last", async () => {
    const { asked, provenance } = reading(found);
    for (const chunk of [0, 1, 2, 3, 4, 5, 6, 7, 0, 8, 0, 1]) await provenance.stepAt(chunk * 4, signal);
    const chunks = asked.map((path) => Number(path.match(/(\d+)\.json/)?.[1]));
    assert.deepEqual(chunks, [0, 1, 2, 3, 4, 5, 6, 7, 8, 1]);
  });

  test("are not asked for where nothing is visible, and may be absent", async () => {
    const { asked, provenance } = reading({ outcome: "absent", fault: "" });
    assert.equal(await provenance.stepAt(40, signal), undefined);
    assert.deepEqual(asked, []);
    assert.equal(await provenance.stepAt(39, signal), undefined);
  });

  test("that cannot be read say why, and are asked for again", async () => {
    const { asked, provenance } = reading({ outcome: "failed", fault: "The store cannot be read: EACCES" });
    await assert.rejects(provenance.stepAt(0, signal), /The store cannot be read: EACCES/);
    await assert.rejects(provenance.stepAt(0, signal));
    assert.equal(asked.length, 2);
  });
});
