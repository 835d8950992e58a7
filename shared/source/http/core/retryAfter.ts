/**
 * How long a server asks to wait, in milliseconds from `now`: `Retry-After` with seconds or a date (RFC 9110, 10.2.3). `undefined`
 * where it says nothing that can be read.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // Date.parse would take much that is no date of HTTP, and the oldest of its three forms names no zone.
  const isDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/.test(text);
  const instant = isDate ? Date.parse(text.endsWith("GMT") ? text : `${text} GMT`) : Number.NaN;
  return Number.isNaN(instant) ? undefined : Math.max(0, instant - now);
}
