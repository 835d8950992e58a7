import { basicToken, type Credentials } from "../../secrets/auth.ts";
import { hostOf } from "./connections/addresses.ts";
import { parseNetrc } from "./netrc.ts";
import { isSigned } from "./words.ts";

/**
 * What to send as `Authorization` to a URL; `undefined` for nothing. A user and a password, or a token, are for the base URL's
 * origin alone. Of a `.netrc`, each machine's are for that machine, wherever a redirect leads, if that is encrypted or the base's own,
 * and the default's for the base's. A signed URL gets none: servers refuse one who says twice who he is.
 */
export function createAuthorization(
  base: URL,
  credentials: Credentials | undefined,
): (url: URL) => string | undefined {
  const entries = credentials?.kind === "netrc" ? parseNetrc(credentials.text) : [];
  /** By nobody but whom the user chose to let read it. */
  const isReadByNobody = (url: URL) => url.protocol === "https:" || url.hostname === base.hostname;
  return (url) => {
    if (isSigned(url)) return undefined;
    const isAtBase = url.origin === base.origin;
    switch (credentials?.kind) {
      case "basic":
        return isAtBase ? `Basic ${basicToken(credentials)}` : undefined;
      case "bearer":
        return isAtBase ? `Bearer ${credentials.token}` : undefined;
      case "netrc": {
        const entry =
          entries.find(({ machine }) => machine === hostOf(url) && isReadByNobody(url)) ??
          (isAtBase ? entries.find(({ machine }) => machine === undefined) : undefined);
        return entry && `Basic ${basicToken(entry)}`;
      }
      default:
        return undefined;
    }
  };
}
