import type { Dataset, Descriptor } from "../dataset/dataset.ts";
import { type GroupState, groupModel } from "../zarr/metadata.ts";
import { zarrV2 } from "../zarr/v2/v2.ts";
import type { GroupDocuments, ZarrFormat } from "../zarr/zarrFormat.ts";

/** The format that a dataset's group is stored in. */
export function formatOf(_: Descriptor): ZarrFormat {
  return zarrV2;
}

/** The documents of a dataset in that state, in its format. */
export function groupDocuments(dataset: Dataset, state: GroupState): GroupDocuments {
  return formatOf(dataset).documents(groupModel(dataset, state));
}
