import { parseInstant } from "../../../shared/dataset/timeAxis.ts";
import { span } from "../../runtime/log/humanText.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const fullMonths =
  "January February March April May June July August September October November December".split(" ");

/** A sign for each state, so that none is shown by colour alone. */
export const stateSigns: Readonly<Record<string, string>> = {
  current: "●",
  late: "◐",
  stalled: "■",
  backfilling: "▲",
  ended: "◆",
  absent: "○",
  unreadable: "✕",
};

/** As in `Apr`; `month` from 0. */
export function monthName(month: number): string {
  return months[month] ?? "";
}

/** As in `April 2014`. */
export function monthOf(t: number): string {
  return `${fullMonths[new Date(t).getUTCMonth()]} ${new Date(t).getUTCFullYear()}`;
}

/** As in `10 Apr 2014`. */
export function dayText(t: number): string {
  const at = new Date(t);
  return `${at.getUTCDate()} ${monthName(at.getUTCMonth())} ${at.getUTCFullYear()}`;
}

/** As in `12:00`, with seconds where there are some. */
export function clockText(t: number): string {
  const text = new Date(t).toISOString().slice(11, 19);
  return text.endsWith(":00") ? text.slice(0, 5) : text;
}

/** As in `10 Apr 2014 12:00 UTC`. */
export function instantText(t: number): string {
  return `${dayText(t)} ${clockText(t)} UTC`;
}

/** The same for an ISO 8601 text; any other text stays as it is. */
export function readable(text: string): string {
  const t = parseInstant(text);
  return t === undefined ? text : instantText(t);
}

/** A sentence with each of its ISO 8601 instants readable. */
export function withReadableInstants(sentence: string): string {
  return sentence.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, readable);
}

/** As in `3 min ago` and `in 2 h 10 min`. */
export function relative(t: number, now: number): string {
  const ms = t - now;
  if (Math.abs(ms) < 1000) return "now";
  return ms > 0 ? `in ${span(ms)}` : `${span(-ms)} ago`;
}

/** A span as a countdown: `2 d 03:04:05`, `03:04:05`. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (count: number) => String(count).padStart(2, "0");
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
    .map(two)
    .join(":");
  const days = Math.floor(seconds / 86_400);
  return days > 0 ? `${days} d ${clock}` : clock;
}

/** A whole number, as in `58,368`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
