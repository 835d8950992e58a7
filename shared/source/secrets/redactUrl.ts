/**
 * The URL with `***` for its password. It also takes what cannot be parsed, has no scheme or one slash too few or stands behind an
 * option's name, and then rather hides too much.
 */
export function redactUrl(url: string): string {
  const scheme = /^[^:]*:\/+/.exec(url)?.[0] ?? "";
  const rest = url.slice(scheme.length);
  if (rest.includes("@")) return scheme + rest.replace(/^([^:]*):.*@/s, "$1:***@");
  // Where the host was forgotten, what is no port is a password.
  return scheme === "" ? url : scheme + rest.replace(/^([^:/[]*):(?!\d*(?:[/?#]|$)).*$/s, "$1:***");
}

/** The text with `***` for the password of every URL in it, and of what was `typed`: only by itself is it known where one with blanks ends. */
export function redactUrls(text: string, typed: readonly string[] = []): string {
  return typed
    .reduce((told, one) => told.replaceAll(one, () => redactUrl(one)), text)
    .replace(/([a-z][a-z0-9+.-]*:\/+[^\s:/@]*):[^\s]*@/gi, "$1:***@");
}
