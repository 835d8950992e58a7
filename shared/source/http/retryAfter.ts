/**
 * How long a server asks to wait, in milliseconds from `now`: `Retry-After` with seconds or a date (RFC 9110, 10.2.3). `undefined`
 * where it says nothing that can be read.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // Date.parse would take much that is no date of HTTP.
  const instant = /^[A-Z][a-z]+,? .*\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? undefined : Math.max(0, instant - now);
}
