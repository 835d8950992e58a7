/** A store and a ledger apart from each other: what a backup, a copy or a mistaken option brings together. */
import assert from "node:assert/strict";
import { datasetRecordKey, NO_RECORD } from "../../shared/ledger/ledger.ts";
import { emptyDataset } from "../../shared/ledger/records.ts";
import { ABSENT } from "../../shared/store/store.ts";
import { documentBytes } from "../../shared/zarr/metadata.ts";
import type { Surroundings } from "./memoryWiring.ts";
import { neverAborted, type TinyWorld } from "./tinyWorld.ts";

const json = { contentType: "application/json", cacheControl: "no-cache" };

type Attributes = Record<string, unknown>;
interface Consolidated {
  readonly metadata: Record<string, Attributes>;
}

/** The identity that each side tells of. */
export async function identitiesOf({ store, ledger }: Surroundings): Promise<(string | undefined)[]> {
  const found = await store.read("tiny.zarr/.zmetadata", neverAborted);
  const { metadata } = JSON.parse(new TextDecoder().decode(found?.bytes)) as Consolidated;
  const record = (await ledger.read(datasetRecordKey("tiny"), neverAborted))?.record;
  const [inStore, inLedger] = [metadata[".zattrs"]?.store_identity, record?.identity ?? undefined];
  return [inStore as string | undefined, inLedger];
}

/** Takes the identity off the store, as if it was made before there was one. */
export async function forgetInStore(world: Pick<TinyWorld, "store" | "json">): Promise<void> {
  const put = async (key: string, document: object) => {
    const existing = await world.store.read(key, neverAborted);
    const generation = existing?.generation ?? ABSENT;
    await world.store.put(key, documentBytes(document), generation, json, neverAborted);
  };
  const without = ({ store_identity: _, ...attributes }: Attributes) => attributes;
  await put("tiny.zarr/.zattrs", without((await world.json("tiny.zarr/.zattrs")) as Attributes));
  const whole = (await world.json("tiny.zarr/.zmetadata")) as Consolidated;
  const attributes = without(whole.metadata[".zattrs"] ?? {});
  await put("tiny.zarr/.zmetadata", { ...whole, metadata: { ...whole.metadata, ".zattrs": attributes } });
}

/** The same of the ledger. */
export async function forgetInLedger({ ledger }: Pick<TinyWorld, "ledger">): Promise<void> {
  const found = await ledger.read(datasetRecordKey("tiny"), neverAborted);
  const { identity: _, ...record } = found?.record ?? emptyDataset;
  const older = record as typeof emptyDataset;
  const result = await ledger.write(
    datasetRecordKey("tiny"),
    older,
    found?.version ?? NO_RECORD,
    neverAborted,
  );
  assert.equal(result.outcome, "written");
}
