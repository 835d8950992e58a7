import { formatInstant } from "../shared/dataset/timeAxis.ts";
import { plan as planOnce } from "../shared/pipeline/plan.ts";
import { readPlanMessage } from "../shared/queue/messages.ts";
import { readEnvelope } from "./http/envelope.ts";
import type { Handler } from "./http/serve.ts";
import { logEvents } from "./log.ts";

/**
 * `plan`: lists what is pending and sends a message per batch. An empty message plans every dataset, each in a request of
 * its own, so that no provider holds up the others.
 */
export const plan: Handler = async ({ body }, cloud, { signal, late }, log) => {
  const { dataset: asked, ...range } = readPlanMessage(readEnvelope(body), cloud.datasets);
  const dataset = asked ?? (cloud.datasets.length === 1 ? cloud.datasets[0] : undefined);
  if (!dataset) {
    await cloud.queue.publish(
      "plan",
      cloud.datasets.map(({ id }) => ({ dataset: id })),
    );
    return { status: 200, body: { sentOn: cloud.datasets.map(({ id }) => id) } };
  }
  const wiring = cloud.wiring(dataset, { late, report: logEvents(log.with({ dataset: dataset.id })) });
  // A plan of the usual window comes again; one that somebody asked for does not: it also sends what others hold up.
  const withLeased = range.from !== undefined || range.to !== undefined || range.force;
  const { leasedUntil, ...outcome } = await planOnce(wiring, { ...range, withLeased }, signal);
  const until = leasedUntil === undefined ? {} : { leasedUntil: formatInstant(leasedUntil) };
  return { status: 200, body: { dataset: dataset.id, ...outcome, ...until } };
};
