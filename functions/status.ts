import type { Dataset } from "../shared/dataset/dataset.ts";
import type { Wiring } from "../shared/pipeline/wiring.ts";
import type { Cloud } from "./cloud.ts";
import { readDatasetStatus, readOverview } from "./datasetStatus.ts";
import { loggedFailure } from "./http/answer.ts";
import type { Deadline } from "./http/deadline.ts";
import type { Handler } from "./http/serve.ts";
import type { Log } from "./log.ts";

/** `status`: how every dataset is (`/`), or all about one (`/DATASET`), as JSON. */
export const status: Handler = async ({ method, path }, cloud, deadline, log) => {
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, body: { faults: [`${method} is not answered here: ask with GET`] } };
  }
  const id = path.replace(/^\/|\/$/g, "");
  if (id === "") {
    const datasets = await Promise.all(
      cloud.datasets.map((dataset) => overview(dataset, cloud, deadline, log)),
    );
    return { status: 200, body: { datasets } };
  }
  const dataset = cloud.datasets.find((one) => one.id === id);
  const ids = cloud.datasets.map((one) => one.id).join(", ");
  if (!dataset)
    return { status: 404, body: { faults: [`there is no dataset "${id.slice(0, 80)}"; there are: ${ids}`] } };
  const found = await look(dataset, cloud, deadline, readDatasetStatus);
  if (!found)
    return { status: 404, body: { faults: [`${id} does not exist yet; its first plan creates it`] } };
  return { status: 200, body: found };
};

function look<Seen>(
  dataset: Dataset,
  cloud: Cloud,
  { signal, late }: Deadline,
  read: (wiring: Wiring, signal: AbortSignal) => Promise<Seen>,
): Promise<Seen> {
  return cloud.use(dataset, { late, report: () => undefined }, (wiring) => read(wiring, signal));
}

/** One dataset among the others: one that cannot be read does not hide them. */
async function overview(dataset: Dataset, cloud: Cloud, deadline: Deadline, log: Log): Promise<object> {
  const { id } = dataset;
  try {
    const found = await look(dataset, cloud, deadline, readOverview);
    return found ?? { dataset: id, state: "absent" };
  } catch (error) {
    deadline.signal.throwIfAborted();
    return { dataset: id, state: "unreadable", ...loggedFailure(error, log.with({ dataset: id })).body };
  }
}
