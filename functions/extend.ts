import { datasetById } from "../shared/dataset/loadDatasets.ts";
import { extend as extendOnce } from "../shared/pipeline/extend/extend.ts";
import { readExtendMessage } from "../shared/queue/messages.ts";
import { readEnvelope } from "./runtime/http/envelope.ts";
import type { Handler } from "./runtime/http/serve.ts";
import { logEvents } from "./runtime/log/log.ts";

/**
 * `extend`: ingests one batch and commits. While somebody else works on its chunk the message is refused for now (503): if
 * that worker has died, or works on an older batch, it will be needed. So it is for what time ran out for.
 */
export const extend: Handler = async ({ body }, cloud, { signal, late }, log) => {
  const message = readExtendMessage(readEnvelope(body), cloud.datasets);
  const { dataset: id, chunk, plannedAt } = message;
  const dataset = datasetById(id, cloud);
  const about = log.with({ dataset: id, chunk, batch: `${id}/${chunk}/${plannedAt}` });
  const { committed, ...done } = await cloud.use(dataset, { late, report: logEvents(about) }, (wiring) =>
    extendOnce(wiring, message, signal),
  );
  const isDone = done.outcome === "extended" && done.left === 0 && committed?.outcome !== "unfinished";
  const told = { dataset: id, chunk, ...done, ...(committed && { commit: committed.outcome }) };
  return { status: isDone ? 200 : 503, body: told };
};
