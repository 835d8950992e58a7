import { datasetById } from "../shared/dataset/catalogue.ts";
import type { Dataset } from "../shared/dataset/dataset.ts";
import { extend as extendOnce } from "../shared/pipeline/extend.ts";
import { readExtendMessage } from "../shared/queue/messages.ts";
import { readEnvelope } from "./http/envelope.ts";
import type { Handler } from "./http/serve.ts";
import { logEvents } from "./log.ts";

/**
 * `extend`: takes in one batch and commits. While somebody else works on its chunk the message is refused for now (503): if
 * that worker has died, or works on an older batch, it will be needed.
 */
export const extend: Handler = async ({ body }, cloud, { signal, isLate }, log) => {
  const message = readExtendMessage(readEnvelope(body), cloud.datasets);
  const { dataset: id, chunk, plannedAt } = message;
  const dataset: Dataset = datasetById(id, cloud.datasets);
  const about = log.with({ dataset: id, chunk, batch: `${id}/${chunk}/${plannedAt}` });
  const wiring = cloud.wiring(dataset, { isLate, report: logEvents(about) });
  const { outcome, taken, failed, committed } = await extendOnce(wiring, message, signal);
  const told = {
    dataset: id,
    chunk,
    outcome,
    taken,
    failed,
    ...(committed && { commit: committed.outcome }),
  };
  return { status: outcome === "leased" ? 503 : 200, body: told };
};
