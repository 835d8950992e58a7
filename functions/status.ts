import type { Dataset } from "../shared/dataset/dataset.ts";
import { reasonOf } from "../shared/errors.ts";
import type { Cloud } from "./cloud.ts";
import { type DatasetStatus, readDatasetStatus } from "./datasetStatus.ts";
import type { Deadline } from "./http/deadline.ts";
import type { Handler } from "./http/serve.ts";

/** `status`: how every dataset is (`/`), or all about one (`/DATASET`), as JSON. */
export const status: Handler = async ({ method, path }, cloud, deadline) => {
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, body: { faults: [`${method} is not answered here: ask with GET`] } };
  }
  const id = path.replace(/^\/|\/$/g, "");
  if (id === "") {
    const datasets = await Promise.all(cloud.datasets.map((dataset) => overview(dataset, cloud, deadline)));
    return { status: 200, body: { datasets } };
  }
  const dataset = cloud.datasets.find((one) => one.id === id);
  const ids = cloud.datasets.map((one) => one.id).join(", ");
  if (!dataset)
    return { status: 404, body: { faults: [`there is no dataset "${id.slice(0, 80)}"; there are: ${ids}`] } };
  const found = await look(dataset, cloud, deadline);
  if (!found)
    return { status: 404, body: { faults: [`${id} does not exist yet; its first plan creates it`] } };
  return { status: 200, body: found };
};

function look(
  dataset: Dataset,
  cloud: Cloud,
  { signal, late }: Deadline,
): Promise<DatasetStatus | undefined> {
  return readDatasetStatus(cloud.wiring(dataset, { late, report: () => undefined }), signal);
}

/** What matters most of one dataset; one that cannot be read does not hide the others. */
async function overview(dataset: Dataset, cloud: Cloud, deadline: Deadline): Promise<object> {
  const { id } = dataset;
  try {
    const found = await look(dataset, cloud, deadline);
    if (!found) return { dataset: id, state: "absent" };
    const { state, length, valid_through, expected_through, lag_seconds, gap_count, failing } = found;
    const seen = { state, length, valid_through, expected_through, lag_seconds, gap_count };
    return { dataset: id, ...seen, failing_count: failing.length };
  } catch (error) {
    deadline.signal.throwIfAborted();
    return { dataset: id, state: "unreadable", faults: [reasonOf(error, 2000)] };
  }
}
