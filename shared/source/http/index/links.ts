/** What a link of a page leads to, seen from the page's own directory. */
export type Link =
  | { readonly kind: "file" | "directory"; readonly name: string }
  /** A directory above, or the page itself; `isParent`: the one that holds its directory. */
  | { readonly kind: "above"; readonly isParent: boolean }
  /** The page itself in another order. */
  | { readonly kind: "sorting" }
  /** `name`: the last segment, where there is one. */
  | { readonly kind: "elsewhere"; readonly name?: string }
  /** A name that nothing can be asked for by. */
  | { readonly kind: "unnamed" };

/** As Apache (older ones without `C=`) and Caddy write them. */
const sortingForm = /^\?(?:C=[NMSD]|[NMSD]=[AD]$|sort=)/;
const controlCharacter = /\p{Cc}/u;
/** A name alone, as most links are: the URL's parser takes far longer over thousands of them. */
const plainForm = /^(?:\.\/)?([\w.~%+@!$&'()*,;=-]+)(\/?)$/;

/** What links of a page lead to; `page` is the URL that it came from. */
export function createLinks(page: URL): (href: string) => Link {
  const own = segmentsOf(page).slice(0, -1);
  const ownPath = page.pathname.slice(0, page.pathname.lastIndexOf("/") + 1);

  /** What stands below the page's directory, decoded; `undefined` where it is not below. A `null` cannot be decoded. */
  function below(url: URL): readonly (string | null)[] | undefined {
    if (url.pathname.startsWith(ownPath)) return url.pathname.slice(ownPath.length).split("/").map(decoded);
    const all = segmentsOf(url);
    return own.every((segment, index) => all[index] === segment) ? all.slice(own.length) : undefined;
  }

  return (href) => {
    const [, segment, slash] = plainForm.exec(href) ?? [];
    const plain = segment === undefined ? undefined : decoded(segment);
    if (plain && plain !== "." && plain !== "..") return named(plain, slash === "");
    if (sortingForm.test(href)) return { kind: "sorting" };
    // The URL's parser would leave them out, and the name would be another.
    if (controlCharacter.test(href)) return { kind: "unnamed" };
    const url = URL.parse(href, page.href);
    if (!url) return { kind: "elsewhere" };
    const isElsewhere = url.origin !== page.origin || /[?#]/.test(href);
    const [name, more, ...deeper] = (isElsewhere ? undefined : below(url)) ?? [];
    if (name === undefined || deeper.length > 0 || (more !== undefined && more !== "")) {
      const above = isElsewhere ? undefined : aboveOf(url);
      return above ?? { kind: "elsewhere", ...lastOf(url) };
    }
    if (name === "" && more === undefined) return { kind: "above", isParent: false };
    return named(name, more === undefined);
  };

  function aboveOf(url: URL): Link | undefined {
    const all = segmentsOf(url);
    const those = all.at(-1) === "" ? all.slice(0, -1) : all;
    const isAbove = those.length < own.length && those.every((segment, index) => own[index] === segment);
    return isAbove ? { kind: "above", isParent: those.length === own.length - 1 } : undefined;
  }
}

function named(name: string | null, isFile: boolean): Link {
  if (name === null || !isPlainName(name)) return { kind: "unnamed" };
  return { kind: isFile ? "file" : "directory", name };
}

function lastOf(url: URL): { readonly name?: string } {
  const name = segmentsOf(url).findLast((segment) => segment !== "");
  return name ? { name } : {};
}

/** Decoded, each by itself; the last is what stands behind the last slash. */
function segmentsOf({ pathname }: URL): (string | null)[] {
  return pathname.split("/").slice(1).map(decoded);
}

/** `null` for what is no UTF-8. */
function decoded(segment: string): string | null {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

/** One that a file can be asked for by. */
export function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !name.includes("/") && !controlCharacter.test(name);
}
