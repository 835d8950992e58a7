import { formatInstant } from "../shared/dataset/timeAxis.ts";
import { reasonOf } from "../shared/errors.ts";
import { unmatchedText } from "../shared/pipeline/matching.ts";
import { plan as planOnce } from "../shared/pipeline/plan/plan.ts";
import type { Wiring } from "../shared/pipeline/wiring.ts";
import { readPlanMessage } from "../shared/queue/messages.ts";
import { readOverview } from "./runtime/datasetStatus.ts";
import { messageIdOf, readEnvelope } from "./runtime/http/envelope.ts";
import type { Handler } from "./runtime/http/serve.ts";
import { span } from "./runtime/log/humanText.ts";
import { type Log, logEvents } from "./runtime/log/log.ts";

/**
 * `plan`: lists what is pending and sends a message per batch. An empty message plans every dataset, each in a request of
 * its own, so that no provider holds up the others.
 */
export const plan: Handler = async ({ body }, cloud, { signal, late, answerBy }, log) => {
  const { dataset: asked, ...range } = readPlanMessage(readEnvelope(body), cloud.datasets);
  const dataset = asked ?? (cloud.datasets.length === 1 ? cloud.datasets[0] : undefined);
  if (!dataset) {
    await cloud.queue.publish(
      "plan",
      cloud.datasets.map(({ id }) => ({ dataset: id })),
      signal,
    );
    return { status: 200, body: { sentOn: cloud.datasets.map(({ id }) => id) } };
  }
  const about = log.with({ dataset: dataset.id });
  // A plan of the usual window comes again; one that somebody asked for does not: it also sends what others hold up.
  const isAsked =
    range.turn === undefined && (range.from !== undefined || range.to !== undefined || range.force);
  const request = messageIdOf(body);
  const wanted = { ...range, ...(request !== undefined && { request }), withLeased: isAsked };
  const {
    leasedUntil,
    matching,
    isThere: _,
    ...outcome
  } = await cloud.use(dataset, { late, report: logEvents(about) }, (wiring) =>
    planOnce(wiring, wanted, signal).finally(async () => {
      if (!isAsked) await tellFreshness(wiring, about, answerBy);
    }),
  );
  const unmatched = unmatchedText(matching);
  const until = leasedUntil === undefined ? {} : { leasedUntil: formatInstant(leasedUntil) };
  const isDone = outcome.continues || outcome.committed.outcome !== "unfinished";
  return {
    status: isDone ? 200 : 503,
    body: { dataset: dataset.id, ...outcome, ...until, ...(unmatched && { unmatched }) },
  };
};

/**
 * Says how fresh the dataset is, whatever the plan came to. Alarms are set on this line and on its absence: a backfill does not
 * say it, so that it does not sound as if somebody looked after what is new.
 */
async function tellFreshness(wiring: Wiring, log: Log, signal: AbortSignal): Promise<void> {
  try {
    const seen = await readOverview(wiring, signal);
    if (!seen) return;
    const { state, valid_through: validThrough, overdue_seconds: overdueSeconds } = seen;
    const overdue = state === "late" ? `overdue by ${span(overdueSeconds * 1000)}` : "nothing is overdue";
    log("INFO", `${state}: ${overdue}`, { event: "freshness", state, validThrough, overdueSeconds });
  } catch (error) {
    log("WARNING", `how fresh it is cannot be told: ${reasonOf(error)}`);
  }
}
