const yearEnd = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const httpForm = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const isoForm = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?Z$/;

/**
 * Milliseconds since 1970 UTC of `Sat, 28 Nov 2026 09:12:33 GMT` (RFC 9110, 5.6.7), as `Last-Modified` has it; `undefined` for
 * anything else, and for 1970, which stands for what a server does not know.
 */
export function readHttpDate(text: string | undefined): number | undefined {
  return text !== undefined && httpForm.test(text) ? instantOf(text) : undefined;
}

/** The same of `2026-11-28T09:12:33.044Z`, in whole seconds: the same file's `Last-Modified` has no more. */
export function readIsoInstant(text: string): number | undefined {
  const whole = isoForm.exec(text)?.[1];
  return whole === undefined ? undefined : instantOf(`${whole}Z`);
}

function instantOf(text: string): number | undefined {
  const instant = Date.parse(text);
  return instant > 0 && instant <= yearEnd ? instant : undefined;
}
