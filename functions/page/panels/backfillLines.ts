import { formatInstant, parseInstant, type TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import { planMessage } from "../../../shared/queue/planMessage.ts";
import { type CopyLine, shellQuoted } from "./openLines.ts";

/** A range as it was typed. */
export interface TypedRange {
  readonly from: string;
  readonly to: string;
  readonly force: boolean;
}

/** Where a backfill is requested: at the topic of plans in the cloud, if there is one, else by the command on the store. */
export interface BackfillTarget {
  readonly store: string;
  readonly planTopic: string | null;
}

/** What is wrong with a range; empty if a backfill of it can be requested. */
export function rangeFaults(axis: TimeAxis, { from, to }: TypedRange): string[] {
  const [first, last] = [parseInstant(from.trim()), parseInstant(to.trim())];
  const faults = [["From", from, first] as const, ["To", to, last] as const].flatMap(([name, text, t]) => {
    if (t === undefined)
      return [`${name} is "${text}", not a time in UTC as in ${formatInstant(axis.start)}`];
    return axis.indexOf(t) === undefined ? [`${name} is no timestep of the dataset`] : [];
  });
  const isBackwards = faults.length === 0 && (first as number) > (last as number);
  return isBackwards ? ["From is later than To"] : faults;
}

/** What requests a backfill of a valid range: the message, and the command that publishes it or does the work here. */
export function backfillLines(
  id: string,
  range: TypedRange,
  { store, planTopic }: BackfillTarget,
): CopyLine[] {
  const [from, to] = [range.from, range.to].map((text) => parseInstant(text.trim()) as number) as [
    number,
    number,
  ];
  const message = planMessage(id, { from, to, force: range.force });
  const json = JSON.stringify(message);
  const force = range.force ? " --force" : "";
  const command =
    planTopic === null
      ? `npx accrete extend ${id} --from ${message.from} --to ${message.to}${force} --store ${shellQuoted(store)}`
      : `gcloud pubsub topics publish ${planTopic} --message=${shellQuoted(json)}`;
  return [
    { name: "Message", text: json },
    { name: "Command", text: command },
  ];
}
