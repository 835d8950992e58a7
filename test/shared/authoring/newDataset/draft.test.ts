import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { factsOf } from "../../../../shared/authoring/inspect/facts.ts";
import { guessesOf } from "../../../../shared/authoring/inspect/guesses.ts";
import { arrayOf, draftOf } from "../../../../shared/authoring/newDataset/draft.ts";
import { patternOf } from "../../../../shared/authoring/newDataset/pathPattern.ts";
import { faultsOf } from "../../../../shared/dataset/check/faults.ts";
import { dataTypes } from "../../../../shared/dataset/values.ts";
import { fillFaults } from "../../../../shared/format/flatBinary/arrayFaults.ts";

const rawBytesMax = 10_000;

test("whatever a granule is and however it is called, there is no fault before the first answer", async () => {
  const character = fc.constantFrom(..."aZ09{}._- /2014é");
  const segment = fc.string({ unit: character, minLength: 1, maxLength: 24 });
  const dated = fc.date({ min: new Date("1960-01-01"), max: new Date("2090-01-01"), noInvalidDate: true });
  const property = fc.asyncProperty(
    segment,
    dated,
    segment,
    fc.uint8Array({ minLength: 1, maxLength: 600 }),
    async (before, date, after, bytes) => {
      const path = `/${before}${date.toISOString().replace(/\D/g, "").slice(0, 10)}${after}`;
      const facts = await factsOf(bytes, rawBytesMax);
      const probe = {
        file: { place: path, path, bytes, modifiedAt: undefined },
        facts,
        raw: facts.raw ?? bytes,
        guess: guessesOf(facts.raw ?? bytes, 0)[0],
        pattern: patternOf(path),
        base: undefined,
      };
      assert.deepEqual(faultsOf(draftOf(probe, undefined)), []);
    },
  );
  await fc.assert(property, {
    numRuns: 300,
    seed: 20_261_125,
    examples: [["a", new Date(0), "/.", Uint8Array.of(0)]],
  });
});

test("no fill is drafted that a field may hold, whether any of its values means missing or none", () => {
  for (const type of dataTypes)
    for (const missing of [undefined, 99, 0])
      for (const scale of [1, 10]) {
        const block = { name: "a", type, scale, ...(missing === undefined ? {} : { missing }) };
        assert.deepEqual(fillFaults("a", arrayOf(block, {}), block), [], `${type} ${missing} ${scale}`);
      }
});

test("alike fields in a granule of a day are its hours; of an hour they are fields", async () => {
  const [rows, columns, fields] = [36, 72, 8];
  const values = Float32Array.from({ length: fields * rows * columns }, (_, i) => {
    const [field, row, column] = [
      Math.floor(i / (rows * columns)),
      Math.floor(i / columns) % rows,
      i % columns,
    ];
    return 280 + 20 * Math.sin(row / 9) + 3 * Math.cos(column / 11 + field / 8);
  });
  const bytes = new Uint8Array(values.buffer);
  const draftFor = async (path: string) => {
    const facts = await factsOf(bytes, bytes.length);
    const pattern = patternOf(path);
    const file = { place: path, path, bytes, modifiedAt: undefined };
    const probe = { file, facts, raw: bytes, guess: guessesOf(bytes, 0)[0], pattern, base: undefined };
    const { time, source, decoding, ...draft } = draftOf(probe, undefined);
    assert.deepEqual(faultsOf({ time, source, decoding, ...draft }), []);
    return [source.stepsPerGranule, time.step, decoding.blocks.length];
  };
  assert.deepEqual(await draftFor("/a/t_20140401.bin"), [8, "PT3H", 1]);
  assert.deepEqual(await draftFor("/a/t_2014040106.bin"), [undefined, "PT6H", 8]);
});
