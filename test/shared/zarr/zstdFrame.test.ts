/** What is taken for an intact chunk, readers can read: a frame that only Node decompresses counts as damaged. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as zarr from "zarrita";
import { decode, encode } from "../../../shared/zarr/codec.ts";
import { defaultCodec } from "../../../shared/zarr/compressor.ts";

/** What another library reads; `undefined` if it cannot. */
async function readElsewhere(bytes: Uint8Array, length: number): Promise<Uint8Array | undefined> {
  const document = {
    zarr_format: 2,
    shape: [length],
    chunks: [length],
    dtype: "|u1",
    compressor: { id: "zstd", level: 3 },
    fill_value: null,
    order: "C",
    filters: null,
  };
  const objects = new Map([
    ["/.zarray", new TextEncoder().encode(JSON.stringify(document))],
    ["/0", bytes],
  ]);
  const array = await zarr.open.v2(zarr.root({ get: async (key: string) => objects.get(key) }), {
    kind: "array",
  });
  const read = await zarr.get(array).catch(() => undefined);
  return read && (read.data as Uint8Array);
}

const chunks = {
  "a few bytes": Uint8Array.from({ length: 16 }, (_, i) => i * 31),
  "one value": new Uint8Array(16_384).fill(3),
  "several blocks": Uint8Array.from({ length: 262_144 }, (_, i) => (i * i) >> 7),
};

for (const [what, raw] of Object.entries(chunks)) {
  test(`a frame of ${what}, with any bit of its head flipped`, async () => {
    const frame = Uint8Array.from(await encode(defaultCodec, raw));
    assert.deepEqual(Buffer.from(await decode(defaultCodec, frame, raw.length, "chunk")), Buffer.from(raw));
    let refused = 0;
    for (let bit = 0; bit < 8 * 18; bit++) {
      const damaged = frame.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const found = await decode(defaultCodec, damaged, raw.length, "chunk").catch(() => undefined);
      if (found) assert.deepEqual(await readElsewhere(damaged, raw.length), raw, `bit ${bit}`);
      else refused++;
    }
    assert.ok(refused > 64, `${refused} refused`);
  });
}

test("what follows a frame is damage", async () => {
  const raw = new Uint8Array(500).fill(1);
  const frame = await encode(defaultCodec, raw);
  const longer = Uint8Array.from([...frame, 0, 0, 0]);
  await assert.rejects(decode(defaultCodec, longer, raw.length, "chunk"), {
    tag: "storage",
    operation: "decode",
  });
});
